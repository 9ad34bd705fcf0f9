"""What the jobs of cron log: how each thing ended, with its reference, in the asked form."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from puq_zimbra.simulator import Simulator

from .conftest import Command, Hook
from .test_going_on import lose


def lines(text: str) -> list[dict[str, Any]]:
    """The JSON lines among others."""
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


@pytest.fixture
def all_logged(settings: str) -> None:
    """Somebody set the level, as without systemd it must be."""
    path = Path(settings)
    path.write_text(path.read_text() + '[log]\nlevel = "info"\n')


@pytest.fixture
def left_open(hook: Hook, simulator: Simulator) -> str:
    """An operation whose answer was lost; its reference."""
    hook("create")
    lose(simulator, "ModifyDomainRequest")
    return str(hook("suspend").value["reference"])


@pytest.mark.usefixtures("all_logged")
def test_work_logs_each_operation(command: Command, left_open: str) -> None:
    """Under its reference, with service, server and time, then the whole run."""
    done = command("work")
    carried_on, run = lines(done.stderr)[-2:]

    assert (carried_on["event"], carried_on["level"]) == ("carried on", "info")
    assert carried_on["reference"] == left_open
    assert (carried_on["service"], carried_on["installation"]) == ("42", "crm.example")
    assert {"server", "code", "seconds", "hook", "at"} <= {*carried_on}
    assert (run["event"], run["operations"], run["left_open"]) == ("work", 1, 0)
    assert done.stdout.splitlines()[-1] == "updated: 1; left open: 0, held: 0"


@pytest.mark.usefixtures("all_logged")
def test_the_usage_sync_logs_each_server(command: Command, hook: Hook, settings: str) -> None:
    """One that fails as a warning, with the sentence that was printed."""
    hook("create")
    first = lines(command("usage", "sync").stderr)
    path = Path(settings)
    path.write_text(path.read_text().replace("admin@example.test", "nobody@example.test"))
    second = lines(command("usage", "sync").stderr)

    assert [one["event"] for one in first] == ["usage of a server", "usage sync"]
    assert (first[0]["server"], first[0]["code"], first[0]["services"]) == ("mail1", "done", 1)
    failed = next(one for one in second if one["event"] == "usage of a server")
    assert (failed["level"], failed["code"]) == ("warning", "misconfigured")
    assert second[-1]["failed"] == 1


@pytest.mark.usefixtures("all_logged")
def test_purge_and_backup_log_what_they_did(command: Command, hook: Hook, tmp_path: Path) -> None:
    """Each deletion is a hook with a reference of its own."""
    hook("create")
    (run,) = lines(command("purge", "--due").stderr)
    (saved,) = lines(command("store", "backup", str(tmp_path / "backup.tar")).stderr)

    assert (run["event"], run["code"], run["services"]) == ("purge", "done", 0)
    assert (saved["event"], saved["code"]) == ("backup", "done")
    assert saved["bytes"] > 0


def test_cron_mails_no_success_and_the_journal_has_it(
    command: Command, hook: Hook, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without a level in the settings; each line of the journal bears its priority."""
    hook("create")
    assert lines(command("usage", "sync").stderr) == []

    with (tmp_path / "journal").open("w+") as journal:
        about = os.fstat(journal.fileno())
        monkeypatch.setenv("JOURNAL_STREAM", f"{about.st_dev}:{about.st_ino}")
        monkeypatch.setattr(sys, "stderr", journal)
        command("usage", "sync")
        command("usage", "sync", "--server", "nobody")
        journal.seek(0)
        told = journal.read().splitlines()

    assert [one[:4] for one in told] == ["<6>{", "<6>{", "<4>{", "<6>{", "nobo"]
