"""Operations that go on: what a hook could not finish is open, and finished once, by the newest."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from puq_zimbra.billing import plain
from puq_zimbra.config import Config
from puq_zimbra.engine import saved_request, unfinished
from puq_zimbra.engine.dispatch import Answer, dispatch
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.request import Request
from puq_zimbra.simulator import Simulator
from puq_zimbra.simulator.chaos import Plan
from puq_zimbra.store.operations.intents import Intent
from puq_zimbra.store.operations.records import OperationRecord
from puq_zimbra.zimbra.client import Zimbra

from . import databases
from .conftest import NO_LIMITS, Hook, Params
from .operations import carried_on, operation
from .processes import wait_for

pytestmark = pytest.mark.both_databases

PENDING = ("pending", 75, 202)


def told(answer: Answer) -> tuple[str, int, int]:
    """What a host acts on."""
    return answer.value["code"], answer.exit_status, answer.http_status


def states(runtime: Runtime) -> list[tuple[str, str]]:
    """Every operation's event and state, in order."""
    return [(one.event, one.state) for one in runtime.store().operations.all()]


def last(runtime: Runtime) -> OperationRecord:
    """The operation that began last."""
    return list(runtime.store().operations.all())[-1]


def lose(simulator: Simulator, name: str) -> None:
    """Let no answer come to a write, nor to its repetition after a look; nothing is done."""
    simulator.drop_next(name, times=2)


@pytest.fixture
def hasty(config: Config, params: Params) -> Iterator[Callable[..., Answer]]:
    """Call an event with half a second of time."""
    limits = {"limits": {**NO_LIMITS, "hook_seconds": 0.5}}
    runtime = Runtime(Config.model_validate(config.model_dump() | limits))
    yield lambda event, host="plain": dispatch(host, event, params, runtime)
    runtime.close()


def fill(simulator: Simulator, count: int) -> None:
    """Give the customer some mailboxes."""
    for number in range(count):
        simulator.create_account(f"user{number}@firma.example", "Some-Pass-1")


def test_a_long_termination_is_pending_and_the_next_call_goes_on(
    hook: Hook, hasty: Hook, runtime: Runtime, simulator: Simulator
) -> None:
    """A domain of many mailboxes takes longer than any host waits."""
    hook("create")
    fill(simulator, 8)
    simulator.reset_log()
    simulator.delay_next("DeleteAccountRequest", 0.1, times=8)
    first = hasty("terminate")
    done_before = [call for call in simulator.calls("DeleteAccountRequest") if call.ok]
    state = last(runtime)
    second = hook("terminate")

    assert told(first) == PENDING
    assert first.value["retryable"] is True
    assert first.value["reference"] == state.id
    assert state.state == "open"
    assert 0 < len(done_before) < 9
    assert second.value["code"] == "updated"
    assert simulator.domain("firma.example") is None
    assert sum(call.ok for call in simulator.calls("DeleteAccountRequest")) == 9
    assert states(runtime)[1:] == [("terminate", "superseded"), ("terminate", "done")]


def test_pending_says_to_a_person_that_work_goes_on(
    params: Params, config: Config, simulator: Simulator, hook: Hook, runtime: Runtime
) -> None:
    """WHMCS shows the text in its queue, beside a button that says Retry."""
    hook("create", installation="whmcs")
    lose(simulator, "ModifyDomainRequest")
    server = params["server"]
    given = {
        "serviceid": "42",
        "domain": "firma.example",
        "serverhostname": "127.0.0.1",
        "serverport": server["url"].rpartition(":")[2].partition("/")[0],
        "serverusername": server["username"],
        "serverpassword": server["password"],
        "serveraccesshash": f"ca_file={server['tls']['ca_file']}",
    }
    text = dispatch("whmcs", "SuspendAccount", given, runtime).value

    reference = last(runtime).id
    assert text == (
        "Pending: the work goes on. Retry in a few minutes to finish it or see its outcome."
        f" ({reference})"
    )
    assert dispatch("whmcs", "SuspendAccount", given, runtime).value == "success"


def test_a_slow_zimbra_is_pending_before_any_write(
    hook: Hook, hasty: Hook, runtime: Runtime, worker: Runtime, simulator: Simulator
) -> None:
    """A host that repeats the call with the same little time would never get there."""
    hook("create")
    simulator.reset_log()
    simulator.delay_next("GetDomainRequest", 0.7)
    answer = hasty("suspend")

    assert told(answer) == PENDING
    assert simulator.writes() == []
    assert carried_on(answer.value["reference"], worker).code == "updated"
    assert simulator.domain("firma.example").first("zimbraDomainStatus") == "locked"


