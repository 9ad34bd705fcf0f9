"""Services whose id is a name that others could order: the customer's mark says whose each is."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from puq_zimbra.engine.dispatch import Answer
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.engine.unfinished import carry_on
from puq_zimbra.simulator import Simulator
from puq_zimbra.simulator.calllog import Call

from .conftest import Command, Hook
from .models.conftest import MAILBOX, SERVER
from .zimbra_state import GRACE, STAMP, foreign_names

#: what lays each model over the whole call, and who bears its stamp
MODELS: dict[str, dict[str, Any]] = {"domain": {}, "mailbox": MAILBOX, "server": SERVER}
#: hooks that would end a service, change it or let somebody into it
STRICT = (
    "create", "adopt", "terminate", "change_package", "change_password", "sso_service",
    "client_area", "client_action", "usage", "plan", "drift", "repair",
)  # fmt: skip
GENTLE = ("suspend", "unsuspend", "renew", "restore")
FORM = {
    "puqz_action": "change_admin_password",
    "password": "Other-Pass-9x",
    "password_again": "Other-Pass-9x",
}
Named = Callable[..., Answer]


@pytest.fixture(params=MODELS)
def named(hook: Hook, simulator: Simulator, request: pytest.FixtureRequest) -> Named:
    """Call an event for a customer, of whom the service's id says nothing."""
    if request.param == "mailbox":
        simulator.create_domain("poczta.example")
    sold = MODELS[request.param]

    def call(event: str, customer: str | None, service: Any = None, **changes: Any) -> Answer:
        service = {**sold, **(service or {}), "customer_id": customer}
        return hook(event, **{"identity": "name", **changes}, service=service)

    return call


def bears(simulator: Simulator) -> list[str]:
    """The marks of what was sold."""
    if account := simulator.account("anna@poczta.example"):
        return sorted(account.attrs["zimbraForeignPrincipal"])
    return foreign_names(simulator)


def texts(call: Call) -> list[str | None]:
    """The values that a request holds."""
    return [one.text for one in call.element.iter()]


def everything(simulator: Simulator) -> str:
    """All that is in the directory."""
    return repr(
        [
            (one.name, sorted((k, sorted(v)) for k, v in one.attrs.items() if "Timestamp" not in k))
            for one in (simulator.domain("firma.example"), simulator.account("anna@poczta.example"))
            if one is not None
        ]
    )


def test_the_customers_id_stands_beside_the_stamp(named: Named, simulator: Simulator) -> None:
    """In the call that makes the service, so that nothing is ever without it."""
    assert named("create", "7").value["code"] == "created"
    saying = [one.name for one in simulator.writes() if "puq_zimbra.customer:7" in texts(one)]

    assert {STAMP, "puq_zimbra.customer:7"} <= set(bears(simulator))
    assert saying in (["CreateDomainRequest"], ["CreateAccountRequest"])
    assert named("create", "7").value["code"] == "already_exists"


@pytest.mark.parametrize("event", [*STRICT, *GENTLE])
def test_another_customers_call_is_not_ours(named: Named, simulator: Simulator, event: str) -> None:
    """He ordered the same name: he gets neither success, nor a log-in, nor an end of it."""
    named("create", "7")
    before = everything(simulator)
    simulator.reset_log()
    plan = {"plan": {"terminate": {"mode": "delete"}}}
    answer = named(event, "8", plan, new_password="Other-Pass-9x", form=FORM)

    assert answer.value["code"] == "not_ours"
    assert simulator.writes() == []
    assert simulator.calls("DelegateAuthRequest") == []
    assert everything(simulator) == before


@pytest.mark.parametrize("event", [*STRICT, *GENTLE])
def test_a_renamed_service_is_its_customers_too(
    hook: Hook, simulator: Simulator, event: str
) -> None:
    """It is found by its stamp, which another customer's order of the old name bears as well."""
    held = [STAMP, "puq_zimbra.customer:7"]
    simulator.create_domain("inna.example", zimbraForeignName=held)
    simulator.reset_log()
    theirs = {"customer_id": "8"}
    answer = hook(event, identity="name", service=theirs, new_password="Other-Pass-9x", form=FORM)

    assert answer.value["code"] == "not_ours"
    assert "inna.example" not in answer.value["message"]
    assert simulator.writes() == []
    assert simulator.calls("DelegateAuthRequest") == []


