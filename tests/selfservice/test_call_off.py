"""A customer takes his terminated service back, where the product says that he may."""

from __future__ import annotations

from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator

from ..conftest import Hook
from .conftest import Customer

GRACE = {"terminate": {"mode": "grace", "grace_days": 14}}
FORM = "call_off_deletion"


def test_a_service_that_ends_is_taken_back(
    customer: Customer, hook: Hook, simulator: Simulator, runtime: Runtime
) -> None:
    """As before its termination; what else he may do waits until then."""
    customer.capabilities, customer.plan = ("full", "call_off"), dict(GRACE)
    kept = simulator.domain("firma.example").attrs["zimbraDomainStatus"]
    assert "Take the service back" not in customer.open().text
    assert customer.ask("terminate").code == "updated"
    page = customer.open()
    assert [one["puqz_action"] for one in page.forms()] == [FORM]

    form = page.form(FORM)
    told = customer.send(form)
    assert (told.code, told.value["data"]["page"]) == ("updated", "overview")
    assert simulator.domain("firma.example").attrs["zimbraDomainStatus"] == kept
    assert "Take the service back" not in customer.open().text
    # It is the restoration, so that no older termination is carried on.
    ended = runtime.store().activity.ended("crm.example", 0, 100)
    assert [one.event for one in ended][-2:] == ["terminate", "restore"]
    assert "Termination called off" in customer.open("activity").text


def test_a_product_that_does_not_say_so_does_not_allow_it(
    customer: Customer, simulator: Simulator
) -> None:
    """Not even one with everything else; nor while the service is only suspended."""
    customer.capabilities, customer.plan = ("full", "call_off"), dict(GRACE)
    assert customer.ask("terminate").code == "updated"
    form = customer.open().form(FORM)
    customer.capabilities = ("full",)
    simulator.reset_log()
    assert customer.open().forms() == []
    assert customer.send(form).code == "refused"
    assert simulator.writes() == []

    customer.capabilities = ("full", "call_off")
    assert customer.ask("restore").code == "updated"
    assert customer.ask("suspend").code == "updated"
    assert customer.open().forms() == []
