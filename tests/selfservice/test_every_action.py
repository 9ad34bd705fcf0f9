"""What every action keeps: forged forms change nothing, and a form sent twice acts once.

The actions are found in their folder: a new one is tested as soon as it has its example.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pkgutil import iter_modules
from typing import Any

import pytest
from puq_zimbra.hooks import actions as folder

from puq_zimbra.engine import form_token
from puq_zimbra.engine.actions import declared
from puq_zimbra.engine.dispatch import Answer
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator
from puq_zimbra.simulator.directory import Entry

from ..conftest import Hook, Params
from ..dns.nameserver import NameServer
from .conftest import HOST, Customer
from .examples import ELSEWHERE, EXAMPLES, Stage, form_of

ACTIONS = sorted(one.name for one in iter_modules(folder.__path__))
#: codes of a reply that says no
NO = {"refused", "invalid", "not_found", "not_ours", "conflict"}
DONE = {"created", "updated", "pending"}


@pytest.fixture
def stage(
    customer: Customer, simulator: Simulator, runtime: Runtime, nameserver: NameServer
) -> Stage:
    """A customer with his service, and a name server that is asked alone."""
    return Stage(customer, simulator, runtime, nameserver)


@pytest.fixture
def foreign(hook: Hook, simulator: Simulator, stage: Stage) -> Mapping[str, str]:
    """Objects that the customer must not touch: what each is -> its id."""
    other = {"id": "43", "domain": "inna.example", "customer_id": "8"}
    assert hook("create", service=other).code == "created"
    team = simulator.create_list("team@inna.example", members=["admin@inna.example"])
    beside = simulator.create_domain(
        "obok.example", zimbraDomainType="alias",
        zimbraDomainAliasTargetId=_of(simulator.domain("inna.example")).id,
    )  # fmt: skip
    system = simulator.create_account("galsync@firma.example", zimbraIsSystemAccount="TRUE")
    root = simulator.create_account("root@firma.example", zimbraIsAdminAccount="TRUE")
    return {
        "another service's mailbox": _of(simulator.account("admin@inna.example")).id,
        "another service's list": team.id,
        "another service's domain": _of(simulator.domain("inna.example")).id,
        "another service's domain by name": "inna.example",
        "another service's alias domain": beside.id,
        "a system account": system.id,
        "a global administrator": root.id,
        "nothing at all": "00000000-0000-0000-0000-000000000000",
    }


def _of(found: Entry | None) -> Entry:
    assert found is not None
    return found


def forged(
    name: str, form: dict[str, str], customer: Customer, runtime: Runtime
) -> Iterator[tuple[str, Answer]]:
    """Send the form as it was not meant: what is wrong with it, and the answer."""
    yield "of another customer", customer.as_another("8").send(form)
    other = {"id": "43", "domain": "inna.example"}
    yield "of another service", customer.of_service(other).send(form)
    lock = "lock_mailbox" if name != "lock_mailbox" else "unlock_mailbox"
    yield "of another action", customer.send(form, puqz_action=lock)
    yield "about another object", customer.send(form, puqz_object="0" * 8)
    yield "without a token", customer.send({**form, "puqz_token": ""})
    made_up = f"{'a' * 22}.99999999999.{'b' * 43}"
    yield "with a token of its own", customer.send({**form, "puqz_token": made_up})
    asked = {key.removeprefix("puqz_"): value for key, value in form.items()}
    yield "by a link", customer.ask("client_area", form=HOST, page=declared(name).page, query=asked)
    yield "without a form", customer.ask("client_action", form=HOST, query={})
    now = runtime.now()
    runtime.now = lambda: now + timedelta(seconds=form_token.LIFETIME + 60)
    yield "too late", customer.send(form)
    runtime.now = lambda: now


@pytest.mark.parametrize("name", ACTIONS)
def test_forged_forms_change_nothing(
    name: str, stage: Stage, runtime: Runtime, foreign: Mapping[str, str]
) -> None:
    """Each is refused before anything is written."""
    _, form = form_of(name, stage)
    seen = {what: answer.code for what, answer in forged(name, form, stage.customer, runtime)}

    assert seen.pop("by a link") in {"unchanged", *NO}
    assert {what: code for what, code in seen.items() if code not in NO} == {}
    assert [call.name for call in stage.simulator.writes()] == []


@pytest.mark.parametrize("name", ACTIONS)
def test_what_is_not_the_customers_stays(
    name: str, stage: Stage, foreign: Mapping[str, str], runtime: Runtime, params: Params
) -> None:
    """Even a form that we signed acts on the service's own objects alone."""
    one, form = form_of(name, stage)
    if not one.names_object:
        pytest.skip("its form is about the service alone")
    request = stage.customer.request(params)
    key, now = runtime.store().form_key, runtime.now()
    seen = {}
    for what, target in foreign.items():
        token = form_token.make(key, request, name, target, now)
        sent = {**form, "puqz_object": target, "puqz_token": token}
        seen[what] = stage.customer.send(sent).code

    # What is to be taken away and is not the customer's counts as gone: nothing was done.
    assert {what: code for what, code in seen.items() if code in DONE} == {}
    assert [call.name for call in stage.simulator.writes()] == []


@pytest.mark.parametrize("name", ACTIONS)
def test_a_form_sent_twice_acts_once(name: str, stage: Stage) -> None:
    """The second gets the first result; with another body it is refused."""
    one, form = form_of(name, stage)
    first = stage.customer.send(form)
    written = [call.name for call in stage.simulator.writes()]
    stage.simulator.reset_log()
    second = stage.customer.send(form)
    other = stage.customer.send({**form, "extra": "1"})
    told = [_told(answer) for answer in (first, second)]

    assert first.value["ok"], first
    assert bool(written) == (one.writes and not declared(name).opens)
    assert told[0] == told[1]
    # A form that only looks is no operation, and may be sent as often as one likes.
    assert (other.code == "refused") == declared(name).writes
    assert [call.name for call in stage.simulator.writes()] == []


def _told(answer: Answer) -> dict[str, Any]:
    """What the customer is told, without what is made anew each time or shown once."""
    left_out = {"next", "csv", "file_name"}
    data = {key: value for key, value in answer.value["data"].items() if key not in left_out}
    return {"code": answer.code, "message": answer.value["message"], "data": data}


def test_the_examples_are_of_actions() -> None:
    """One that was renamed would be tested no more."""
    assert {*EXAMPLES, *ELSEWHERE} <= set(ACTIONS)
