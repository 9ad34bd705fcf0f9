"""A dry run tells what the same call then writes, object by object, and nothing else."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest

from puq_zimbra.billing import plain
from puq_zimbra.engine.dispatch import carry_out_internal
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator
from puq_zimbra.simulator.calllog import Call

from . import dry_run_cases
from .conftest import Hook, Params, lay_over
from .dry_run_cases import Case

#: events that only commands of ours ask for
OURS = ("purge", "purge_bin", "transfer")
#: object, attribute with + or - for values that are added or taken away, value
Written = set[tuple[str, str, str]]


class Caller:
    """The calls of a case; its objects in Zimbra."""

    def __init__(self, hook: Hook, runtime: Runtime, params: Params, case: Case) -> None:
        """Call for the case's service."""
        self._hook, self._runtime, self._params, self._case = hook, runtime, params, case

    def __call__(self, event: str, plan: dict[str, Any], *, dry_run: bool = False) -> Any:
        """Call an event; its code and data."""
        service = copy.deepcopy(dry_run_cases.SERVICES[self._case.model])
        lay_over(service, {"plan": plan})
        changes = {"service": service, "new_password": "Second-Pass-2", "dry_run": dry_run}
        if event not in OURS:
            value = self._hook(event, **changes).value
            return value["code"], value.get("data", {})
        given = copy.deepcopy(self._params)
        lay_over(given, changes)
        if event == "transfer":
            given["form"] = {"to_installation": "crm.example", "to_id": "99", "customer": "7"}
        reply = carry_out_internal(event, plain.validate(given), self._runtime)
        return reply.code, reply.data


@pytest.mark.parametrize("case", list(dry_run_cases.cases()), ids=lambda case: case.name)
def test_a_dry_run_tells_what_is_then_written(
    hook: Hook, runtime: Runtime, params: Params, simulator: Simulator, case: Case
) -> None:
    """The provider decides by what it says; afterwards there is nothing more to do."""
    call = Caller(hook, runtime, params, case)
    bring_about(call, simulator, case)
    _, data = call(case.event, case.plan, dry_run=True)
    dry = simulator.writes()
    names = names_of(simulator)
    simulator.reset_log()
    code, _ = call(case.event, case.plan)
    log = simulator.writes()
    names |= names_of(simulator)
    simulator.reset_log()
    again, rest = call(case.event, case.plan, dry_run=True)
    last, _ = call(case.event, case.plan)

    told = data.get("changes", [])
    assert dry == []
    assert all(one.ok for one in log)
    assert told_written(told) == written(log, names)
    assert [one["object"] for one in told if one["action"] == "delete"] == deleted(log, names)
    assert bool(told) == (code in ("created", "updated"))
    assert "Pass" not in str(data)
    assert {again, last} <= {"unchanged", "already_exists", "already_gone"}
    assert rest.get("changes", []) == []
    assert simulator.writes() == []


def bring_about(call: Caller, simulator: Simulator, case: Case) -> None:
    """Bring about the state in which the case begins."""
    if case.model == "mailbox":
        simulator.create_domain("firma.example")
    if case.fails:
        simulator.fail_next(case.fails, "service.PERM_DENIED")
    for event, plan in case.before:
        call(event, plan)
    if case.meddle:
        MEDDLING[case.meddle](simulator, case.model)
    simulator.reset_log()


def told_written(told: Iterable[Mapping[str, Any]]) -> Written:
    """What a dry run tells."""
    found: Written = set()
    for line in told:
        name, made = line["object"], line["action"] == "create"
        found.add((name, "is " + line["action"], ""))
        for key, value in line["attributes"].items():
            values = [value] if isinstance(value, str) else value
            signed = "+" + key.lstrip("+") if made or key == "rights" else key
            found |= {(name, signed, one) for one in values if one or not made}
    return found


def written(log: Iterable[Call], names: Mapping[str, str]) -> Written:
    """What the requests wrote in the end; a new object's mark that they took away is not in it."""
    found: Written = set()
    for call in log:
        name = object_of(call, names)
        if call.name.startswith("Delete"):
            found = {one for one in found if one[0] != name} | {(name, "is delete", "")}
            continue
        made = call.name.startswith("Create")
        is_new = made or (name, "is create", "") in found
        found.add((name, "is create" if is_new else "is modify", ""))
        for key, value in attributes_of(call):
            mark = (name, "+" + key.removeprefix("-"), value)
            if is_new and key.startswith("-") and mark in found:
                found.remove(mark)
            else:
                found.add((name, "+" + key if made else key, value))
    return found