def test_the_retry_after_a_lost_answer_is_the_customers_own(
    named: Named, simulator: Simulator
) -> None:
    """FOSSBilling's "Renew" button sends it again; the mark must not turn its owner away."""
    for name in ("CreateDomainRequest", "CreateAccountRequest", "ModifyDomainRequest"):
        simulator.drop_next(name, applied=True)
    first = named("create", "7").value
    again = named("create", "7").value

    assert (first["ok"], again["ok"]) != (False, False)
    assert again["ok"]
    assert named("create", "8").value["code"] == "not_ours"


@pytest.mark.parametrize("event", STRICT)
def test_a_service_of_before_is_not_given_to_whoever_names_it(
    named: Named, simulator: Simulator, event: str
) -> None:
    """It bears no mark yet: a person says whose it is, the message says how."""
    named("create", "7", identity=None)
    before = everything(simulator)
    simulator.reset_log()
    answer = named(event, "7", new_password="Other-Pass-9x", form=FORM)

    assert answer.value["code"] == "conflict"
    assert "service transfer crm.example 42 --customer" in answer.value["message"]
    assert simulator.writes() == []
    assert simulator.calls("DelegateAuthRequest") == []
    assert everything(simulator) == before


def test_a_service_of_before_is_suspended_and_paid_for_as_ever(
    named: Named, simulator: Simulator
) -> None:
    """An upgrade must not leave unpaid services open, nor paid ones shut."""
    named("create", "7", identity=None)
    told = [named(event, "7").value["code"] for event in ("suspend", "unsuspend", "renew")]
    named("terminate", "7", {"plan": GRACE}, identity=None)
    told.append(named("restore", "7").value["code"])

    assert told == ["updated", "updated", "unchanged", "updated"]


@pytest.mark.parametrize("customer", [None, "", "7:8", "a b", "7\N{KELVIN SIGN}", "x" * 65])
def test_a_customer_that_no_mark_could_name_is_refused(
    named: Named, simulator: Simulator, customer: str | None
) -> None:
    """Before anything is asked of Zimbra; without one nobody could be told apart."""
    simulator.reset_log()
    answer = named("create", customer).value

    assert (answer["code"], "service.customer_id" in answer["message"]) == ("invalid", True)
    assert simulator.log == []


def test_without_that_word_the_customer_is_never_compared(
    named: Named, simulator: Simulator
) -> None:
    """In WHMCS services move between clients: `userid` says nothing of the service."""
    named("create", "7", identity=None)
    assert "puq_zimbra.customer:7" not in bears(simulator)
    assert named("suspend", "8", identity=None).value["code"] == "updated"


def test_another_customers_call_ends_nothing_that_is_open(
    named: Named, simulator: Simulator, runtime: Runtime, worker: Runtime
) -> None:
    """His order is refused; the owner's suspension, which was left open, is still carried out."""
    named("create", "7")
    for request in ("ModifyDomainRequest", "ModifyAccountRequest"):
        simulator.drop_next(request, times=9)
    assert named("suspend", "7").value["code"] == "pending"
    simulator.chaos.clear()
    assert named("create", "8").value["code"] == "not_ours"
    (open_one,) = runtime.store().operations.unfinished()

    assert open_one.event == "suspend"
    reply = carry_on(open_one.id, worker)
    assert reply is not None
    assert reply.code == "updated"


def test_support_sees_whose_it_is(hook: Hook, command: Command) -> None:
    """Before he hands it to another."""
    hook("create", identity="name", service={"customer_id": "7"})
    shown = json.loads(command("service", "show", "crm.example", "42", "--json").stdout)

    assert shown["customer_id"] == "7"


def test_a_list_of_services_says_whose_each_is(named: Named) -> None:
    """A host that looks a service up by its name can tell that it is another customer's."""
    named("create", "7")
    (service,) = named("list_services", "7").value["data"]["services"]

    assert service["customer_id"] == "7"


def test_figures_are_not_shown_of_a_service_that_cannot_be_asked(
    named: Named, hook: Hook, simulator: Simulator
) -> None:
    """While Zimbra gives no answer, nobody knows whether they are this customer's."""
    named("create", "7")
    hook("usage", service=None)
    simulator.http_next("*", 503, times=50)
    pages = [
        named("client_area", "8", identity=identity).value["html"] for identity in (None, "name")
    ]

    assert ["The figures below are the last known ones" in page for page in pages] == [True, False]