def test_an_unreachable_zimbra_is_unavailable_before_any_write(
    hook: Hook, runtime: Runtime, simulator: Simulator
) -> None:
    """Nothing is under way, so nothing goes on: the host repeats the call."""
    hook("create")
    simulator.drop_next("GetDomainRequest", times=3)
    answer = hook("suspend")

    assert told(answer) == ("unavailable", 69, 503)
    assert states(runtime)[1:] == [("suspend", "failed")]


def test_an_outcome_that_cannot_be_looked_into_is_pending(
    hook: Hook, runtime: Runtime, worker: Runtime, simulator: Simulator
) -> None:
    """The write was carried out, its answer lost, and then nothing answers any more."""
    hook("create")
    simulator.drop_next("ModifyDomainRequest", applied=True)
    simulator.chaos.add(Plan("GetDomainRequest", "http", times=9, skip=1))
    answer = hook("suspend")
    kept = last(runtime)
    simulator.chaos.clear()
    simulator.reset_log()

    assert told(answer) == PENDING
    assert [(step["request"], step["answer"]) for step in kept.steps] == [
        ("ModifyDomain", "unknown")
    ]
    assert carried_on(kept.id, worker).code == "updated"
    # What shut the domain is not repeated; what ends its sessions goes on.
    assert [call.name for call in simulator.writes()] == [
        "ModifyAccountRequest", "ModifyDomainRequest",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("event", "prepare", "code"),
    [
        ("create", lambda s: s.create_domain("firma.example"), "not_ours"),
        ("create", lambda s: s.fail_next("CreateDomainRequest", "service.PERM_DENIED"), None),
        ("create", lambda s: s.fail_next("CreateAccountRequest", "account.TOO_MANY_ACCOUNTS"), ""),
        ("suspend", lambda s: None, "not_found"),
    ],
    ids=["not ours", "a right is missing", "a limit", "not found"],
)
def test_what_no_time_mends_is_not_left_open(
    hook: Hook, runtime: Runtime, simulator: Simulator, event: str, prepare: Any, code: str | None
) -> None:
    """Whoever must decide or mend something has to hear of it at once."""
    prepare(simulator)
    answer = hook(event)

    assert answer.value["code"] == {None: "misconfigured", "": "refused"}.get(code, code)
    assert states(runtime) == [(event, "failed")]
    assert runtime.store().operations.unfinished() == []


def test_a_repeated_request_gets_the_outcome_of_the_work(
    hook: Hook, worker: Runtime, simulator: Simulator
) -> None:
    """Whoever carried it on, it was this request's operation."""
    hook("create")
    lose(simulator, "ModifyDomainRequest")
    first = hook("suspend", request_id="r-1")
    done = carried_on(first.value["reference"], worker)
    simulator.reset_log()
    second = hook("suspend", request_id="r-1")

    assert (first.value["code"], done.code) == ("pending", "updated")
    assert second.value["code"] == "updated"
    assert simulator.log == []
    assert operation(worker, first.value["reference"]).call is None


def test_a_call_is_kept_whole_but_for_its_secrets(params: Params) -> None:
    """What is lost here, `puq-zimbra work` would do otherwise than the host asked."""
    params["server"]["tls"] = {"fingerprint": ["sha256:" + "ab" * 32, "sha256:" + "cd" * 32]}
    params["service"]["mailbox"] = {"address": "anna@firma.example", "display_name": "Anna"}
    params["service"]["plan"]["terminate"] = {"mode": "grace", "grace_days": 14}
    params["service"] |= {"disk": 2**40, "customer_id": "7"}
    params |= {"reason": "unpaid", "new_password": "Second-Pass-2", "form": {"password": "x"}}
    kept = Request.model_validate_json(saved_request.write(plain.validate(params)))
    for place, secret in (("server", "password"), ("service", "admin")):
        params[place].pop(secret)
    for key in ("new_password", "form", "billing"):
        params.pop(key)

    assert kept == plain.validate(params)


