"""What doctor says of the rights that the pages, the settings, the queue and DKIM keys need."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from puq_zimbra.settings.table import attributes
from puq_zimbra.simulator import Simulator
from puq_zimbra.zimbra.client import Zimbra

from ..conftest import Command


@pytest.fixture
def findings(command: Command) -> Any:
    """What one of doctor's checks finds, that of the settings unless another is named."""

    def call(check: str = "server-settings") -> list[tuple[str, str, list[str]]]:
        done = command("doctor", "--json")
        found = json.loads(done.stdout)
        rows = found["findings"] if isinstance(found, dict) else found
        return [(one["level"], one["sentence"], one["next"]) for one in rows
                if one["check"] == check]  # fmt: skip

    return call


def test_a_global_administrator_has_all_rights(findings: Any, simulator: Simulator) -> None:
    """Where no server delivers mail, there is no queue to look into."""
    assert [one[0] for one in findings()] == ["ok"]
    assert [one[:2] for one in findings("customers")] == [
        ("ok", "Mailboxes, lists and rooms on customers' pages can be read and changed."),
        ("ok", "DKIM keys can be read and changed."),
    ]
    simulator.queue_message("3F1A2B", to="a@else.test")
    assert [one[0] for one in findings()] == ["ok", "ok"]
    simulator.fail_next("GetMailQueueInfoRequest", "service.FAILURE")
    (_, (level, sentence, commands)) = findings()
    assert (level, commands[0]) == ("note", "su - zimbra -c zmsshkeygen")
    assert "over SSH" in sentence


def test_missing_rights_are_named_with_their_commands(findings: Any, simulator: Simulator) -> None:
    """A delegated administrator may neither read nor change them."""
    admin = simulator.account("admin@example.test")
    assert admin is not None
    admin.attrs |= {
        "zimbraIsAdminAccount": ["FALSE"],
        "zimbraIsDelegatedAdminAccount": ["TRUE"],
    }
    (level, _, commands), *_ = findings()
    pages, keys = findings("customers")

    assert (level, pages[0], keys[0]) == ("note",) * 3
    assert keys[1].startswith("DKIM keys cannot be changed: admin@example.test lacks ")
    assert keys[2][-1] == "zmprov grr global usr admin@example.test modifyDomain"
    assert "zmprov grr global usr admin@example.test modifyAccount" in pages[2]
    assert "zmprov grr global usr admin@example.test modifyGlobalConfig" in commands
    assert "zmprov grr global usr admin@example.test modifyCos" in commands


def test_rights_that_were_granted_are_not_missed(
    findings: Any, simulator: Simulator, settings: str, zimbra: Zimbra
) -> None:
    """With them, a delegated administrator can have keys written."""
    name = "lesser@firma.example"
    domain = simulator.create_domain("firma.example")
    account = simulator.create_account(name, "test123", zimbraIsDelegatedAdminAccount="TRUE")
    path = Path(settings)
    path.write_text(path.read_text().replace("admin@example.test", name))
    for right in ("getDomain", "listDomain", "modifyDomain"):
        zimbra.grant_right(domain.id, account.id, right)
    zimbra.grant_right(domain.id, account.id, "getAccount")
    pages, keys = findings("customers")

    assert keys[0] == "ok"
    assert pages[0] == "note"
    assert "getAccount" not in pages[1]
    assert "modifyDomain" not in pages[1]


def test_who_may_read_settings_may_not_write_them(
    findings: Any, simulator: Simulator, settings: str
) -> None:
    """Each attribute is asked about: what is missing is named, and nothing else."""
    name = "lesser@firma.example"
    simulator.create_domain("firma.example")
    account = simulator.create_account(name, "test123", zimbraIsDelegatedAdminAccount="TRUE")
    simulator.queue_message("3F1A2B", to="a@else.test")
    path = Path(settings)
    path.write_text(path.read_text().replace("admin@example.test", name))

    def grant(*rights: str) -> None:
        simulator.state.global_grants += [f"{account.id} usr {one}" for one in rights]

    grant("getGlobalConfig", "getServer", "getCos", "getDomain", "getAccount")
    grant("listServer", "listCos", "listDomain")
    (level, sentence, commands), (_, queue, on_queue) = findings()
    server = simulator.state.hostname
    assert level == "note"
    assert f"{name} lacks rights" in sentence
    assert commands == [
        f"zmprov grr global usr {name} modifyGlobalConfig",
        f"zmprov grr server {server} usr {name} modifyServer",
        f"zmprov grr global usr {name} modifyCos",
        f"zmprov grr global usr {name} modifyDomain",
    ]
    assert queue == f"The queue of {server} may not be looked into, nor its messages acted on."
    assert on_queue == [f"zmprov grr server {server} usr {name} manageMailQueue"]

    first, *rest = attributes("global")
    grant("modifyServer", "modifyCos", "modifyDomain", "manageMailQueue")
    grant(*(f"set.config.{one}" for one in rest))
    (_, _, commands), (level, _, _) = findings()
    assert commands == [f"zmprov grr global usr {name} set.config.{first}"]
    assert level == "ok"
    grant(f"set.config.{first}")
    assert [one[0] for one in findings()] == ["ok", "ok"]