def object_of(call: Call, names: Mapping[str, str]) -> str:
    """The name of what a request writes to."""
    grantee = call.element.find("{*}grantee")
    identity = call.element.get("id") if grantee is None else grantee.text
    return names[identity] if identity else str(call.element.get("name"))


def attributes_of(call: Call) -> list[tuple[str, str]]:
    """The attributes that a request writes; a right counts as one that is added."""
    right = call.element.find("{*}right")
    if right is not None:
        return [("+rights", right.text or "")]
    return [(str(one.get("n")), one.text or "") for one in call.element.findall("{*}a")]


def names_of(simulator: Simulator) -> dict[str, str]:
    """The names of all objects, by id."""
    return {identity: one.name for identity, one in simulator.state.directory.by_id.items()}


def deleted(log: Iterable[Call], names: Mapping[str, str]) -> list[str]:
    """The objects that were deleted, in order."""
    return [object_of(call, names) for call in log if call.name.startswith("Delete")]


def address_of(model: str) -> str:
    """The address that logs in."""
    return "anna@firma.example" if model == "mailbox" else "admin@firma.example"


def make_by_hand(simulator: Simulator, model: str) -> None:
    """Make what an adoption finds."""
    if model != "mailbox":
        simulator.create_domain("firma.example")
    simulator.create_account("anna@firma.example", "Some-Pass-1")


def fill(simulator: Simulator, model: str) -> None:
    """Put more into the service's domain, and a domain beside it."""
    if model == "mailbox":
        return
    simulator.create_account("jan@firma.example", "Some-Pass-1")
    simulator.create_list("all@firma.example")
    simulator.create_resource("room@firma.example")
    if model == "server":
        simulator.create_domain("druga.example")
        simulator.create_account("jan@druga.example", "Some-Pass-1")


def wait_in_bin(simulator: Simulator, model: str) -> None:
    """One mailbox of the bin is due, one is not, one was opened again."""
    marks = simulator.domain("firma.example").attrs["zimbraForeignName"]
    for name, day, status in (
        ("due", "2026-01-01", "pending"),
        ("later", "2099-01-01", "pending"),
        ("opened", "2026-01-01", "active"),
    ):
        box = simulator.create_account(f"{name}@firma.example", zimbraAccountStatus=status)
        marks.append(f"puq_zimbra.bin:{box.id}:{day}:active:0")


def lock_out(simulator: Simulator, model: str) -> None:
    """Too many wrong passwords."""
    simulator.account(address_of(model)).attrs["zimbraAccountStatus"] = ["lockout"]


def lose_administrator(simulator: Simulator, model: str) -> None:
    """His mailbox was deleted, and his rights with it."""
    simulator.state.directory.remove(simulator.account(address_of(model)))
    simulator.domain("firma.example").attrs.pop("zimbraACE")


def demote_administrator(simulator: Simulator, model: str) -> None:
    """He is an ordinary user now."""
    simulator.account(address_of(model)).attrs.pop("zimbraIsDelegatedAdminAccount")
    simulator.domain("firma.example").attrs.pop("zimbraACE")


def spoil(simulator: Simulator, model: str) -> None:
    """Change what repair can mend."""
    starter = simulator.state.directory.coses["starter"].id
    account = simulator.account(address_of(model))
    if model == "mailbox":
        account.attrs["zimbraAccountStatus"] = ["active"]
        account.attrs["zimbraCOSId"] = [starter]
        account.attrs["zimbraMailQuota"] = ["1"]
        return
    domain = simulator.domain("firma.example")
    domain.attrs["zimbraDomainStatus"] = ["active"]
    domain.attrs["zimbraMailDomainQuota"] = ["0"]
    domain.attrs["zimbraDomainDefaultCOSId"] = [starter]
    account.attrs["zimbraDomainAdminMaxMailQuota"] = ["0"]
    kept = [one for one in domain.attrs["zimbraACE"] if "domainAdminRights" not in one]
    domain.attrs["zimbraACE"] = kept


MEDDLING: Mapping[str, Callable[[Simulator, str], None]] = {
    one.__name__: one
    for one in (
        make_by_hand, fill, wait_in_bin, lock_out, lose_administrator, demote_administrator, spoil,
    )
}  # fmt: skip
