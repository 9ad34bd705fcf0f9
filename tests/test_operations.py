"""Operations: one at a time for a service, and the same request is answered the same.

The audit trail cannot be changed unnoticed.
"""

from __future__ import annotations

import threading
from typing import Any

import pytest

from puq_zimbra.config import Config
from puq_zimbra.engine.dispatch import dispatch
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator
from puq_zimbra.store.database import Store
from puq_zimbra.store.operations.intents import Intent

from . import databases
from .conftest import NO_LIMITS, Hook, Params

pytestmark = pytest.mark.both_databases


def together(count: int, work: Any) -> list[Any]:
    """Do the same in several threads at once, each with a runtime of its own."""
    barrier, results = threading.Barrier(count), [None] * count

    def one(number: int) -> None:
        barrier.wait()
        results[number] = work(number)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_a_double_click_makes_everything_once(
    params: Params, config: Config, simulator: Simulator
) -> None:
    """Ten identical orders at once, as ten processes would send them."""

    def create(_: int) -> str:
        runtime = Runtime(config)
        try:
            return str(dispatch("plain", "create", params, runtime).value["code"])
        finally:
            runtime.close()

    codes = sorted(together(10, create))

    assert codes == ["already_exists"] * 9 + ["created"]
    assert [c.name for c in simulator.writes()].count("CreateDomainRequest") == 1
    assert [c.name for c in simulator.writes()].count("CreateAccountRequest") == 1


def test_another_operation_of_the_service_is_busy(
    hook: Hook, runtime: Runtime, simulator: Simulator
) -> None:
    """Suspend must not run into a termination."""
    hook("create")
    runtime.store().operations.begin(
        Intent("op-other", "crm.example", "42", "terminate", None, "f"), 60
    )
    simulator.reset_log()
    answer = hook("suspend")

    assert (answer.value["code"], answer.exit_status, answer.http_status) == ("busy", 75, 409)
    assert answer.value["retryable"] is True
    assert simulator.writes() == []


def test_the_service_of_a_dead_process_is_taken_over(hook: Hook, runtime: Runtime) -> None:
    """A killed process leaves a lease that runs out."""
    intent = Intent("op-dead", "crm.example", "42", "create", None, "f")
    runtime.store().operations.begin(intent, -10)

    assert hook("create").value["code"] == "created"


def test_the_same_call_waits_and_then_says_pending(
    params: Params, config: Config, simulator: Simulator
) -> None:
    """A host that gives up after 30 seconds must hear something before; a later call joins."""
    simulator.delay_next("CreateDomainRequest", 1.0)
    in_a_hurry = {"limits": {**NO_LIMITS, "hook_seconds": 0.2}}
    patient = Runtime(config)
    hasty = Runtime(Config.model_validate(config.model_dump() | in_a_hurry))
    first: list[str] = []
    thread = threading.Thread(
        target=lambda: first.append(dispatch("plain", "create", params, patient).value["code"])
    )
    thread.start()
    begun = threading.Event()
    while not simulator.calls("GetDomainRequest"):
        begun.wait(0.01)
    second = dispatch("plain", "create", params, hasty)
    thread.join()
    third = dispatch("plain", "create", params, patient)
    patient.close()
    hasty.close()

    assert first == ["created"]
    assert (second.value["code"], second.exit_status, second.http_status) == ("pending", 75, 202)
    assert third.value["code"] == "already_exists"


def test_the_same_request_gets_the_same_answer(hook: Hook, simulator: Simulator) -> None:
    """Also when the world has changed since."""
    first = hook("create", request_id="r-1")
    simulator.reset_log()
    second = hook("create", request_id="r-1")
    other = hook("create", request_id="r-1", service={"plan": {"mailboxes": 3}})

    assert (first.value["code"], second.value["code"]) == ("created", "created")
    assert second.value["data"] == first.value["data"]
    assert other.value["code"] == "refused"
    assert simulator.log == []


def test_a_failed_request_is_carried_out_again(hook: Hook, simulator: Simulator) -> None:
    """A stored failure would make every retry useless."""
    simulator.drop_next("GetDomainRequest", times=3)
    first = hook("create", request_id="r-2")

    assert first.value["code"] == "unavailable"
    assert hook("create", request_id="r-2").value["code"] == "created"


FORGED = (
    "insert into audit (number, at, installation, service_id, event, operation, code, seal)"
    " values (4, 0, 'x', '1', 'create', 'op-1', 'created', 'forged')"
)


@pytest.mark.parametrize(
    "change",
    [
        "",
        "update audit set code = 'created' where number = 2",
        "update audit set actor = 'staff 3' where number = 2",
        "delete from audit where number = 2",
        "delete from audit where number = 3",
        "delete from audit",
        "delete from audit_end",
        "delete from audit; delete from audit_end",
        FORGED,
    ],
)
def test_the_audit_trail_shows_any_change(
    hook: Hook, runtime: Runtime, config: Config, change: str
) -> None:
    """Who did what to a customer's mail must be beyond doubt."""
    for event in ("create", "suspend", "terminate"):
        hook(event)
    databases.execute(config, *filter(None, change.split(";")))
    lines = list(runtime.store().trail.lines())

    if change:
        assert not all(intact for _, intact in lines)
    else:
        assert [(line["event"], line["code"], intact) for line, intact in lines] == [
            ("create", "created", True),
            ("suspend", "updated", True),
            ("terminate", "updated", True),
        ]


@pytest.mark.parametrize("event", ["create", "change_password"])
def test_no_secret_is_in_the_store(hook: Hook, config: Config, event: str) -> None:
    """Backups of the store travel."""
    hook("create")
    hook(event, new_password="Canary-Pass-7", request_id="r-3")
    kept = databases.everything(config)

    for secret in (b"Canary-Pass-7", b"First-Pass-1", b"test123"):
        assert secret not in kept


def test_the_key_of_the_fingerprints_is_made_once(config: Config) -> None:
    """Two processes that start together must agree on it."""

    def open_one(_: int) -> str:
        store = Store.open(config)
        try:
            return store.operations.fingerprint({"a": 1})
        finally:
            store.close()

    assert len(set(together(8, open_one))) == 1
    key = config.store_directory() / "key"
    assert (key.stat().st_mode & 0o777, key.stat().st_size) == (0o600, 32)
    assert [path.name for path in config.store_directory().glob("key.*")] == []


def test_a_damaged_key_is_not_worked_with(hook: Hook, config: Config) -> None:
    """Digests made with a short key could be guessed back; nothing is sent to Zimbra."""
    key = config.store_directory() / "key"
    key.parent.mkdir(parents=True, exist_ok=True)
    key.write_bytes(b"")
    answer = hook("create")

    assert answer.value["code"] == "misconfigured"
    assert str(key) in answer.value["message"]