def test_a_hook_that_breaks_off_in_the_middle_is_open(
    hook: Hook, runtime: Runtime, worker: Runtime, simulator: Simulator, config: Config
) -> None:
    """A bug of ours after the first write: half done must not be called over."""
    hook("create")
    if config.store.url:
        database(config, "alter table step add constraint bug check (number != 2) not valid")
    else:
        when = "create trigger bug before insert on step when new.number = 2"
        database(config, f"{when} begin select raise(fail, 'x'); end")
    answer = hook("terminate")
    undo = "alter table step drop constraint" if config.store.url else "drop trigger"
    database(config, f"{undo} bug")

    assert answer.value["code"] == "unavailable"
    assert states(runtime)[1:] == [("terminate", "open")]
    assert carried_on(last(runtime).id, worker).code == "updated"
    assert simulator.domain("firma.example") is None


def test_a_call_that_joins_names_the_operation_that_runs(
    hook: Hook, hasty: Hook, runtime: Runtime, simulator: Simulator
) -> None:
    """The reference must be one that `puq-zimbra operations` knows."""
    hook("create")
    simulator.delay_next("ModifyDomainRequest", 1.5)
    thread = threading.Thread(target=lambda: hook("suspend"))
    thread.start()
    tick = threading.Event()
    while not simulator.calls("GetDomainRequest") or states(runtime)[-1][0] != "suspend":
        tick.wait(0.01)
    answer = hasty("suspend")
    thread.join()

    assert told(answer) == PENDING
    assert answer.value["reference"] == last(runtime).id


def test_a_later_call_wins_over_a_pending_termination(
    hook: Hook, hasty: Hook, runtime: Runtime, worker: Runtime, simulator: Simulator
) -> None:
    """The customer has paid: nothing more of his may be deleted behind the host's back."""
    hook("create")
    fill(simulator, 8)
    simulator.delay_next("DeleteAccountRequest", 0.2, times=8)
    pending = hasty("terminate")
    simulator.chaos.clear()
    wait_for(lambda: not simulator.traffic.now)  # the request that was cut is still carried out
    later = hook("unsuspend")
    simulator.reset_log()

    assert told(pending) == PENDING
    assert later.value["code"] == "refused"
    assert unfinished.carry_on(pending.value["reference"], worker) is None
    assert worker.store().operations.unfinished() == []
    assert simulator.writes() == []
    assert states(runtime)[1:] == [("terminate", "superseded"), ("unsuspend", "failed")]


def test_a_pending_suspension_does_not_come_back(
    hook: Hook, worker: Runtime, simulator: Simulator
) -> None:
    """Suspended by an older worker after he paid, the customer would sit locked for good."""
    hook("create")
    lose(simulator, "ModifyDomainRequest")
    pending = hook("suspend", request_id="r-1")
    hook("unsuspend")
    simulator.reset_log()
    worked = unfinished.carry_on(pending.value["reference"], worker)
    repeated = hook("suspend", request_id="r-1")

    assert (pending.value["code"], worked) == ("pending", None)
    assert repeated.value["code"] == "refused"
    assert "new request id" in repeated.value["message"]
    assert simulator.writes() == []
    assert simulator.domain("firma.example").first("zimbraDomainStatus") in (None, "active")
    assert hook("suspend", request_id="r-2").value["code"] == "updated"


@pytest.mark.parametrize("seed", range(12))
def test_the_last_call_decides_whatever_was_lost(
    hook: Hook, worker: Runtime, simulator: Simulator, seed: int
) -> None:
    """Suspended and paid in any order, with answers lost and work in between."""
    chance = random.Random(seed)
    hook("create")
    wanted = ""
    for _ in range(8):
        simulator.chaos.clear()
        trouble = chance.choice(("none", "not done", "done"))
        if trouble == "not done":
            lose(simulator, "ModifyDomainRequest")
        elif trouble == "done":
            simulator.drop_next("ModifyDomainRequest", applied=True)
            simulator.chaos.add(Plan("GetDomainRequest", "http", times=3, skip=1))
        if chance.random() < 0.4:
            for kept in worker.store().operations.unfinished():
                unfinished.carry_on(kept.id, worker)
        else:
            wanted = chance.choice(("suspend", "unsuspend"))
            answer = hook(wanted)
            assert answer.value["ok"] or answer.value["code"] == "pending"
    simulator.chaos.clear()
    for kept in worker.store().operations.unfinished():
        assert carried_on(kept.id, worker).ok

    status = simulator.domain("firma.example").first("zimbraDomainStatus") or "active"
    assert status == {"suspend": "locked", "unsuspend": "active"}[wanted]
    assert worker.store().operations.unfinished() == []


