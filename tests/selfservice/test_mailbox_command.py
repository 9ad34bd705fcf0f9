"""`puq-zimbra mailbox …`: staff does on the command line what the customer does on his page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from puq_zimbra import languages
from puq_zimbra.simulator import Simulator
from tests.conftest import Command, Hook

SERVICE = ("crm.example", "42")
TABLE = "address,name,limit,password\nanna,Anna,1,Alpha-bravo-7\njan,Jan,,\nno blank,,,\n"


@pytest.fixture
def service(hook: Hook, simulator: Simulator) -> Simulator:
    """A domain with its administrator."""
    assert hook("create").code == "created"
    simulator.reset_log()
    return simulator


def test_a_table_is_imported_once(service: Simulator, command: Command, tmp_path: Path) -> None:
    """A dry run first; the same file again finds nothing to do."""
    given, new = tmp_path / "people.csv", tmp_path / "passwords.csv"
    given.write_text(TABLE)
    dry = command("mailbox", "import", *SERVICE, str(given), "--dry-run", "--json")
    untouched = service.writes()
    done = command("mailbox", "import", *SERVICE, str(given), "--passwords", str(new))
    again = command("mailbox", "import", *SERVICE, "-", given=TABLE)

    assert untouched == []
    outcomes = [json.loads(line)["outcome"] for line in dry.stdout.splitlines()]
    assert outcomes == ["new", "new", "error"]
    assert (dry.status, done.status, again.status) == (1, 1, 1)
    assert [line.split()[2] for line in done.stdout.splitlines()[:2]] == ["created", "created"]
    assert "The address has a blank in it." in done.stdout
    assert [line.split()[2] for line in again.stdout.splitlines()[:2]] == ["same", "same"]
    head, line = new.read_text().splitlines()
    address, password = line.split(",")
    assert (head, address) == ("address,password", "jan@firma.example")
    assert service.verify_password("jan@firma.example", password)
    assert (new.stat().st_mode & 0o777) == 0o600


def test_one_mailbox_through_its_life(service: Simulator, command: Command) -> None:
    """Created, edited, put into the bin, restored, deleted for good."""
    made = command("mailbox", "create", *SERVICE, "anna", "--limit", "1", "--json")
    password = json.loads(made.stdout)["password"]
    assert service.verify_password("anna@firma.example", password)

    edited = command("mailbox", "edit", *SERVICE, "anna", "--display-name", "Anna", "--hidden")
    account = service.account("anna@firma.example")
    assert account is not None
    assert edited.status == 0
    assert account.attrs["displayName"] == ["Anna"]
    assert account.attrs["zimbraMailQuota"] == [str(2**30)]

    early = command("mailbox", "delete", *SERVICE, "anna", "--dry-run")
    binned = command("mailbox", "bin", *SERVICE, "anna@firma.example")
    listed = command("mailbox", "list", *SERVICE, "--json")
    assert (early.status, binned.status) == (1, 0)
    states = {one["address"]: one["state"] for one in map(json.loads, listed.stdout.splitlines())}
    assert states["anna@firma.example"] == "bin"
    assert command("mailbox", "restore", *SERVICE, "anna").status == 0
    assert account.attrs["zimbraAccountStatus"] == ["active"]

    command("mailbox", "bin", *SERVICE, "anna")
    assert command("mailbox", "delete", *SERVICE, "anna", "--dry-run").status == 0
    assert service.account("anna@firma.example") is not None
    assert command("mailbox", "delete", *SERVICE, "anna", "--yes").status == 0
    assert service.account("anna@firma.example") is None


def test_other_services_and_system_accounts_are_not_touched(
    service: Simulator, command: Command
) -> None:
    """Whatever the address."""
    service.create_domain("other.example")
    service.create_account("boss@other.example", "Old-Pass-1")
    service.create_account("spam@firma.example", "Old-Pass-1", zimbraIsSystemResource="TRUE")
    for address in ("boss@other.example", "spam@firma.example", "admin@example.test"):
        assert command("mailbox", "bin", *SERVICE, address).status == 1
    assert service.writes() == []


def test_an_export_is_imported_again(service: Simulator, command: Command) -> None:
    """And changes nothing."""
    service.create_account("anna@firma.example", "Old-Pass-1", displayName="=cmd|' /C calc'!A0")
    for language in languages.found():
        table = command("mailbox", "export", *SERVICE, "--language", language).stdout
        assert "'=cmd" in table
        again = command("mailbox", "import", *SERVICE, "-", given=table)
        assert again.status == 0, again
        assert {line.split()[2] for line in again.stdout.splitlines()} == {"same"}
    assert service.writes() == []
