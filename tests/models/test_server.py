"""Model ``server``: a private Zimbra; every domain without another's stamp is the service's."""

from __future__ import annotations

import re
from typing import Any

import pytest

from puq_zimbra.simulator import Simulator
from puq_zimbra.simulator.chaos import Plan

from ..conftest import Hook
from ..zimbra_state import GRACE, STAMP, alias_domain, foreign_names

WORD = f"puq_zimbra.server:{200 * 2**30}"
SOLD = "puq_zimbra.sold:mailboxes=25"


def status(simulator: Simulator, domain: str) -> str:
    """A domain's status."""
    return str(simulator.domain(domain).attrs.get("zimbraDomainStatus", ["active"])[0])


@pytest.fixture
def estate(server: Hook, simulator: Simulator) -> Hook:
    """A sold server on which the customer has made two more domains; staff had locked one."""
    assert server("create").value["code"] == "created"
    simulator.create_domain("druga.example")
    simulator.create_domain("shut.example", zimbraDomainStatus="closed")
    simulator.create_account("anna@druga.example", "Anna-Pass-1")
    simulator.reset_log()
    return server


def test_create_makes_the_first_domain_and_marks_the_server(
    server: Hook, simulator: Simulator
) -> None:
    """Its limits are for the whole server, so the first domain gets none of them."""
    first, second = server("create"), server("create")
    domain = simulator.domain("firma.example")

    assert (first.value["code"], second.value["code"]) == ("created", "already_exists")
    assert foreign_names(simulator) == sorted([STAMP, WORD, SOLD])
    assert "zimbraDomainMaxAccounts" not in domain.attrs
    assert domain.attrs["zimbraDomainAggregateQuota"] == ["0"]
    assert simulator.verify_password("admin@firma.example", "First-Pass-1")


def test_a_shared_zimbra_is_not_sold_as_a_server(
    hook: Hook, server: Hook, simulator: Simulator
) -> None:
    """Suspending it would lock other customers."""
    hook("create", service={"id": "43", "domain": "sold.example"})
    simulator.reset_log()
    answer = server("create")

    assert answer.value["code"] == "conflict"
    assert "sold.example" in answer.value["message"]
    assert simulator.writes() == []


def test_alias_domains_of_a_private_server_are_left_to_the_domain_they_point_to(
    estate: Hook, simulator: Simulator
) -> None:
    """They have no log-ins of their own; a status on them would stay when the domain's is gone."""
    alias_domain(simulator)
    estate("suspend")
    suspended = status(simulator, "druga.example")
    written = simulator.writes()

    assert suspended == "locked"
    assert status(simulator, "alias.example") == "active"
    assert foreign_names(simulator, "alias.example") == []
    assert simulator.domain("alias.example").id not in {one.element.get("id") for one in written}


def test_domains_of_nobody_are_not_taken_by_accident(server: Hook, simulator: Simulator) -> None:
    """Suspending the server would lock them: whoever sells it says that they are the customer's."""
    for number in range(12):
        simulator.create_domain(f"dawna{number:02}.example")
    simulator.reset_log()
    answers = [server("create"), server("create", dry_run=True), server("plan")]

    for answer in answers:
        assert answer.value["code"] == "conflict"
        assert "dawna00.example" in answer.value["message"]
        assert "dawna09.example, + 2;" in answer.value["message"]
        assert "example.test" not in answer.value["message"]  # its global administrators' own
    assert simulator.writes() == []
    assert server("create", take_existing=True).value["code"] == "created"
    assert server("suspend").value["code"] == "updated"
    assert status(simulator, "dawna11.example") == "locked"


def test_a_take_over_that_broke_off_is_finished_by_the_hosts_retry(
    server: Hook, simulator: Simulator
) -> None:
    """The host's retry is a plain create: that the domains are taken was said once."""
    simulator.create_domain("dawna.example")
    simulator.fail_next("CreateAccountRequest", "service.PERM_DENIED")
    first = server("create", take_existing=True)

    assert first.value["code"] == "misconfigured"
    assert server("create").value["code"] == "created"


