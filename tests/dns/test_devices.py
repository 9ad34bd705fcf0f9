"""Phones and mail programs: the page, the profile at its one-use address, and the files."""

from __future__ import annotations

import plistlib
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from lxml import html

from puq_zimbra.clientarea.pages.devices import code_of
from puq_zimbra.engine.dispatch import Answer, dispatch
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator
from tests.conftest import Command, Hook
from tests.selfservice.conftest import HOST as FORM
from tests.selfservice.conftest import Customer

BASE = "https://billing.example/profile.php?token="


@pytest.fixture
def customer(hook: Hook) -> Customer:
    """A customer with the preset *look*, whose host serves profiles."""
    assert hook("create").code == "created"
    return Customer(hook, ("look",))


def opened(customer: Customer, **query: str) -> Any:
    """The page of devices."""
    answer = customer.ask(
        "client_area", form={**FORM, "profile_url": BASE}, page="devices", query=query
    )
    assert answer.code == "unchanged", answer
    return html.fromstring(answer.value["html"])


def token_of(page: Any) -> str:
    """The token of the page's profile."""
    (address,) = page.xpath(
        "//a[contains(@class, 'puqz-primary') and contains(@href, 'token')]/@href"
    )
    assert address.startswith(BASE)
    return str(address.removeprefix(BASE))


def fetched(runtime: Runtime, token: str, installation: str = "crm.example") -> Answer:
    """What the host's address answers."""
    given = {"installation": installation, "form": {"token": token}}
    return dispatch("plain", "device_profile", given, runtime)


def test_the_values_stand_on_the_page(customer: Customer) -> None:
    """Host, port and user name of each protocol; nothing that Zimbra does not offer."""
    page = opened(customer)
    text = " ".join(page.text_content().split())

    assert page.xpath("//td[contains(., '993')]")
    assert page.xpath("//td[contains(., '465')]")
    assert "mail.example.test" in text
    assert "admin@firma.example" in text
    assert "/dav/admin@firma.example/" in text
    assert "ActiveSync" not in text
    assert page.xpath("//*[@style]") == []


def test_active_sync_is_shown_where_zimbra_has_it(customer: Customer, simulator: Simulator) -> None:
    """A class of service says so."""
    account = simulator.account("admin@firma.example")
    account.attrs["zimbraFeatureMobileSyncEnabled"] = ["TRUE"]

    assert "ActiveSync" in opened(customer).text_content()


def test_a_mailbox_without_imap_is_told(customer: Customer, simulator: Simulator) -> None:
    """No profile is offered that would not work."""
    simulator.account("admin@firma.example").attrs["zimbraImapEnabled"] = ["FALSE"]
    page = opened(customer)

    assert "Mail programs are switched off for this mailbox." in page.text_content()
    assert page.xpath("//figure") == []


def test_the_profile_comes_once(customer: Customer, runtime: Runtime) -> None:
    """It sets up mail, calendars and contacts, and holds no password."""
    token = token_of(opened(customer))
    first, second = fetched(runtime, token), fetched(runtime, token)

    assert (first.code, second.code) == ("unchanged", "refused")
    data = first.value["data"]
    assert data["content_type"] == "application/x-apple-aspen-config"
    profile = plistlib.loads(data["body"].encode())
    kinds = {one["PayloadType"]: one for one in profile["PayloadContent"]}
    mail = kinds["com.apple.mail.managed"]
    assert mail["IncomingMailServerHostName"] == "mail.example.test"
    assert (mail["IncomingMailServerPortNumber"], mail["OutgoingMailServerPortNumber"]) == (
        993,
        465,
    )
    assert mail["EmailAddress"] == mail["IncomingMailServerUsername"] == "admin@firma.example"
    assert kinds["com.apple.caldav.account"]["CalDAVPrincipalURL"].endswith("admin@firma.example/")
    assert "com.apple.carddav.account" in kinds
    assert not re.search(r"<key>\w*Password</key>\s*<string>", data["body"])


def test_an_address_runs_out(customer: Customer, runtime: Runtime) -> None:
    """After half an hour."""
    token = token_of(opened(customer))
    now = runtime.now
    late: datetime = now() + timedelta(minutes=31)
    runtime.now = lambda: late

    assert fetched(runtime, token).code == "refused"
    runtime.now = now
    assert fetched(runtime, token).code == "unchanged"


