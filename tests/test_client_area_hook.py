"""The customer's page through the hook: what it shows of a real reading, and when none comes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from lxml import html

from puq_zimbra.config import Config
from puq_zimbra.engine.dispatch import dispatch
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator

from .conftest import Hook

GB = 2**30


@pytest.fixture
def used(hook: Hook, simulator: Simulator) -> Simulator:
    """A service with mail in it."""
    hook("create")
    simulator.create_account("anna@firma.example", "Some-Pass-1")
    simulator.add_mail("admin@firma.example", GB)
    simulator.add_mail("anna@firma.example", 4 * GB)
    return simulator


def text_of(fragment: str) -> str:
    """The words of a fragment, blanks folded."""
    element: Any = html.fromstring(fragment)
    return " ".join(element.text_content().split())


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("pl", ["Informacja o serwerze", "Wykorzystanie zasobów", "49,00", "80%", "4,00"]),
        ("en", ["Server information", "Resource usage", "49.00", "80%", "4.00"]),
        ("de-DE", ["Serverinformationen", "Ressourcennutzung", "49,00", "80%", "4,00"]),
    ],
)
def test_the_page_shows_what_was_measured(
    hook: Hook, used: Simulator, locale: str, words: list[str]
) -> None:
    """Fullest first, with the numbers of the reading."""
    answer = hook("client_area", locale=locale)
    page = text_of(answer.value["html"]).replace("\xa0", " ").replace("80 %", "80%")

    assert answer.value["ok"]
    assert [word for word in words if word not in page] == []
    assert page.index("anna@firma.example") < page.index("admin@firma.example")


def test_the_last_figures_stay_when_zimbra_is_silent(
    hook: Hook, used: Simulator, runtime: Runtime
) -> None:
    """The customer sees old figures with their age, never zeros."""
    hook("client_area")
    runtime.now = lambda: datetime.now(UTC) + timedelta(hours=3)
    used.drop_next("GetDomainRequest", times=9)
    answer = hook("client_area")
    page = text_of(answer.value["html"])

    assert answer.value["ok"]
    assert "gives no answer just now" in page
    assert "anna@firma.example" in page
    assert "4.00" in page


def test_a_foreign_domain_shows_nothing_of_it(hook: Hook, simulator: Simulator) -> None:
    """Customer A must not see B's mailboxes by naming B's domain."""
    simulator.create_domain("firma.example", zimbraForeignName="puq_zimbra:crm.example:7")
    simulator.create_account("secret@firma.example", "Some-Pass-1")
    answer = hook("client_area")

    assert answer.value["code"] == "not_ours"
    assert "secret@" not in answer.value["html"]


def test_the_suspended_state_is_said_in_words(hook: Hook, used: Simulator) -> None:
    """What happens to mail meanwhile is the first thing that customers ask."""
    hook("suspend")
    page = text_of(hook("client_area", locale="pl").value["html"])

    assert "Usługa jest zawieszona" in page


def test_client_action_changes_the_administrators_password(hook: Hook, used: Simulator) -> None:
    """The first thing that the customer can do by himself."""
    form = {"puqz_action": "change_admin_password", "password": "Third-Pass-3"}
    differ = hook("client_action", form={**form, "password_again": "x"})
    done = hook("client_action", form={**form, "password_again": "Third-Pass-3"}, locale="pl")

    assert differ.value["code"] == "invalid"
    assert done.value["code"] == "updated"
    assert used.verify_password("admin@firma.example", "Third-Pass-3")
    assert "admin@firma.example" in done.value["message"]


@pytest.mark.parametrize("action", ["", "delete_everything", "change_admin_password\x00"])
def test_an_unknown_action_does_nothing(hook: Hook, used: Simulator, action: str) -> None:
    """The form comes from a browser: anything can be in it."""
    used.reset_log()
    answer = hook("client_action", form={"puqz_action": action, "password": "x"})

    assert answer.value["code"] == "invalid"
    assert used.log == []


def test_messages_come_in_the_customers_language(hook: Hook) -> None:
    """A Polish customer reads Polish refusals, a German one German ones."""
    said = [hook("suspend", locale=name).value["message"] for name in ("pl", "german")]

    assert said == [
        "firma.example nie istnieje w Zimbrze.", "firma.example gibt es in Zimbra nicht."
    ]  # fmt: skip


def test_the_last_figures_stay_when_the_provider_changed_his_password(
    hook: Hook, used: Simulator, runtime: Runtime
) -> None:
    """The customer cannot help it."""
    hook("client_area")
    answer = hook("client_area", server={"password": "changed"})
    page = text_of(answer.value["html"])

    assert "anna@firma.example" in page
    assert "password" not in page.lower().replace("change the administrator's password", "")


def test_a_broken_store_costs_no_page(hook: Hook, used: Simulator, config: Config) -> None:
    """The host prints what it gets: that must never be nothing."""
    (config.store_directory() / "store.db").write_bytes(b"not a database at all" * 1000)
    for name in ("store.db-wal", "store.db-shm"):
        (config.store_directory() / name).unlink(missing_ok=True)
    runtime = Runtime(config)
    answer = dispatch("whmcs", "ClientArea", {}, runtime)
    other = hook("client_area")
    runtime.close()

    assert "puqz" in answer.value["templateVariables"]["puqFragment"]
    assert "puqz" in other.value["html"]
