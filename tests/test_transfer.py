"""`puq-zimbra service transfer`: what one service is becomes another's, or says whose it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from puq_zimbra.billing import plain
from puq_zimbra.engine.dispatch import Answer, carry_out_internal
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator
from puq_zimbra.store.operations.intents import Intent

from .conftest import Command, Done, Hook, Params
from .models.conftest import MAILBOX, SERVER
from .zimbra_state import GRACE, STAMP, after_the_next_write, foreign_names, status

MODELS: dict[str, dict[str, Any]] = {"domain": {}, "mailbox": MAILBOX, "server": SERVER}
OLD, NEW = ("crm.example", "42"), "puq_zimbra:crm.example:99"
Sold = Callable[..., Answer]
Transfer = Callable[..., Done]


@pytest.fixture
def transfer(command: Command) -> Transfer:
    """Hand 42 over, to 99 if nothing else is said."""

    def run(*options: str) -> Done:
        return command("service", "transfer", *OLD, *(options or ("--to", "99")))

    return run


@pytest.fixture(params=MODELS)
def sold(hook: Hook, simulator: Simulator, request: pytest.FixtureRequest) -> Sold:
    """Call an event for a service of each model, by its id."""
    if request.param == "mailbox":
        simulator.create_domain("poczta.example")
    laid = MODELS[request.param]

    def call(event: str, id_: str = "42", **service: Any) -> Answer:
        plan = {**laid.get("plan", {}), **service.pop("plan", {})}
        return hook(event, service={**laid, "plan": plan, "id": id_, **service})

    return call


def marks(simulator: Simulator) -> list[str]:
    """What stands on what was sold."""
    if account := simulator.account("anna@poczta.example"):
        return sorted(account.attrs.get("zimbraForeignPrincipal", []))
    return foreign_names(simulator)


def audit(command: Command) -> list[tuple[str, str, str]]:
    """The audit's services, events and outcomes."""
    lines = [json.loads(line) for line in command("audit", "--json").stdout.splitlines()]
    return [(one["service_id"], one["event"], one["code"]) for one in lines]


def test_the_new_service_works_and_the_old_one_is_nobodys(
    sold: Sold, transfer: Transfer, simulator: Simulator
) -> None:
    """The same domain was ordered anew: no mail moves, and 42's order reaches nothing any more."""
    sold("create")
    done = transfer()

    assert (done.status, NEW in marks(simulator), STAMP in marks(simulator)) == (0, True, False)
    assert "99" in done.stdout
    simulator.reset_log()
    for event in ("create", "suspend", "unsuspend", "terminate", "sso_service", "change_package"):
        assert sold(event).value["code"] in ("not_ours", "conflict"), event
    assert simulator.writes() == []
    assert sold("create", "99").value["code"] == "already_exists"
    assert sold("suspend", "99").value["code"] == "updated"
    assert sold("terminate", "99", plan={"terminate": {"mode": "delete"}}).value["ok"]


def test_a_deletion_is_called_off_and_a_suspension_stays(
    sold: Sold, transfer: Transfer, simulator: Simulator, command: Command
) -> None:
    """The old service's day must not delete the new one's mail; its host decides when it opens."""
    sold("create")
    sold("terminate", plan=GRACE)
    assert any(one.startswith("puq_zimbra.purge:") for one in marks(simulator))
    assert transfer().status == 0
    shown = json.loads(command("service", "show", "crm.example", "99", "--json").stdout)

    assert (shown["suspended"], shown["purge_at"], shown["status"]) == (True, None, "locked")
    assert command("purge", "--due").status == 0
    assert sold("unsuspend", "99").value["code"] == "updated"
    assert marks(simulator)[-1] == NEW


def test_what_was_said_of_the_old_service_stays_with_it(
    hook: Hook, transfer: Transfer, simulator: Simulator
) -> None:
    """Its termination with keep is over, and its customer's debts are nobody else's to read."""
    hook("create")
    keep = {"plan": {"terminate": {"mode": "keep"}}}
    hook("terminate", service=keep, reason="Invoice 7 was never paid")
    assert transfer().status == 0
    there = hook("create", service={"id": "99"}).value
    link = hook("sso_service", service={"id": "99"}).value

    assert there["data"]["state"] == "suspended"
    assert "Invoice" not in link["message"]
    assert not any("Invoice" in one or "kept" in one for one in foreign_names(simulator))