def test_a_new_password_calls_nothing_off(
    hook: Hook, worker: Runtime, simulator: Simulator
) -> None:
    """A customer who is to be suspended must not escape by changing his password."""
    hook("create")
    lose(simulator, "ModifyDomainRequest")
    pending = hook("suspend")
    form = {"puqz_action": "change_admin_password", "password": "Second-Pass-2"}
    assert hook("client_action", form={**form, "password_again": "Second-Pass-2"}).value["ok"]
    assert hook("change_password", new_password="Third-Pass-3").value["ok"]

    # The first of the two had time left for it.
    assert operation(worker, pending.value["reference"]).state == "done"
    assert simulator.domain("firma.example").first("zimbraDomainStatus") == "locked"


def test_a_customers_own_action_is_never_left_open(
    hook: Hook, runtime: Runtime, simulator: Simulator
) -> None:
    """Nobody but he has the password, and he types it again."""
    hook("create")
    lose(simulator, "SetPasswordRequest")
    form = {"puqz_action": "change_admin_password", "password": "Second-Pass-2"}
    answer = hook("client_action", form={**form, "password_again": "Second-Pass-2"})

    assert answer.value["code"] == "unavailable"
    assert states(runtime)[1:] == [("client_action", "failed")]


def test_a_retry_that_fails_leaves_the_work_open(
    hook: Hook, runtime: Runtime, worker: Runtime, simulator: Simulator
) -> None:
    """The retry sent nothing itself, but what it took over is half done."""
    hook("create")
    lose(simulator, "DeleteAccountRequest")
    first = hook("terminate")
    simulator.drop_next("GetDomainRequest", times=3)
    second = hook("terminate")

    assert told(first) == told(second) == PENDING
    assert states(runtime)[1:] == [("terminate", "superseded"), ("terminate", "open")]
    assert carried_on(second.value["reference"], worker).code == "updated"
    assert simulator.domain("firma.example") is None


def test_a_wrong_setting_does_not_end_what_the_host_was_promised(
    hook: Hook, runtime: Runtime, worker: Runtime, simulator: Simulator
) -> None:
    """The password of the settings was not changed with Zimbra's: mended, the work goes on."""
    hook("create")
    lose(simulator, "ModifyDomainRequest")
    pending = hook("suspend").value["reference"]
    simulator.account("admin@example.test").password = "changed"
    worked = carried_on(pending, worker)

    assert worked.code == "misconfigured"
    assert states(runtime)[1:] == [("suspend", "open")]


def test_an_open_operation_that_is_refused_has_failed(
    hook: Hook, runtime: Runtime, worker: Runtime, simulator: Simulator, zimbra: Zimbra
) -> None:
    """Somebody took the domain from the service meanwhile; the host's retry will hear it too."""
    hook("create")
    lose(simulator, "ModifyDomainRequest")
    pending = hook("suspend").value["reference"]
    domain = simulator.domain("firma.example")
    zimbra.modify_domain(domain.id, {"zimbraForeignName": "puq_zimbra:crm.example:43"})
    simulator.reset_log()

    assert carried_on(pending, worker).code == "not_ours"
    assert simulator.writes() == []
    assert states(runtime)[1:] == [("suspend", "failed")]


def database(config: Config, statement: str) -> None:
    """Change the store behind everybody's back."""
    databases.execute(config, statement)


def hold(runtime: Runtime) -> None:
    """Take the service for a minute and do nothing with it."""
    intent = Intent("op-1", "crm.example", "42", "terminate", None, "f")
    runtime.store().operations.begin(intent, 60)


class Slow:
    """A hook that is held up in the middle, in a thread."""

    def __init__(self, hook: Hook, event: str, simulator: Simulator, at: str) -> None:
        simulator.reset_log()
        simulator.delay_next(at, 0.5)
        self.answer: Answer | None = None
        self._thread = threading.Thread(target=self._run, args=(hook, event))
        self._thread.start()
        tick = threading.Event()
        while simulator.chaos.pending:
            tick.wait(0.01)

    def _run(self, hook: Hook, event: str) -> None:
        self.answer = hook(event)

    def code(self) -> str:
        """Its answer, waited for."""
        self._thread.join()
        assert self.answer is not None
        return str(self.answer.value["code"])


