"""Whose it is: no hook touches what does not bear the exact stamp, or bears it elsewhere."""

from __future__ import annotations

import pytest

from puq_zimbra.simulator import Simulator
from puq_zimbra.zimbra.client import Zimbra

from .conftest import Hook
from .zimbra_state import (
    STAMP,
    after_the_next_write,
    alias_domain,
    rename_account,
    rename_domain,
    status,
)


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


@pytest.mark.parametrize(
    "event", ["create", "suspend", "terminate", "change_password", "sso_service", "plan"]
)
def test_a_mark_that_is_hidden_is_not_absent(
    hook: Hook, simulator: Simulator, zimbra: Zimbra, event: str
) -> None:
    """An administrator who may not read whose a domain is must not take it for nobody's."""
    hook("create")
    other = simulator.create_domain("other.example")
    boss = simulator.create_account(
        "boss@other.example", "Some-Pass-1", zimbraIsDelegatedAdminAccount="TRUE"
    )
    zimbra.grant_right(other.id, boss.id, "domainAdminRights")
    simulator.reset_log()
    lesser = {"username": boss.name, "password": "Some-Pass-1"}
    answer = hook(event, new_password="Second-Pass-2", server=lesser)

    assert answer.value["code"] == "misconfigured"
    assert "may not read" in answer.value["message"]
    assert simulator.writes() == []


def taken(simulator: Simulator, by: str | None) -> None:
    """Let the name that the host will say be free, nobody's service, or another one's."""
    if by is not None:
        simulator.create_domain("nowa.example", **({"zimbraForeignName": by} if by else {}))
        simulator.create_account("admin@nowa.example", "Their-Pass-1")


@pytest.mark.parametrize("by", [None, "", "puq_zimbra:crm.example:43"])
@pytest.mark.parametrize(
    "event", ["create", "terminate", "change_package", "plan", "repair", "adopt"]
)
def test_a_service_whose_domain_was_edited_in_the_host_is_a_conflict(
    hook: Hook, simulator: Simulator, event: str, by: str | None
) -> None:
    """Success would leave the old domain running, or make a second one."""
    hook("create")
    taken(simulator, by)
    simulator.reset_log()
    answer = hook(event, service={"domain": "nowa.example"})

    assert answer.value["code"] == "conflict"
    assert "firma.example" in answer.value["message"]
    assert "nowa.example" in answer.value["message"]
    assert simulator.writes() == []


@pytest.mark.parametrize("by", [None, "", "puq_zimbra:crm.example:43"])
def test_what_bears_the_stamp_is_acted_on_whatever_the_host_calls_it(
    hook: Hook, simulator: Simulator, by: str | None
) -> None:
    """A name is never the key: a suspension must not miss, and must not meet another's domain."""
    hook("create")
    taken(simulator, by)
    theirs = dict(simulator.domain("nowa.example").attrs) if by is not None else {}
    told = {}
    for event in (
        "suspend", "unsuspend", "renew", "restore", "change_password", "sso_service", "usage",
        "client_area",
    ):  # fmt: skip
        answer = hook(event, new_password="Second-Pass-2", service={"domain": "nowa.example"})
        assert answer.value["ok"], (event, answer.value)
        told[event] = answer.value["message"] + answer.value.get("html", "")
        if event == "suspend":
            assert status(simulator) == "locked"
        if event == "usage":
            assert answer.value["data"]["rows"][0]["domain"] == "firma.example"

    assert status(simulator) == "active"
    assert simulator.verify_password("admin@firma.example", "Second-Pass-2")
    assert all("firma.example" in told[event] for event in told if event != "usage"), told
    assert not any("nowa.example" in one for one in told.values()), told
    if by is not None:
        assert dict(simulator.domain("nowa.example").attrs) == theirs
        assert simulator.verify_password("admin@nowa.example", "Their-Pass-1")


def test_a_domain_that_was_renamed_in_zimbra_is_found_by_its_stamp(
    hook: Hook, simulator: Simulator
) -> None:
    """`zmprov renameDomain` takes the stamp along, and the administrator's address."""
    hook("create")
    rename_domain(simulator, "firma.example", "nowa.example")
    suspended, back = hook("suspend"), hook("unsuspend")
    drift = hook("drift").value["data"]["changes"]
    changed = hook("change_password", new_password="Second-Pass-2")
    refused = hook("terminate")

    assert (suspended.value["code"], back.value["code"]) == ("updated", "updated")
    assert [(one["item"], one["held"]) for one in drift] == [
        ("renamed", {"name": ["nowa.example"]})
    ]
    assert "admin@nowa.example" in changed.value["message"]
    assert simulator.verify_password("admin@nowa.example", "Second-Pass-2")
    assert refused.value["code"] == "conflict"
    assert hook("terminate", service={"domain": "nowa.example"}).value["code"] == "updated"


