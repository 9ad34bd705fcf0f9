"""`puq-zimbra dns check`, `puq-zimbra work` and the doctor."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator
from puq_zimbra.zimbra.client import Zimbra
from tests.conftest import Command
from tests.selfservice.conftest import Customer

from . import nameserver as servers
from .conftest import DOMAIN
from .nameserver import NameServer

CHECK = ("dns", "check", "crm.example", "42")


@pytest.fixture
def command(command: Command, settings: str, nameserver: NameServer) -> Command:
    """The command with settings that ask the test's name server, and name the mail host."""
    path = Path(settings)
    path.write_text(
        path.read_text()
        + 'mx = ["mail.example.test"]\nwebmail_url = "https://mail.example.test/"\n'
        + f'[dns]\nresolvers = ["{nameserver.address}"]\nseconds = 1.0\n'
    )
    return command


def test_the_exit_status_says_how_the_records_are(
    customer: Customer, right: NameServer, command: Command, runtime: Runtime
) -> None:
    """0 right, 1 missing or wrong, 75 not known."""
    without = command(*CHECK)
    assert without.status == 1
    assert f"  missing  TXT  _domainkey.{DOMAIN}  (no_key)" in without.stdout
    customer.send(customer.open("dns").form("make_dkim_key"))
    key = json.loads(command(*CHECK, "--json").stdout)["domains"][0]["records"][2]
    assert (key["kind"], key["state"]) == ("dkim", "missing")
    right.text(key["name"], key["expected"][0])
    assert command(*CHECK).status == 0
    assert "Zimbra does not sign with this key yet." in customer.open("dns").text
    right.behaviour = servers.silent
    assert command(*CHECK).status == 75


def test_reports_go_to_the_administrator_before_a_page_was_opened(
    customer: Customer, right: NameServer, command: Command, simulator: Simulator, zimbra: Zimbra
) -> None:
    """And so they do afterwards; to nobody, as long as no such mailbox is known."""

    def expected() -> list[str]:
        (domain,) = json.loads(command(*CHECK, "--json").stdout)["domains"]
        found: dict[str, list[str]] = {one["kind"]: one["expected"] for one in domain["records"]}
        return found.get("tls_rpt", [])

    account = simulator.account(f"admin@{DOMAIN}")
    assert account is not None
    zimbra.delete_account(account.id)
    assert expected() == []
    simulator.create_account(f"admin@{DOMAIN}")
    assert expected() == [f"v=TLSRPTv1; rua=mailto:admin@{DOMAIN}"]
    customer.open("dns")
    assert expected() == [f"v=TLSRPTv1; rua=mailto:admin@{DOMAIN}"]


def test_a_service_that_is_not_there_is_said(customer: Customer, command: Command) -> None:
    """As of every other command."""
    assert command("dns", "check", "crm.example", "43").status == 1


def test_work_looks_up_what_a_page_waits_for(
    customer: Customer, right: NameServer, command: Command
) -> None:
    """Where no service runs, cron does it."""
    customer.open("dns")
    assert command("work").status == 0
    assert "Mail arrives" in customer.open("dns").text


def test_the_doctor_asks_the_resolver(
    customer: Customer, right: NameServer, command: Command
) -> None:
    """And names the domains whose last look-up was not right."""
    right.put(".", "NS", "a.root.example.")
    command(*CHECK)
    said = json.loads(command("doctor", "--json").stdout)
    found = [one for one in said["findings"] if one["check"] == "dns"]

    assert [one["level"] for one in found] == ["ok", "note"]
    assert DOMAIN in found[1]["sentence"]
    right.behaviour = servers.failing
    assert "No resolver answers" in command("doctor").stdout