def test_a_take_over_takes_no_other_service(hook: Hook, server: Hook, simulator: Simulator) -> None:
    """It is about what is nobody's alone, and for private servers alone."""
    hook("create", service={"id": "43", "domain": "sold.example"})
    simulator.reset_log()

    assert server("create", take_existing=True).value["code"] == "conflict"
    assert hook("create", take_existing=True).value["code"] == "invalid"
    assert simulator.writes() == []


@pytest.mark.parametrize("model", ["domain", "server"])
@pytest.mark.parametrize("event", ["create", "suspend", "terminate", "change_package"])
def test_a_product_that_changes_its_model_stops(
    hook: Hook, server: Hook, simulator: Simulator, model: str, event: str
) -> None:
    """A domain sold as a domain must not become a whole server by a click in the host."""
    sold, called = (hook, server) if model == "server" else (server, hook)
    sold("create")
    simulator.reset_log()
    answer = called(event)

    assert answer.value["code"] == "conflict"
    assert simulator.writes() == []


def test_suspension_locks_what_was_active_and_gives_back_just_that(
    estate: Hook, simulator: Simulator
) -> None:
    """What staff had closed is neither opened nor marked."""
    first, second = estate("suspend"), estate("suspend")
    during = [status(simulator, name) for name in ("firma.example", "druga.example")]
    marked = foreign_names(simulator, "shut.example")
    back, again = estate("unsuspend"), estate("unsuspend")

    assert (first.value["code"], second.value["code"]) == ("updated", "unchanged")
    assert during == ["locked", "locked"]
    assert marked == []
    assert (back.value["code"], again.value["code"]) == ("updated", "unchanged")
    names = ("firma.example", "druga.example", "shut.example")
    assert [status(simulator, name) for name in names] == ["active", "active", "closed"]
    assert foreign_names(simulator, "druga.example") == []


def test_each_domain_that_staff_shut_during_a_suspension_stays_shut(
    estate: Hook, simulator: Simulator
) -> None:
    """One abused domain of a customer who pays again; the reply names all that is shut."""
    estate("suspend")
    simulator.domain("druga.example").attrs["zimbraDomainStatus"] = ["closed"]
    ended = estate("unsuspend").value

    assert [status(simulator, name) for name in ("firma.example", "druga.example")] == [
        "active", "closed",
    ]  # fmt: skip
    assert foreign_names(simulator, "druga.example") == []
    assert "druga.example: closed, shut.example: closed" in ended["message"]
    assert ended["data"]["state"] == "active"


@pytest.mark.parametrize("event", ["suspend", "unsuspend"])
@pytest.mark.parametrize("lost", [0, 1, 2])
def test_an_interrupted_suspension_is_finished(
    estate: Hook, simulator: Simulator, event: str, lost: int
) -> None:
    """Each domain remembers for itself, so any next call goes on."""
    if event == "unsuspend":
        estate("suspend")
    simulator.chaos.add(Plan("ModifyDomainRequest", "fault", code="service.PERM_DENIED", skip=lost))
    first = estate(event)
    simulator.chaos.clear()
    second = estate(event)
    wanted = "locked" if event == "suspend" else "active"

    assert first.value["code"] == "misconfigured"
    assert second.value["code"] == "updated"
    names = ("firma.example", "druga.example", "example.test")
    assert {status(simulator, name) for name in names} == {wanted}
    assert status(simulator, "shut.example") == "closed"


def test_a_suspended_server_can_be_worked_on(estate: Hook) -> None:
    """Its administrators' own domain is locked too; Zimbra exempts global administrators."""
    estate("suspend")

    assert estate("client_area").value["ok"]
    assert estate("test_connection").value["ok"]


def test_usage_is_the_whole_servers(hook: Hook, estate: Hook, simulator: Simulator) -> None:
    """All domains together, against the space that was contracted."""
    simulator.add_mail("admin@firma.example", 3 * 2**20)
    simulator.add_mail("anna@druga.example", 4 * 2**20)
    one = estate("usage").value["data"]["rows"]
    every = hook("usage", service=None).value["data"]["rows"]
    html = estate("client_area").value["html"]

    for rows in (one, every):
        assert [(r["service_id"], r["domain"]) for r in rows] == [("42", "firma.example")]
        assert (rows[0]["disk_used_mb"], rows[0]["disk_limit_mb"]) == (7, 200 * 1024)
    assert "anna@druga.example" in re.sub("<[^>]*>", "", html)
    assert "200" in html


