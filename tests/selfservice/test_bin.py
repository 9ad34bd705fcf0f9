"""The customer's bin: a deleted mailbox waits, comes back as it was, or goes on its last day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from puq_zimbra.simulator import Simulator

from ..conftest import Command
from .conftest import Customer

ADDRESS = "anna@firma.example"


@pytest.fixture
def anna(customer: Customer, simulator: Simulator) -> str:
    """The id of a mailbox of the customer's, on a list."""
    made = simulator.create_account(ADDRESS, displayName="Anna")
    simulator.create_list("team@firma.example", members=[ADDRESS])
    return str(made.id)


def attrs(simulator: Simulator, address: str = ADDRESS) -> dict[str, Any]:
    """The attributes of a mailbox."""
    found = simulator.account(address)
    assert found is not None
    return dict(found.attrs)


def marks(simulator: Simulator) -> list[str]:
    """The marks of the bin on the domain."""
    domain = simulator.domain("firma.example")
    assert domain is not None
    return [one for one in domain.attrs["zimbraForeignName"] if ".bin:" in one]


def let_pass(simulator: Simulator, days: int) -> None:
    """Let so many days pass for what is in the bin."""
    domain = simulator.domain("firma.example")
    assert domain is not None
    words = domain.attrs["zimbraForeignName"]
    for one in marks(simulator):
        parts = one.split(":")
        day = datetime.fromisoformat(parts[2]) - timedelta(days=days)
        words[words.index(one)] = ":".join([*parts[:2], f"{day:%Y-%m-%d}", *parts[3:]])


def bin_it(customer: Customer, identity: str) -> None:
    """Put a mailbox into the bin, as the customer does."""
    answer = customer.does("bin_mailbox", "mailbox_delete", {"id": identity})
    assert answer.code == "updated", answer


def test_a_deleted_mailbox_waits(customer: Customer, simulator: Simulator, anna: str) -> None:
    """Nobody logs in, mail is returned, lists keep it, its sessions end, and its day is said."""
    before = attrs(simulator)
    bin_it(customer, anna)
    after, day = attrs(simulator), (datetime.now(UTC) + timedelta(days=30)).date()

    assert after["zimbraAccountStatus"] == ["pending"]
    assert after["zimbraHideInGal"] == ["TRUE"]
    assert after["zimbraAuthTokenValidityValue"] != before.get("zimbraAuthTokenValidityValue")
    assert ADDRESS in (simulator.list("team@firma.example").members or {})
    assert marks(simulator) == [f"puq_zimbra.bin:{anna}:{day}:active:0"]
    assert ADDRESS in customer.open("bin").text


def test_it_comes_back_as_it_was(customer: Customer, simulator: Simulator, anna: str) -> None:
    """By one click; only the sessions of before stay ended."""
    found = simulator.account(ADDRESS)
    assert found is not None
    found.attrs["zimbraAccountStatus"], found.attrs["zimbraHideInGal"] = ["locked"], ["TRUE"]
    before = attrs(simulator)
    bin_it(customer, anna)
    answer = customer.does("restore_mailbox", "bin", {})
    after = attrs(simulator)

    assert (answer.code, answer.value["data"]["page"]) == ("updated", "mailbox")
    ended = ("zimbraAuthTokenValidityValue",)
    assert {k: v for k, v in after.items() if k not in ended} == {
        k: v for k, v in before.items() if k not in ended
    }
    assert marks(simulator) == []
    assert "The bin is empty" in customer.open("bin").text


def test_for_good_wants_the_typed_address(
    customer: Customer, simulator: Simulator, anna: str
) -> None:
    """Another one changes nothing."""
    bin_it(customer, anna)
    query = {"id": anna}
    other = customer.does("delete_mailbox", "mailbox_purge", query, typed="admin@firma.example")
    still = simulator.account(ADDRESS)
    done = customer.does("delete_mailbox", "mailbox_purge", query, typed=ADDRESS)

    assert (other.code, still is None) == ("invalid", False)
    assert (done.code, simulator.account(ADDRESS)) == ("updated", None)
    assert marks(simulator) == []


def test_its_address_is_not_made_anew(customer: Customer, simulator: Simulator, anna: str) -> None:
    """The form offers to restore it, or to delete it for good."""
    bin_it(customer, anna)
    answer = customer.does("create_mailbox", "mailbox_new", {}, name="anna", limit="1")
    page = customer.page_of(answer)

    assert answer.code == "invalid"
    assert page.form("restore_mailbox", anna)
    assert page.tree.xpath(f"//a[contains(@href, 'mailbox_purge') and contains(@href, '{anna}')]")
    assert customer.send(page.form("restore_mailbox", anna)).code == "updated"
    assert attrs(simulator)["zimbraAccountStatus"] == ["active"]


