"""Whose it is: no hook touches what does not bear the exact stamp, or bears it elsewhere."""

from __future__ import annotations

import pytest

from puq_zimbra.simulator import Simulator

from .conftest import Hook
from .zimbra_state import STAMP


def test_create_leaves_a_foreign_domain_alone(hook: Hook, simulator: Simulator) -> None:
    """A name is not ownership: the domain may be another customer's."""
    simulator.create_domain("firma.example", zimbraForeignName="puq_zimbra:crm.example:43")
    simulator.reset_log()
    answer = hook("create")

    assert (answer.value["code"], answer.exit_status) == ("not_ours", 77)
    assert simulator.writes() == []


@pytest.mark.parametrize(
    "stamp", ["", "PUQ_ZIMBRA:crm.example:42", "puq_zimbra:crm.example:420", "other:x"]
)
@pytest.mark.parametrize(
    "event",
    ["create", "suspend", "unsuspend", "terminate", "change_package", "change_password", "renew",
     "sso_service", "client_area", "plan", "drift", "repair", "restore"],
)  # fmt: skip
def test_no_hook_touches_what_bears_no_exact_stamp(
    hook: Hook, simulator: Simulator, event: str, stamp: str
) -> None:
    """Zimbra compares foreign names without regard to case; we must not."""
    attrs = {"zimbraForeignName": stamp} if stamp else {}
    simulator.create_domain("firma.example", **attrs)
    simulator.create_account("admin@firma.example", "Other-Pass-1")
    simulator.reset_log()
    answer = hook(event, new_password="Second-Pass-2")

    assert answer.value["code"] == "not_ours"
    assert simulator.writes() == []
    assert simulator.calls("DelegateAuthRequest") == []


@pytest.mark.parametrize("event", ["create", "terminate", "plan", "repair"])
def test_a_service_whose_domain_was_edited_in_the_host_is_a_conflict(
    hook: Hook, simulator: Simulator, event: str
) -> None:
    """Success would leave the old domain running, or make a second one."""
    hook("create")
    simulator.reset_log()
    answer = hook(event, service={"domain": "nowa.example"})

    assert answer.value["code"] == "conflict"
    assert "firma.example" in answer.value["message"]
    assert simulator.writes() == []


@pytest.mark.parametrize(
    "event", ["suspend", "terminate", "change_package", "create", "plan", "repair", "adopt"]
)
def test_the_services_alias_domain_is_not_its_domain(
    hook: Hook, simulator: Simulator, event: str
) -> None:
    """Suspending the alias would leave the mail running."""
    hook("create")
    simulator.create_domain(
        "alias.example",
        zimbraDomainType="alias",
        zimbraDomainAliasTargetId=simulator.domain("firma.example").id,
        zimbraForeignName=STAMP,
    )
    simulator.reset_log()
    answer = hook(event, service={"domain": "alias.example"})

    assert answer.value["code"] == "conflict"
    assert simulator.writes() == []
    assert hook("list_services").value["ok"]