def test_terminate_locks_and_reports_by_default(estate: Hook, simulator: Simulator) -> None:
    """Deleting a whole server needs a plan that says so."""
    first, second = estate("terminate"), estate("terminate")

    assert (first.value["code"], second.value["code"]) == ("updated", "unchanged")
    assert "druga.example" in first.value["data"]["locked"]
    assert status(simulator, "druga.example") == "locked"
    assert simulator.account("anna@druga.example") is not None


@pytest.mark.parametrize("code", ["account.NO_SUCH_DOMAIN", "account.NO_SUCH_ACCOUNT"])
def test_a_domain_that_is_there_is_not_called_deleted(
    code: str, estate: Hook, simulator: Simulator
) -> None:
    """The stamp goes last: what is left behind without it, nobody would look for."""
    plan = {"plan": {"terminate": {"mode": "delete"}}}
    simulator.fail_next("DeleteDomainRequest", code)
    first = estate("terminate", plan)

    assert first.value["code"] == "conflict"
    assert simulator.domain("firma.example") is not None
    assert estate("terminate", plan).value["code"] == "updated"
    assert simulator.domain("druga.example") is None


def test_terminate_deletes_if_the_plan_says_so(estate: Hook, simulator: Simulator) -> None:
    """All but the domain in which the global administrators live."""
    simulator.create_domain("sub.druga.example")
    simulator.create_domain("foreign.example", zimbraForeignName="puq_zimbra:other.example:1")
    plan = {"plan": {"terminate": {"mode": "delete"}}}
    dry = estate("terminate", plan, dry_run=True)
    first, second = estate("terminate", plan), estate("terminate", plan)

    told = {change["object"] for change in dry.value["data"]["changes"]}
    assert {"druga.example", "firma.example", "anna@druga.example"} <= told
    assert (first.value["code"], second.value["code"]) == ("updated", "already_gone")
    assert first.value["data"] == {"kept": ["example.test"]}
    for gone in ("firma.example", "druga.example", "sub.druga.example", "shut.example"):
        assert simulator.domain(gone) is None
    assert simulator.domain("example.test") is not None
    assert simulator.domain("foreign.example") is not None


def test_grace_is_restored_with_one_call(estate: Hook, simulator: Simulator) -> None:
    """The day stands on the first domain; every domain comes back."""
    answer = estate("terminate", {"plan": GRACE})
    restored = estate("restore", {"plan": GRACE})

    assert "purge_at" in answer.value["data"]
    assert restored.value["code"] == "updated"
    assert {status(simulator, n) for n in ("firma.example", "druga.example")} == {"active"}
    assert foreign_names(simulator) == sorted([STAMP, WORD, SOLD])


def test_change_package_notes_the_contracted_space(estate: Hook, simulator: Simulator) -> None:
    """The sync's rows need it when the host is not asking for one service."""
    first = estate("change_package", {"disk": 2**40})
    second = estate("change_package", {"disk": 2**40})

    assert (first.value["code"], second.value["code"]) == ("updated", "unchanged")
    assert f"puq_zimbra.server:{2**40}" in foreign_names(simulator)


@pytest.mark.parametrize(
    ("plan", "words"), [({"mailboxes": 1}, "in use: 3"), ({"domain_quota": 2**20}, "are in use")]
)
def test_a_plan_below_what_the_server_holds_is_refused(
    estate: Hook, simulator: Simulator, plan: dict[str, Any], words: str
) -> None:
    """Counted over all of its domains."""
    simulator.add_mail("anna@druga.example", 4 * 2**20)
    simulator.reset_log()
    answer = estate("change_package", {"plan": plan})

    assert answer.value["code"] == "refused"
    assert words in answer.value["message"]
    assert simulator.writes() == []