def test_it_is_one_write(sold: Sold, transfer: Transfer, simulator: Simulator) -> None:
    """A crash leaves it the one service's or the other's."""
    sold("create")
    sold("terminate", plan=GRACE)
    simulator.reset_log()
    assert transfer("--to", "99", "--customer", "7").status == 0

    assert len(simulator.writes()) == 1
    assert {NEW, "puq_zimbra.customer:7"} <= set(marks(simulator))


def test_alias_domains_that_bear_the_stamp_come_along(
    hook: Hook, transfer: Transfer, simulator: Simulator
) -> None:
    """A termination of the new service would stop at them."""
    hook("create")
    alias = {"zimbraDomainType": "alias", "zimbraForeignName": STAMP}
    target = simulator.domain("firma.example").id
    simulator.create_domain("alias.example", zimbraDomainAliasTargetId=target, **alias)
    after_the_next_write(
        simulator,
        lambda: simulator.fail_next("ModifyDomainRequest", "service.FAILURE", times=9),
    )
    assert transfer().status != 0
    assert foreign_names(simulator) == [STAMP]
    simulator.chaos.clear()
    assert transfer().status == 0

    assert foreign_names(simulator, "alias.example") == [NEW]
    assert foreign_names(simulator) == [NEW]


def test_it_can_be_repeated_at_any_point(
    sold: Sold, transfer: Transfer, simulator: Simulator
) -> None:
    """An answer was lost, or somebody pressed the key twice; a day named since then stays."""
    sold("create")
    for request in ("ModifyDomainRequest", "ModifyAccountRequest"):
        simulator.drop_next(request, applied=True, times=2)
    assert transfer().status == 0
    simulator.chaos.clear()
    sold("terminate", "99", plan=GRACE)
    simulator.reset_log()
    again = json.loads(transfer("--to", "99", "--json").stdout)

    assert again["code"] == "unchanged"
    assert simulator.writes() == []
    assert any(one.startswith("puq_zimbra.purge:") for one in marks(simulator))


def test_another_installation_takes_it_over(
    sold: Sold, transfer: Transfer, command: Command, simulator: Simulator
) -> None:
    """From a platform that names services by their domain to one that numbers them."""
    sold("create")
    assert transfer("--to", "foss.example", "7").status == 0
    assert "puq_zimbra:foss.example:7" in marks(simulator)
    back = command("service", "transfer", "foss.example", "7", "--to", *OLD)

    assert (back.status, marks(simulator)[-1]) == (0, STAMP)


@pytest.mark.both_databases
def test_it_is_an_operation_of_both_services(
    hook: Hook, transfer: Transfer, command: Command, simulator: Simulator, runtime: Runtime
) -> None:
    """What was open of the old one is never done to the new one's mail, and both audits say why."""
    hook("create")
    simulator.drop_next("ModifyDomainRequest", times=9)
    assert hook("suspend").value["code"] == "pending"
    simulator.chaos.clear()
    assert transfer().status == 0

    assert command("work").status == 0
    assert status(simulator) == "active"
    assert runtime.store().operations.not_over() == {"open": 0, "running": 0}
    assert audit(command)[1:] == [
        ("42", "suspend", "superseded"),
        ("99", "transfer", "updated"),
        ("42", "transfer", "updated"),
    ]


@pytest.mark.both_databases
@pytest.mark.parametrize("options", [("--customer", "7"), ("--to", "99")])
def test_what_is_open_stays_so_if_nothing_is_handed_over(
    hook: Hook,
    transfer: Transfer,
    command: Command,
    simulator: Simulator,
    options: tuple[str, ...],
) -> None:
    """A mark, or a transfer that is refused, must not lose a suspension."""
    hook("create")
    hook("create", service={"id": "99", "domain": "druga.example"})
    simulator.drop_next("ModifyDomainRequest", times=9)
    hook("suspend")
    simulator.chaos.clear()
    transfer(*options)
    command("work")

    assert status(simulator) == "locked"


@pytest.mark.both_databases
@pytest.mark.parametrize("service_id", ["42", "99"])
def test_it_waits_for_no_hook_at_work(
    hook: Hook, transfer: Transfer, simulator: Simulator, runtime: Runtime, service_id: str
) -> None:
    """Of neither service: its writes would meet those of the transfer."""
    hook("create")
    runtime.store().operations.begin(
        Intent("op-1", "crm.example", service_id, "suspend", None, "x"), 60
    )
    simulator.reset_log()

    assert transfer().status == 75
    assert simulator.writes() == []