@pytest.mark.parametrize("how", ["changed", "cut", "other", "long", "empty", "odd"])
def test_no_other_address_is_answered(customer: Customer, runtime: Runtime, how: str) -> None:
    """Neither a forged one nor that of another installation."""
    token = token_of(opened(customer))
    forged = {
        "changed": ("A" if token[0] != "A" else "B") + token[1:], "cut": token[:-4],
        "long": token * 20, "empty": "", "odd": "ż\x1b", "other": token,
    }[how]  # fmt: skip
    answer = fetched(runtime, forged, "other.example" if how == "other" else "crm.example")

    assert answer.code in ("refused", "invalid")
    assert "body" not in answer.value.get("data", {})
    assert fetched(runtime, token).code == "unchanged"


def test_drawing_the_page_writes_nothing(customer: Customer, simulator: Simulator) -> None:
    """A prefetching browser uses nothing up, and each drawing has its own address."""
    first, second = token_of(opened(customer)), token_of(opened(customer))

    assert first != second
    simulator.reset_log()
    opened(customer)
    assert simulator.writes() == []
    assert [one.name for one in simulator.log] == ["GetDomainRequest", "GetAccountRequest"]


@pytest.mark.parametrize("asked", ["boss@example.test", "<script>", "a@other.example", "\x00"])
def test_another_services_mailbox_is_not_shown(customer: Customer, asked: str) -> None:
    """Whatever stands in the address of the page."""
    page = opened(customer, box=asked)

    assert "admin@firma.example" in page.text_content()
    assert asked not in page.text_content()


def test_one_of_the_mailboxes_is_chosen(
    customer: Customer, simulator: Simulator, command: Command
) -> None:
    """From those of the last reading."""
    simulator.create_account("anna@firma.example", "Alpha-bravo-7")
    assert command("usage", "sync").status == 0
    page = opened(customer)
    assert page.xpath("//select[@name='puqz_box']/option/@value") == [
        "admin@firma.example", "anna@firma.example",
    ]  # fmt: skip
    assert "/dav/anna@firma.example/" in opened(customer, box="anna@firma.example").text_content()


def test_without_an_address_of_the_host_the_values_remain(customer: Customer) -> None:
    """A host of before, or one over http."""
    for more in (
        {},
        {"profile_url": "http://billing.example/p?t="},
        {"profile_url": "javascript:x"},
    ):
        answer = customer.ask("client_area", form={**FORM, **more}, page="devices", query={})
        assert "993" in answer.value["html"]
        assert "token=" not in answer.value["html"]


def test_the_code_is_drawn_without_styles() -> None:
    """The content security policy of a host allows none."""
    drawn = str(code_of(BASE + "x" * 300))

    assert drawn.startswith("<svg")
    assert "style" not in drawn
    assert "viewBox" in drawn


def test_whmcs_gets_the_bytes(customer: Customer, runtime: Runtime) -> None:
    """Its module serves them as they are."""
    token = token_of(opened(customer))
    given = {"_puq": {"installation": "crm.example", "form": {"token": token}}}
    first = dispatch("whmcs", "DeviceProfile", given, runtime).value
    again = dispatch("whmcs", "DeviceProfile", given, runtime).value

    assert first["body"].startswith("<?xml")
    assert first["file_name"] == "mail.mobileconfig"
    assert list(again) == ["error"]


def test_the_files_of_thunderbird_and_outlook(command: Command, tmp_path: Path) -> None:
    """Written for a web server that serves every domain with them."""
    done = command("devices", "write", str(tmp_path / "web"))
    again = command("devices", "write", str(tmp_path / "web"))

    assert (done.status, again.status) == (0, 0), done.stderr
    files = sorted(
        str(one.relative_to(tmp_path / "web")) for one in (tmp_path / "web").rglob("*.*")
    )
    assert files[:2] == ["autoconfig/mail/config-v1.1.xml", "autodiscover/autodiscover.xml"]
    config = ElementTree.parse(tmp_path / "web/autoconfig/mail/config-v1.1.xml")
    assert config.findtext(".//incomingServer[@type='imap']/port") == "993"
    assert config.findtext(".//outgoingServer/username") == "%EMAILADDRESS%"
    outlook = (tmp_path / "web/autodiscover/autodiscover.xml").read_text()
    assert "<Type>SMTP</Type>" in outlook