@pytest.mark.parametrize("event", ["suspend", "change_password", "change_package"])
def test_a_rename_between_the_write_and_the_look_at_it_changes_nothing(
    hook: Hook, simulator: Simulator, event: str
) -> None:
    """What was written is read back by its id."""
    hook("create")
    if event == "change_password":
        act = lambda: rename_account(simulator, "admin@firma.example", "szef@firma.example")  # noqa: E731
    else:
        act = lambda: rename_domain(simulator, "firma.example", "nowa.example")  # noqa: E731
    after_the_next_write(simulator, act)
    answer = hook(event, new_password="Second-Pass-2", service={"plan": {"mailboxes": 30}})

    assert answer.value["code"] == "updated"


def test_a_stamp_on_two_domains_stops_what_the_name_does_not_decide(
    hook: Hook, simulator: Simulator
) -> None:
    """Which of them is the service cannot be known."""
    hook("create")
    simulator.create_domain("druga.example", zimbraForeignName=STAMP)
    simulator.reset_log()
    answer = hook("suspend", service={"domain": "nowa.example"})

    assert answer.value["code"] == "conflict"
    assert "druga.example, firma.example" in answer.value["message"]
    assert simulator.writes() == []


def test_the_common_way_costs_no_search(hook: Hook, simulator: Simulator) -> None:
    """Where the name leads to the stamp nothing else is asked."""
    hook("create")
    simulator.reset_log()
    for event in ("renew", "sso_service", "change_password"):
        hook(event, new_password="Second-Pass-2")
    grants = simulator.calls("GetGrantsRequest")
    for event in ("suspend", "unsuspend"):  # a suspension ends the sessions of all who run it
        hook(event)

    assert simulator.calls("SearchDirectoryRequest") == grants == []


def test_many_forged_marks_cost_one_look_at_their_domain(hook: Hook, simulator: Simulator) -> None:
    """A customer with many mailboxes could make every call of another's service a long one."""
    hook("create", service={"id": "43", "domain": "druga.example"})
    for number in range(20):
        address = f"u{number}@druga.example"
        simulator.create_account(address, "Some-Pass-1", zimbraForeignPrincipal=STAMP)
    simulator.reset_log()
    answer = hook("create")

    assert answer.value["code"] == "created"
    assert len(simulator.calls("GetDomainRequest")) < 10


@pytest.mark.parametrize("event", ["list_services", "adopt", "create", "terminate", "drift"])
def test_forged_marks_and_odd_names_spoil_nobody_elses_calls(
    hook: Hook, simulator: Simulator, event: str
) -> None:
    """Whatever a customer's administrator can write, it is his own service's trouble alone."""
    hook("create", service={"id": "43", "domain": "druga.example"})
    marks = [STAMP, "puq_zimbra:crm.example:43", "puq_zimbra:::", "puq_zimbra.purge:9999-99-99"]
    for local in ("o'brien", "*", "uid=*", "a\\b", "_biuro", "..", "x" * 200):
        address = f"{local}@druga.example"
        simulator.create_account(address, "Some-Pass-1", zimbraForeignPrincipal=marks)
    simulator.create_resource("*room@druga.example", zimbraForeignPrincipal=STAMP)
    if event in ("terminate", "drift"):
        hook("create")
    if event == "adopt":
        simulator.create_domain("firma.example")
    answer = hook(event)

    assert answer.value["ok"], answer.value
    if event == "list_services":
        assert [one["service_id"] for one in answer.value["data"]["services"]] == ["43"]


@pytest.mark.parametrize("stamp", [None, STAMP])
def test_suspending_by_an_alias_domains_name_shuts_the_domain(
    hook: Hook, simulator: Simulator, stamp: str | None
) -> None:
    """Suspending the alias would leave the mail running."""
    hook("create")
    alias_domain(simulator, stamp)
    answer = hook("suspend", service={"domain": "alias.example"})

    assert answer.value["code"] == "updated"
    assert "firma.example" in answer.value["message"]
    assert status(simulator) == "locked"
    assert status(simulator, "alias.example") == "active"


@pytest.mark.parametrize("stamp", [None, STAMP])
@pytest.mark.parametrize(
    "event", ["terminate", "change_package", "create", "plan", "repair", "adopt"]
)
def test_the_services_alias_domain_is_not_its_domain(
    hook: Hook, simulator: Simulator, event: str, stamp: str | None
) -> None:
    """Its name in the host is wrong: a person puts it right before anything is made or ended."""
    hook("create")
    alias_domain(simulator, stamp)
    simulator.reset_log()
    answer = hook(event, service={"domain": "alias.example"})

    assert answer.value["code"] == "conflict"
    assert simulator.writes() == []
    assert hook("list_services").value["ok"]
