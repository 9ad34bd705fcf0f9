"""`puq-zimbra service`: hooks for people, by the ids in the stamp and the order that was sold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from puq_zimbra.simulator import Simulator

from .conftest import Command, Hook, Params
from .zimbra_state import GRACE, STAMP, foreign_names, status

SERVICE = ("crm.example", "42")


@pytest.fixture
def order(params: Params, tmp_path: Path) -> str:
    """A file with what was sold, as it was sent for another event."""
    path = tmp_path / "order.json"
    path.write_text(json.dumps({**params, "request_id": "r-1", "new_password": "Canary-Pass-1"}))
    return str(path)


def test_show_says_all_of_a_service_by_its_ids_alone(
    hook: Hook, simulator: Simulator, command: Command
) -> None:
    """Support has a ticket with a number and nothing else."""
    hook("create")
    simulator.create_list("all@firma.example")
    simulator.add_mail("admin@firma.example", 3 * 2**20)
    hook("usage")
    hook("terminate", service={"plan": GRACE})
    shown = json.loads(command("service", "show", *SERVICE, "--json").stdout)
    text = command("service", "show", *SERVICE)

    usage = shown.pop("usage")
    assert shown.pop("purge_at") is not None
    assert shown.pop("id") == simulator.domain("firma.example").id
    assert shown == {
        "stamp": STAMP,
        "server": "mail1",
        "name": "firma.example",
        "model": "domain",
        "status": "locked",
        "suspended": True,
        "unfinished": False,
        "deleting": False,
        "other_stamps": 0,
        "limits": {
            "cos": "business",
            "accounts": 25,
            "mailbox_quota": 5 * 2**30,
            "domain_quota": 50 * 2**30,
        },
        "holds": {
            "accounts": 1, "resources": 0, "lists": 1, "aliases": 0, "alias_domains": [],
        },
    }  # fmt: skip
    assert (usage["used"], usage["mailboxes"], usage["stale"]) == (3 * 2**20, 1, False)
    assert text.status == 0
    assert "used 3 MB" in text.stdout
    assert "mailbox_quota 5120 MB" in text.stdout


def test_show_of_a_service_whose_words_cannot_be_read_says_so(
    hook: Hook, simulator: Simulator, command: Command
) -> None:
    """It is what one runs when something is wrong."""
    hook("create")
    names = simulator.domain("firma.example").attrs["zimbraForeignName"]
    names += ["puq_zimbra.purge:soon", "puq_zimbra:crm.example:7", "puq_zimbra.creating"]
    shown = json.loads(command("service", "show", *SERVICE, "--json").stdout)

    assert "cannot be read" in shown["problem"]
    assert (shown["unfinished"], shown["other_stamps"]) == (True, 1)
    assert shown["usage"] is None


def test_a_service_is_found_on_one_domain_or_not_at_all(
    hook: Hook, simulator: Simulator, command: Command
) -> None:
    """An unclear owner and an unreachable server are no answer."""
    absent = command("service", "show", *SERVICE)
    hook("create")
    simulator.create_domain("druga.example", zimbraForeignName=STAMP)
    twice = command("service", "show", *SERVICE)
    wrong = command("service", "show", "crm.example", "4:2")
    unknown = command("service", "show", *SERVICE, "--server", "mail9")
    simulator.drop_next("SearchDirectoryRequest", times=3)
    unreachable = command("service", "show", *SERVICE)

    assert absent.status == 1
    assert STAMP in absent.stderr
    assert twice.status == 1
    assert "druga.example (mail1)" in twice.stderr
    assert "firma.example (mail1)" in twice.stderr
    assert (wrong.status, unknown.status, unreachable.status) == (65, 78, 69)
    assert absent.stdout + twice.stdout + unreachable.stdout == ""


def test_restore_needs_no_order(hook: Hook, simulator: Simulator, command: Command) -> None:
    """The domain says itself what to go back to."""
    hook("create")
    hook("terminate", service={"plan": GRACE})
    dry = command("service", "restore", *SERVICE, "--dry-run")
    before = status(simulator)
    first = command("service", "restore", *SERVICE)
    second = command("service", "restore", *SERVICE)

    assert dry.status == 0
    assert "zimbraDomainStatus=active" in dry.stdout
    assert before == "locked"
    assert first.stdout == "The service firma.example was restored.\n"
    assert second.stdout == "The service firma.example waits for no deletion.\n"
    assert (status(simulator), foreign_names(simulator)) == ("active", [STAMP])


def test_plan_drift_and_repair_of_an_order(
    hook: Hook, simulator: Simulator, command: Command, order: str
) -> None:
    """Planned, sold, changed by hand, seen, mended."""
    planned = command("service", "plan", *SERVICE, "--order", order)
    none_yet = simulator.writes()
    hook("create", request_id="r-1")
    simulator.domain("firma.example").attrs["zimbraMailDomainQuota"] = ["0"]
    simulator.reset_log()
    seen = command("service", "drift", *SERVICE, "--order", order)
    dry = command("service", "repair", *SERVICE, "--order", order, "--dry-run")
    still = simulator.writes()
    mended = command("service", "repair", *SERVICE, "--order", order, "--items", "limits")
    ending = command("service", "plan", *SERVICE, "--order", order, "--event", "terminate")

    assert "\nby create:\ncreate firma.example  zimbraForeignName=" + STAMP in planned.stdout
    assert none_yet == still == []
    assert (
        "limits         firma.example  zimbraMailDomainQuota=0 ->"
        " zimbraMailDomainQuota=5368709120  (by repair)" in seen.stdout
    )
    assert "modify firma.example  zimbraMailDomainQuota=5368709120" in dry.stdout
    assert mended.stdout.startswith("Repaired in the service firma.example: limits.")
    assert [line.split()[:2] for line in ending.stdout.splitlines()[1:]] == [
        ["delete", "admin@firma.example"],
        ["delete", "firma.example"],
    ]
    assert simulator.domain("firma.example") is not None
    everything = planned.stdout + seen.stdout + dry.stdout + mended.stdout + ending.stdout
    assert "Pass-1" not in everything


def test_what_is_refused_is_said_on_standard_error(
    simulator: Simulator, command: Command, order: str
) -> None:
    """With the status of the reply, as for a hook."""
    missing = command("service", "repair", *SERVICE, "--order", order)
    as_json = command("service", "repair", *SERVICE, "--order", order, "--json")

    assert (missing.status, missing.stdout) == (1, "")
    assert "does not exist" in missing.stderr
    assert json.loads(as_json.stdout)["code"] == "not_found"


def test_adopt_of_an_order(simulator: Simulator, command: Command, order: str) -> None:
    """With what would not be as it was sold, beforehand."""
    simulator.create_domain("firma.example")
    simulator.create_account("admin@firma.example", "Old-Pass-1")
    dry = command("service", "adopt", *SERVICE, "--order", order, "--dry-run")
    before = simulator.writes()
    done = command("service", "adopt", *SERVICE, "--order", order)

    assert "holds accounts=1, resources=0, lists=0" in dry.stdout
    assert "left  administrator" in dry.stdout
    assert before == []
    assert done.stdout == "firma.example is this service's now.\n"


@pytest.mark.parametrize(
    ("given", "status", "words"),
    [
        (None, 64, "--order FILE is needed"),
        ("", 65, "is not whole JSON"),
        ("{", 65, "is not whole JSON"),
        ('{"service": {"id": "42"}, "service": {}}', 65, "no key stands twice"),
        ("[]", 65, "is not the JSON of a call"),
        ('{"service": {"id": "43"}}', 65, "has another service.id"),
        ('{"service": {"id": 42}}', 65, "has another service.id"),
        ('{"service": {"id": "42"}, "installation": "x"}', 65, "has another installation"),
        ('{"service": {"id": "42"}}', 65, "server is missing"),
        ('{"service": {"id": "42"}, "serverr": 1}', 65, "serverr is not a known key"),
    ],
)
@pytest.mark.parametrize("verb", ["plan", "repair"])
def test_a_wrong_order_is_refused(
    command: Command, simulator: Simulator, verb: str, given: Any, status: int, words: str
) -> None:
    """Another service's order would mend this one to what somebody else bought."""
    options = [] if given is None else ["--order", "-"]
    done = command("service", verb, *SERVICE, *options, given=given or "")

    assert done.status == status
    assert words in done.stderr
    assert simulator.log == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("repair", *SERVICE, "--order", "-", "--items", " ,"),
        ("plan", *SERVICE, "--order", "-", "--event", "suspend"),
        ("adopt", "crm.example"),
        ("adopt", *SERVICE, "--csv", "-"),
        ("adopt", "--csv", "-", "--order", "-"),
        ("adopt", *SERVICE, "--order", "-", "--server", "mail1"),
        ("drift", "crm.example"),
    ],
)
def test_what_was_meant_must_be_clear(command: Command, arguments: tuple[str, ...]) -> None:
    """A misread command line writes to the wrong place."""
    assert command("service", *arguments, given="{}").status == 64


def test_a_file_that_cannot_be_read_is_named(command: Command, tmp_path: Path) -> None:
    """Not a traceback."""
    done = command("service", "drift", *SERVICE, "--order", str(tmp_path / "none.json"))

    assert done.status == 65
    assert "none.json cannot be read: No such file" in done.stderr
