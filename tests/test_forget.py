"""`puq-zimbra service forget`: what names a former customer leaves the store."""

from __future__ import annotations

import json
from typing import Any

import pytest

from puq_zimbra.config import Config
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator
from puq_zimbra.store.bulk import Outcome
from puq_zimbra.store.dns import DomainKey
from puq_zimbra.store.operations.answers import Answered
from puq_zimbra.store.operations.intents import Intent

from . import databases
from .conftest import Command, Hook

DOMAIN, SHOWN = "xn--kwiaty-upb.example", "kwiatyż.example"
MB = 2**20
#: what may be left nowhere; the last two are what the customer wrote and is called
NAMES = (
    *(DOMAIN, SHOWN, "ewelina@", "bukiet@", "gosc@", "admin@xn--"),
    *("Nie zaplacil Eustachy", "Eustachy Kwiatek"),
)


def live(hook: Hook, command: Command, runtime: Runtime, simulator: Simulator, name: str) -> None:
    """A service's life, in which everything was noted that can be."""
    service = {"id": name, "domain": DOMAIN}
    customer = {"kind": "customer", "id": "7", "name": "Eustachy Kwiatek"}
    staff = {"kind": "staff", "id": "3", "name": "Biuro"}
    assert hook("create", service=service, actor=staff, request_id="r-1").value["ok"]
    simulator.add_mail(f"admin@{DOMAIN}", 10 * MB)
    simulator.create_account(f"ewelina@{DOMAIN}", "Geheim-1", zimbraMailQuota=str(100 * MB))
    simulator.add_mail(f"ewelina@{DOMAIN}", 99 * MB)
    assert command("usage", "sync").status == 0
    hook("suspend", service=service, reason="Nie zaplacil Eustachy", actor=customer)
    store = runtime.store()
    key = DomainKey("crm.example", name, DOMAIN)
    store.dns.want(key, {"mx": DOMAIN}, 5)
    store.bulk.keep("b-1", "crm.example", name, [{"address": f"bukiet@{DOMAIN}"}])
    intent = Intent("op-b1", "crm.example", name, "client_action", None, "f", actor=None)
    store.bulk.begin("b-1", intent, [], [Outcome(1, f"bukiet@{DOMAIN}", "error", f"gosc@{DOMAIN}")])
    databases.execute(runtime.config, "UPDATE operation SET state = 'done' WHERE id = 'op-b1'")
    for identity, text in (("w-1", f"{{'domain': '{SHOWN}'}}"), ("w-2", "druga.example")):
        given = Answered("d", 1, 200, final=True, body=text.encode())
        store.answers.keep(identity, given, again=False)


def ledger(command: Command) -> list[Any]:
    """The figures of the month."""
    lines = command("usage", "ledger", "--json").stdout.splitlines()
    rows = [json.loads(line) for line in lines]
    return sorted((row["figure"], row["value"]) for row in rows)


@pytest.mark.both_databases
@pytest.mark.parametrize("name", ["42", DOMAIN])
def test_nothing_names_him_any_more(
    hook: Hook, command: Command, runtime: Runtime, simulator: Simulator, config: Config, name: str
) -> None:
    """Of a service that is gone: the audit still verifies, what was billed is still shown."""
    hook("create", service={"id": "99", "domain": "druga.example"})
    live(hook, command, runtime, simulator, name)
    kept = databases.everything(config)
    assert [one for one in (DOMAIN, "ewelina@", "Kwiatek") if one.encode() not in kept] == []
    alive = command("service", "forget", "crm.example", name)
    assert (alive.status, f"{SHOWN} on mail1 bears its stamp" in alive.stderr) == (1, True)
    assert hook("terminate", service={"id": name, "domain": DOMAIN}).value["ok"]
    before = ledger(command), command("usage", "show", "crm.example", "99", "--json").stdout
    trail = [line["code"] for line, _ in runtime.store().trail.lines()]

    tried = json.loads(
        command("service", "forget", "crm.example", name, "--dry-run", "--json").stdout
    )
    assert DOMAIN.encode() in databases.everything(config)
    done = json.loads(command("service", "forget", "crm.example", name, "--json").stdout)
    again = command("service", "forget", "crm.example", name)

    assert tried["forgotten"] == done["forgotten"]
    assert done["overwritten"]
    assert "nothing is held of it" in again.stdout
    left = databases.everything(config)
    assert [one for one in NAMES if one.encode() in left] == []
    assert (b"druga.example" in left, b"Biuro" in left) == (True, True)
    lines = list(runtime.store().trail.lines())
    assert all(intact for _, intact in lines)
    assert [line["code"] for line, _ in lines] == [*trail, "updated"]
    assert {line["service_id"] for line, _ in lines} == {"99", done["known_as"]}
    assert "customer 7" in [line["actor"] for line, _ in lines]
    assert (
        ledger(command),
        command("usage", "show", "crm.example", "99", "--json").stdout,
    ) == before
    answers = runtime.store().answers
    assert [one and one.body for one in map(answers.get, ("w-1", "w-2"))] == [
        None,
        b"druga.example",
    ]


def test_a_forged_line_is_not_made_good_by_it(
    hook: Hook, command: Command, runtime: Runtime, config: Config
) -> None:
    """Or whoever may forget could rewrite what was done."""
    customer = {"kind": "customer", "name": "Eustachy Kwiatek"}
    for event in ("create", "suspend", "terminate"):
        hook(event, actor=customer)
    databases.execute(config, "UPDATE audit SET code = 'unchanged' WHERE number = 2")
    assert command("service", "forget", "crm.example", "42").status == 0
    assert [intact for _, intact in runtime.store().trail.lines()] == [True, False, True, True]
    databases.execute(config, "UPDATE audit SET actor = 'customer Nobody' WHERE number = 3")

    assert command("audit").status == 1
    assert [intact for _, intact in runtime.store().trail.lines()] == [True, False, False, True]


def test_what_may_live_is_not_forgotten(
    hook: Hook, command: Command, simulator: Simulator, config: Config
) -> None:
    """Waiting for its day, on a server that nobody asks, or in the middle of something."""
    hook("create")
    command("usage", "sync")
    hook("terminate", service={"plan": {"terminate": {"mode": "grace", "grace_days": 9}}})
    waits = command("service", "forget", "crm.example", "42")
    hook("terminate")
    databases.execute(config, "UPDATE operation SET state = 'open' WHERE number = 2")
    unfinished = command("service", "forget", "crm.example", "42")
    databases.execute(config, "UPDATE operation SET state = 'done' WHERE number = 2")
    databases.execute(config, "UPDATE service SET server = 'old.example.test:7071'")
    elsewhere = command("service", "forget", "crm.example", "42")
    gone = command("service", "forget", "crm.example", "42", "--server-is-gone")

    assert [one.status for one in (waits, unfinished, elsewhere, gone)] == [1, 1, 78, 0]
    assert "not finished" in unfinished.stderr
    assert "old.example.test:7071" in elsewhere.stderr
