"""Drift names what a customer's administrator may do to others: his rights are wider on Carbonio.

Source: `rights-domainadmin.xml-template`, `AttributeForbiddenRules.java`.
"""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr

from puq_zimbra.config import Limits
from puq_zimbra.simulator import Simulator
from puq_zimbra.zimbra.client import Zimbra

from ..conftest import NO_LIMITS, Hook
from ..zimbra_state import STAMP


def items(call: Hook, **changes: Any) -> dict[str, dict[str, Any]]:
    """The drift's items by name."""
    return {one["item"]: one for one in call("drift", **changes).value["data"]["changes"]}


def grant(simulator: Simulator, right: str, target: str, holder: str) -> None:
    """Grant a right on a domain or account, as a global administrator does."""
    entry = simulator.domain(target) or simulator.account(target)
    assert entry is not None
    holding = simulator.account(holder)
    assert holding is not None
    entry.attrs.setdefault("zimbraACE", []).append(f"{holding.id} usr {right}")


def test_a_new_service_has_no_excess(hook: Hook) -> None:
    """Otherwise nobody would look at what has."""
    hook("create")

    assert items(hook) == {}


@pytest.mark.parametrize(
    ("right", "target"),
    [
        ("modifyAccount", "firma.example"),
        ("set.account.zimbraIsAdminAccount", "firma.example"),
        ("modifyAccount", "anna@firma.example"),
    ],
)
def test_a_right_that_makes_global_administrators_is_named(
    hook: Hook, simulator: Simulator, right: str, target: str
) -> None:
    """Carbonio lets its holder set zimbraIsAdminAccount; a person revokes it."""
    hook("create")
    simulator.create_account("anna@firma.example", "Some-Pass-1")
    grant(simulator, right, target, "admin@firma.example")
    found = items(hook)

    assert list(found) == ["rights-beyond"]
    assert found["rights-beyond"]["object"] == "admin@firma.example"
    assert found["rights-beyond"]["held"] == {"rights": [right], "on": target}
    assert found["rights-beyond"]["mended_by"] == "person"
    assert hook("repair").value["code"] == "unchanged"


def test_a_second_administrator_is_named_too(hook: Hook, simulator: Simulator) -> None:
    """Whoever in the domain holds it; staff of the provider may."""
    hook("create")
    simulator.create_account("anna@firma.example", "Some-Pass-1")
    simulator.create_account("staff@example.test", "Some-Pass-1")
    grant(simulator, "modifyAccount", "firma.example", "staff@example.test")
    without = items(hook)
    grant(simulator, "modifyAccount", "firma.example", "anna@firma.example")

    assert without == {}
    assert items(hook)["rights-beyond"]["object"] == "anna@firma.example"


def test_lost_rights_are_granted_again(hook: Hook, simulator: Simulator) -> None:
    """As on Zimbra."""
    hook("create")
    domain = simulator.domain("firma.example")
    domain.attrs["zimbraACE"] = [one for one in domain.attrs["zimbraACE"] if "Console" in one]

    assert list(items(hook)) == ["rights"]
    assert hook("repair").value["code"] == "updated"
    assert items(hook) == {}


@pytest.mark.parametrize(
    ("host", "also_of"),
    [
        ("mail.other.example", ["other.example"]),
        ("MAIL.other.example", ["other.example"]),
        ("zimbra.provider.example", ["127.0.0.1"]),
        ("mail.firma.example", None),
    ],
)
def test_a_host_name_that_is_taken_from_another_is_named(
    hook: Hook, simulator: Simulator, host: str, also_of: list[str] | None
) -> None:
    """The last domain written answers there, and Carbonio only warns of it."""
    webmail = {"webmail_url": "https://zimbra.provider.example"}
    simulator.create_domain("other.example", zimbraVirtualHostname="mail.other.example")
    hook("create")
    simulator.domain("firma.example").attrs["zimbraVirtualHostname"] = [host]
    found = items(hook, server=webmail)

    assert list(found) == (["virtual-host"] if also_of else [])
    if also_of:
        held = found["virtual-host"]["held"]
        assert held["zimbraVirtualHostname"] == host
        assert [one.partition(":")[0] for one in held["also_of"]] == also_of
        assert found["virtual-host"]["mended_by"] == "person"


def test_an_administrators_own_session_can_take_a_host_name(
    hook: Hook, simulator: Simulator, zimbra: Zimbra
) -> None:
    """With the rights that we grant: Carbonio looks only at names that replace the others."""
    simulator.create_domain("other.example", zimbraVirtualHostname="mail.other.example")
    hook("create")
    login = {"username": "admin@firma.example", "password": SecretStr("First-Pass-1")}
    admin = Zimbra(zimbra.server.model_copy(update=login), Limits(**NO_LIMITS))
    admin.modify_domain(
        simulator.domain("firma.example").id, {"+zimbraVirtualHostname": ["mail.other.example"]}
    )
    admin.close()

    assert list(items(hook)) == ["virtual-host"]
    assert STAMP in simulator.domain("firma.example").attrs["zimbraForeignName"]


def test_mail_that_is_delivered_elsewhere_is_named(
    hook: Hook, simulator: Simulator, zimbra: Zimbra
) -> None:
    """It fills no mailbox that is measured; what the server set itself is no drift."""
    hook("create")
    for name in ("anna", "jan"):
        simulator.create_account(f"{name}@firma.example", "Some-Pass-1")
    before = items(hook)
    anna = simulator.account("anna@firma.example").id
    zimbra.modify_account(anna, {"zimbraMailTransport": "smtp:mx.example:25"})
    found = items(hook)

    assert before == {}
    assert list(found) == ["mail-transport"]
    assert found["mail-transport"]["object"] == "firma.example"
    assert found["mail-transport"]["held"] == {"mailboxes": ["anna@firma.example"], "count": 1}
