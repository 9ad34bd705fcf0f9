"""What doctor says of the rights that the settings and the queue need."""

from __future__ import annotations

import json
from typing import Any

import pytest

from puq_zimbra.simulator import Simulator

from ..conftest import Command


@pytest.fixture
def findings(command: Command) -> Any:
    """What doctor finds about the settings."""

    def call() -> list[tuple[str, str, list[str]]]:
        done = command("doctor", "--json")
        found = json.loads(done.stdout)
        rows = found["findings"] if isinstance(found, dict) else found
        return [(one["level"], one["sentence"], one["next"]) for one in rows
                if one["check"] == "server-settings"]  # fmt: skip

    return call


def test_a_global_administrator_has_all_rights(findings: Any, simulator: Simulator) -> None:
    """Where no server delivers mail, there is no queue to look into."""
    assert [one[0] for one in findings()] == ["ok"]
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

    assert level == "note"
    assert "zmprov grr global usr admin@example.test modifyGlobalConfig" in commands
    assert "zmprov grr global usr admin@example.test modifyCos" in commands