def test_setting_the_clock_does_not_end_a_lease(
    hook: Hook, config: Config, params: Params, simulator: Simulator
) -> None:
    """The date jumps over the lease's end while its process lives, and works."""
    hook("create")
    slow = Slow(hook, "terminate", simulator, "DeleteAccountRequest")
    database(config, "update lease set until = 0")
    other = Runtime(config)
    answer = dispatch("plain", "unsuspend", params, other)
    other.close()

    assert answer.value["code"] == "busy"
    assert slow.code() == "updated"


def test_setting_the_clock_does_not_keep_a_lease(
    hook: Hook, config: Config, runtime: Runtime
) -> None:
    """A lease of a process that lives on but gave nothing back ends by the machine's own clock."""
    hook("create")
    hold(runtime)
    database(config, "update lease set until = until + 86400, until_here = 0")

    assert hook("suspend").value["code"] == "updated"


def test_a_worker_that_lost_its_service_writes_nothing_more(
    hook: Hook, config: Config, runtime: Runtime, params: Params, simulator: Simulator
) -> None:
    """On another machine only the date can be compared, and a date can be wrong."""
    hook("create")
    fill(simulator, 3)
    slow = Slow(hook, "terminate", simulator, "DeleteAccountRequest")
    database(config, "update lease set until = 0, owner = 'elsewhere:1:1'")
    other = Runtime(config)
    later = dispatch("plain", "suspend", params, other)
    other.close()
    accounts = sum(call.ok for call in simulator.calls("DeleteAccountRequest"))

    assert later.value["code"] in ("updated", "unchanged")
    assert slow.code() == "busy"
    assert sum(call.ok for call in simulator.calls("DeleteAccountRequest")) <= accounts + 1
    assert simulator.domain("firma.example") is not None
    assert states(runtime)[1:] == [("terminate", "superseded"), ("suspend", "done")]


def test_the_lease_of_another_machine_holds_until_its_time(
    hook: Hook, config: Config, runtime: Runtime
) -> None:
    """Nobody here can know whether that process lives."""
    hook("create")
    hold(runtime)
    database(config, "update lease set owner = 'elsewhere:1:1', until_here = 0")
    held = hook("suspend").value["code"]
    database(config, "update lease set until = 0")

    assert held == "busy"
    assert hook("suspend").value["code"] == "updated"


def test_the_steps_are_noted_in_order(hook: Hook, runtime: Runtime, simulator: Simulator) -> None:
    """What a person needs who finds a creation unfinished; reads are no steps."""
    simulator.fail_next("GrantRightRequest", "service.FAILURE")
    hook("create")
    steps = last(runtime).steps
    domain = simulator.domain("firma.example").id

    assert [step["number"] for step in steps] == list(range(1, len(steps) + 1))
    assert [(step["request"], step["target"], step["answer"]) for step in steps] == [
        ("CreateDomain", "firma.example", "done"),
        ("CreateAccount", "admin@firma.example", "done"),
        ("GrantRight", domain, "service.FAILURE"),
        ("SetPassword", simulator.account("admin@firma.example").id, "done"),
        ("GrantRight", domain, "done"),
        ("GrantRight", domain, "done"),
        ("ModifyDomain", domain, "done"),
    ]


def test_a_write_that_cannot_be_noted_is_not_sent(
    hook: Hook, config: Config, simulator: Simulator
) -> None:
    """Work that nobody would know of after a crash must not begin."""
    hook("create")
    simulator.reset_log()
    database(config, "alter table step rename to gone")
    answer = hook("suspend")

    assert answer.value["code"] == "unavailable"
    assert simulator.writes() == []


def test_the_audit_trail_has_one_line_for_each_operation(
    hook: Hook, runtime: Runtime, worker: Runtime, simulator: Simulator
) -> None:
    """Left open is not over; who carried it on does not matter; superseded is over, too."""
    hook("create")
    lose(simulator, "ModifyDomainRequest")
    hook("suspend")
    before = [line["event"] for line, _ in runtime.store().trail.lines()]
    hook("unsuspend")
    lose(simulator, "ModifyDomainRequest")
    pending = hook("suspend").value["reference"]
    unfinished.carry_on(pending, worker)
    lines = list(runtime.store().trail.lines())

    assert before == ["create"]
    assert all(intact for _, intact in lines)
    assert [(line["event"], line["code"]) for line, _ in lines] == [
        ("create", "created"),
        ("suspend", "superseded"),
        ("unsuspend", "unchanged"),
        ("suspend", "updated"),
    ]
    assert lines[-1][0]["operation"] == pending