def test_what_the_provider_closed_is_not_opened_by_the_bin(
    customer: Customer, simulator: Simulator, anna: str
) -> None:
    """Into the bin and out of it would make it active."""
    form = customer.open("mailbox_delete", id=anna).form("bin_mailbox")
    found = simulator.account(ADDRESS)
    assert found is not None
    found.attrs["zimbraAccountStatus"] = ["pending"]
    answer = customer.send(form)

    assert (answer.code, marks(simulator)) == ("refused", [])
    assert "restore_mailbox" not in customer.open("bin").answer["html"]


def test_the_administrator_stays(customer: Customer, simulator: Simulator) -> None:
    """He would shut himself out."""
    admin = simulator.account("admin@firma.example")
    assert admin is not None
    assert "puqz_action" not in customer.open("mailbox_delete", id=admin.id).answer["html"]


def test_what_is_due_goes(
    customer: Customer, simulator: Simulator, anna: str, command: Command
) -> None:
    """On its last day, and not the day before; a dry run deletes nothing."""
    bin_it(customer, anna)
    early = command("purge", "--due")
    let_pass(simulator, 29)
    day_before = command("purge", "--due")
    let_pass(simulator, 1)
    dry = command("purge", "--due", "--dry-run")
    still = simulator.account(ADDRESS)
    done = command("purge", "--due")

    assert (early.status, early.stdout, day_before.stdout) == (0, "", "")
    assert "2 objects would be deleted" in dry.stdout or "1 object" in dry.stdout
    assert still is not None
    assert (done.status, simulator.account(ADDRESS), marks(simulator)) == (0, None, [])
    assert simulator.account("admin@firma.example") is not None
    assert command("purge", "--due").stdout == ""


def test_a_mailbox_that_was_opened_again_is_out(
    customer: Customer, simulator: Simulator, anna: str, command: Command
) -> None:
    """Its mark is forgotten, so that it does not count when somebody shuts it later."""
    bin_it(customer, anna)
    let_pass(simulator, 40)
    found = simulator.account(ADDRESS)
    assert found is not None
    found.attrs["zimbraAccountStatus"] = ["active"]
    done = command("purge", "--due")

    assert (done.status, marks(simulator)) == (0, [])
    assert simulator.account(ADDRESS) is not None
    assert ADDRESS not in customer.open("bin").text


def test_one_that_left_the_domain_is_not_touched(
    customer: Customer, simulator: Simulator, anna: str, command: Command, zimbra: Any
) -> None:
    """It is another's now."""
    simulator.create_domain("inna.example")
    bin_it(customer, anna)
    let_pass(simulator, 40)
    zimbra.rename_account(anna, "anna@inna.example")
    command("purge", "--due")

    assert simulator.account("anna@inna.example") is not None
    assert marks(simulator) == []


def test_the_bin_of_a_suspended_service_waits(
    customer: Customer, simulator: Simulator, anna: str, command: Command, hook: Any
) -> None:
    """Its customer could restore nothing."""
    bin_it(customer, anna)
    let_pass(simulator, 40)
    hook("suspend")
    waits = command("purge", "--due")
    hook("unsuspend")
    still = simulator.account(ADDRESS)
    command("purge", "--due")

    assert "waits" in waits.stdout
    assert still is not None
    assert simulator.account(ADDRESS) is None


def test_it_keeps_its_seat_and_is_billed_as_the_settings_say(
    customer: Customer, simulator: Simulator, anna: str, hook: Any, config: Any, runtime: Any
) -> None:
    """The plan's count holds it in any case."""
    bin_it(customer, anna)
    counted = [_billed(hook, runtime, config, bill_bin=one) for one in (True, False)]

    assert counted == [2, 1]
    assert "2 of 25" in customer.open("mailboxes").text


def _billed(hook: Any, runtime: Any, config: Any, *, bill_bin: bool) -> int:
    usage = config.usage.model_copy(update={"bill_bin": bill_bin, "max_age": 0})
    runtime.settings = config.model_copy(update={"usage": usage})
    return int(hook("usage").value["data"]["metrics"]["firma.example"]["mailboxes"])
