"""Plan: what would be written is told beforehand, and then is what is written."""

from __future__ import annotations

from typing import Any

import pytest

from puq_zimbra.simulator import Simulator
from puq_zimbra.zimbra.client import Zimbra

from .conftest import Hook


def told(answer: Any) -> list[tuple[str, str]]:
    """The plan's changes, short."""
    return [(one["action"], one["object"]) for one in answer.value["data"]["changes"]]


def test_a_plan_for_what_does_not_exist_is_a_creation(hook: Hook, simulator: Simulator) -> None:
    """The provider sees it before the customer pays."""
    answer = hook("plan")

    assert answer.value["code"] == "unchanged"
    assert answer.value["data"]["event"] == "create"
    assert told(answer) == [("create", "firma.example"), ("create", "admin@firma.example")]
    assert simulator.writes() == []
    assert "First-Pass-1" not in str(answer.value)


def test_a_plan_for_an_unfinished_creation_says_what_is_left(
    hook: Hook, simulator: Simulator
) -> None:
    """The domain is there already, so nothing would be made twice."""
    simulator.fail_next("GrantRightRequest", "service.PERM_DENIED")
    hook("create")
    simulator.reset_log()
    answer = hook("plan", service={"plan": {"mailboxes": 30}})

    assert answer.value["data"]["event"] == "create"
    assert told(answer) == [("modify", "firma.example"), ("modify", "admin@firma.example")]
    assert answer.value["data"]["changes"][0]["attributes"] == {
        "zimbraDomainMaxAccounts": "30",
        "-zimbraForeignName": "puq_zimbra.creating",
    }
    assert simulator.writes() == []


def test_a_plan_for_what_exists_is_a_change_of_the_package(
    hook: Hook, simulator: Simulator
) -> None:
    """The customer's password is not needed to say so."""
    hook("create")
    simulator.reset_log()
    service = {"plan": {"mailboxes": 30}, "admin": {"password": None}}
    answer = hook("plan", service=service)

    assert answer.value["data"] == {
        "event": "change_package",
        "changes": [
            {
                "action": "modify",
                "object": "firma.example",
                "attributes": {"zimbraDomainMaxAccounts": "30"},
            }
        ],
    }
    assert simulator.writes() == []


def test_a_plan_for_a_lost_administrator_is_a_creation(
    hook: Hook, simulator: Simulator, zimbra: Zimbra
) -> None:
    """He is what create would make again."""
    hook("create")
    zimbra.delete_account(simulator.account("admin@firma.example").id)
    answer = hook("plan")

    assert answer.value["data"]["event"] == "create"
    assert told(answer) == [("create", "admin@firma.example")]


@pytest.mark.parametrize(
    ("before", "changes", "code"),
    [
        ([], {"service": {"admin": {"password": None}}}, "invalid"),
        ([], {"service": {"plan": {"cos": "none"}}}, "misconfigured"),
        (["create"], {"service": {"plan": {"mailboxes": 0}}}, "refused"),
    ],
)
def test_what_would_be_refused_is_refused(
    hook: Hook, simulator: Simulator, before: list[str], changes: dict[str, Any], code: str
) -> None:
    """A plan that promises what then fails is worse than none."""
    for event in before:
        hook(event, **(changes if event == "terminate" else {}))
    simulator.reset_log()
    answer = hook("plan", **changes)

    assert answer.value["code"] == code
    assert simulator.writes() == []