@pytest.mark.both_databases
def test_figures_of_before_stay_with_the_old_service(
    hook: Hook,
    transfer: Transfer,
    simulator: Simulator,
    command: Command,
    runtime: Runtime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its month was used by it, and is billed to it; the next reading is the new one's."""
    hook("create")
    simulator.add_mail("admin@firma.example", 2**20)
    assert command("usage", "sync").status == 0
    assert transfer().status == 0
    later = runtime.now() + timedelta(minutes=1)
    monkeypatch.setattr(runtime, "now", lambda: later)
    rows = hook("usage", service=None).value["data"]["rows"]

    assert [one["service_id"] for one in rows] == ["99"]
    kept = command("usage", "export", "--json").stdout.splitlines()
    assert {json.loads(one)["service_id"] for one in kept} == {"42", "99"}


def _taken(hook: Hook, simulator: Simulator) -> None:
    hook("create")
    hook("create", service={"id": "99", "domain": "druga.example"})


def _unfinished(hook: Hook, simulator: Simulator) -> None:
    simulator.fail_next("CreateAccountRequest", "service.FAILURE", times=9)
    hook("create")
    simulator.chaos.clear()


def _deleting(hook: Hook, simulator: Simulator) -> None:
    words = [STAMP, "puq_zimbra.was:active", "puq_zimbra.deleting"]
    simulator.create_domain("firma.example", zimbraForeignName=words)


def _two_stamps(hook: Hook, simulator: Simulator) -> None:
    stamps = [STAMP, "puq_zimbra:crm.example:43"]
    simulator.create_domain("firma.example", zimbraForeignName=stamps)


def _twice(hook: Hook, simulator: Simulator) -> None:
    for name in ("firma.example", "druga.example"):
        simulator.create_domain(name, zimbraForeignName=STAMP)


@pytest.mark.parametrize(
    ("before", "exit_status", "reason"),
    [
        (_taken, 1, "druga.example already"),
        (_unfinished, 1, "create it once more"),
        (_deleting, 1, "terminate it once more"),
        (_two_stamps, 1, "stamps right"),
        (_twice, 1, "stamps right"),
        (lambda *_: None, 1, "Nothing on mail1"),
    ],
)
def test_what_is_not_clear_is_refused(
    hook: Hook,
    transfer: Transfer,
    simulator: Simulator,
    before: Callable[..., None],
    exit_status: int,
    reason: str,
) -> None:
    """Before the first write, with what to do."""
    before(hook, simulator)
    simulator.reset_log()
    done = transfer()

    assert (done.status, reason in done.stderr) == (exit_status, True)
    assert simulator.writes() == []


@pytest.mark.parametrize(
    "words",
    [
        (*OLD, "--to", "99"),
        (*OLD, "--to=99"),
        ("--to", "99", *OLD),
        (OLD[0], "--to", "99", OLD[1]),
        ("--to=99", *OLD),
    ],
)
def test_the_old_spelling_of_the_target_names_the_new_one(
    command: Command, hook: Hook, words: tuple[str, ...]
) -> None:
    """A service is named by INSTALLATION SERVICE_ID everywhere; scripts with --to ID go on."""
    hook("create")
    old = command("service", "transfer", *words, "--dry-run")
    first = command("service", "transfer", "--dry-run", *words)
    new = command("service", "transfer", *OLD, "--to", "crm.example", "99", "--dry-run")

    assert (old.status, old.stdout) == (first.status, first.stdout) == (new.status, new.stdout)
    assert old.status == 0
    assert "puq-zimbra service transfer crm.example 42 --to crm.example 99" in old.stderr
    assert "Hint" not in new.stderr


def test_the_target_may_stand_before_the_service(command: Command, hook: Hook) -> None:
    """Else another service than the one that is named would be handed over."""
    hook("create")
    done = command("service", "transfer", "--to", "foss.example", "99", *OLD, "--dry-run")

    assert done.status == 0
    assert "foss.example:99" in done.stdout
    assert "Hint" not in done.stderr


def test_a_service_made_in_the_last_moment_is_seen(
    hook: Hook, simulator: Simulator, runtime: Runtime, params: Params
) -> None:
    """Looked for again once both services are held: two domains must never bear one stamp."""
    hook("create")
    form = {"to_installation": "crm.example", "to_id": "99"}
    simulator.create_domain("druga.example", zimbraForeignName=NEW)
    reply = carry_out_internal("transfer", plain.validate({**params, "form": form}), runtime)

    assert reply.code == "conflict"
    assert foreign_names(simulator) == [STAMP]


def test_what_zimbra_did_not_keep_is_said(
    hook: Hook, transfer: Transfer, simulator: Simulator
) -> None:
    """Read back: somebody else's write in the same moment must not pass for success."""
    hook("create")
    names = simulator.domain("firma.example").attrs
    after_the_next_write(simulator, lambda: names.update(zimbraForeignName=[STAMP]))
    done = transfer()

    assert (done.status, "transfer it again" in done.stderr) == (1, True)


def test_whose_it_is_can_be_said_alone(
    sold: Sold, transfer: Transfer, simulator: Simulator
) -> None:
    """Of a service of before, whose id is a name: nothing else is changed, not even a named day."""
    sold("create")
    sold("terminate", plan=GRACE)
    before = marks(simulator)
    told = [
        json.loads(transfer("--customer", customer, "--json").stdout)
        for customer in ("7", "7", "8")
    ]

    assert [one["code"] for one in told] == ["updated", "unchanged", "updated"]
    assert marks(simulator) == sorted([*before, "puq_zimbra.customer:8"])


def test_a_marked_service_is_its_customers(
    hook: Hook, transfer: Transfer, simulator: Simulator
) -> None:
    """That is what the mark is for; the mark goes along when the service is handed over."""
    hook("create")
    asked: dict[str, Any] = {"identity": "name", "service": {"customer_id": "7"}}
    assert hook("sso_service", **asked).value["code"] == "conflict"
    transfer("--customer", "7")
    assert hook("sso_service", **asked).value["ok"]
    transfer()

    assert foreign_names(simulator) == ["puq_zimbra.customer:7", NEW]


def test_a_dry_run_says_what_would_be_written(
    sold: Sold, transfer: Transfer, simulator: Simulator, command: Command
) -> None:
    """Both stamps are in it, and nothing is written or noted."""
    sold("create")
    simulator.reset_log()
    done = transfer("--to", "99", "--customer", "7", "--dry-run")

    assert done.status == 0
    assert all(one in done.stdout for one in (STAMP, NEW, "puq_zimbra.customer:7"))
    assert simulator.writes() == []
    assert [event for _, event, _ in audit(command)] == ["create"]


@pytest.mark.parametrize(
    "options",
    [("--json",), ("99",), ("99", "--customer", "7"), ("--customer", "a b"), ("--to", "a b")],
)
def test_what_is_wrong_is_said_before_zimbra_is_asked(
    transfer: Transfer, simulator: Simulator, options: tuple[str, ...]
) -> None:
    """A mark with a blank in it could never be compared."""
    assert transfer(*options).status in (64, 65)
    assert simulator.log == []


def test_no_host_can_ask_for_it(command: Command, params: Params, simulator: Simulator) -> None:
    """Or one platform could take the other's services."""
    assert command("hook", "plain", "transfer", given=json.dumps(params)).status == 64
    assert simulator.log == []


def test_fossbilling_gives_its_own_services_a_new_id(
    command: Command, hook: Hook, params: Params, simulator: Simulator
) -> None:
    """Of the same customer and installation alone, whatever the form says."""
    hook("create", identity="name", service={"id": "firma.example", "customer_id": "7"})
    held = foreign_names(simulator)

    def ask(event: str = "hand_over", **changes: Any) -> Any:
        service = {"id": "firma.example", "domain": "firma.example", "customer_id": "7"}
        form = {"to_id": "12", "to_installation": "other.example"} | changes.pop("form", {})
        service |= changes.pop("service", {})
        call = {"server": params["server"], "installation": "crm.example", "form": form}
        done = command(
            "hook", "fossbilling", event, given=json.dumps(call | changes | {"service": service})
        )
        return json.loads(done.stdout) if done.stdout else done.status

    for code, wrong in (
        ("invalid", {"form": {"to_id": "a b"}}),
        ("invalid", {"form": {"to_id": ""}}),
        ("invalid", {"service": {"customer_id": None}}),
        ("not_ours", {"service": {"customer_id": "8"}}),
        ("not_found", {"installation": "other.example"}),
    ):
        for dry in (True, False):
            assert ask(dry_run=dry, **wrong)["code"] == code, wrong
    assert ask("transfer") == 64
    assert foreign_names(simulator) == held
    assert [ask()["code"] for _ in range(2)] == ["updated", "unchanged"]
    assert foreign_names(simulator) == ["puq_zimbra.customer:7", "puq_zimbra:crm.example:12"]
