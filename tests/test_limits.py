"""Limits as Zimbra keeps them: what is sold is granted, and what is not lowered refuses nothing."""

from __future__ import annotations

from typing import Any

import pytest

from puq_zimbra.simulator import Simulator
from puq_zimbra.zimbra.client import Zimbra

from .conftest import Hook
from .test_drift import items
from .zimbra_state import STAMP, add_alias, foreign_names

GB = 2**30
SHORT = {"plan": {"cos": "starter", "mailbox_quota": 5 * GB}}
MAILBOX = {
    "model": "mailbox",
    "domain": None,
    "mailbox": {"address": "jan@poczta.example"},
    "plan": {"domain_quota": 0, "mailboxes": None},
}


@pytest.fixture
def capped(simulator: Simulator) -> Simulator:
    """A domain in which mailboxes are sold by themselves, with a limit of 1 GB for each."""
    simulator.create_domain("poczta.example", zimbraMailDomainQuota=str(GB))
    return simulator


def test_a_class_below_the_quota_that_is_sold_refuses_the_creation(
    hook: Hook, simulator: Simulator
) -> None:
    """The customer would get 1 GB of the 5 that he pays."""
    answer = hook("create", service=SHORT)
    dry = hook("plan", service=SHORT)

    assert (answer.value["code"], dry.value["code"]) == ("misconfigured", "misconfigured")
    assert "5120 MB" in answer.value["message"]
    assert "starter allows 1024 MB" in answer.value["message"]
    assert simulator.writes() == []


@pytest.mark.parametrize("quota", [0, -1, 6 * GB])
def test_the_servers_default_class_counts_where_the_plan_names_none(
    hook: Hook, simulator: Simulator, quota: int
) -> None:
    """No limit and a larger one grant what is sold; a negative one lets nothing in."""
    default = simulator.state.directory.coses["default"]
    default.put("zimbraMailQuota", str(quota))
    code = hook("create", service={"plan": {"cos": None}}).value["code"]

    assert code == ("misconfigured" if quota < 0 else "created")


def test_a_change_to_a_class_below_the_quota_is_refused(hook: Hook, simulator: Simulator) -> None:
    """Both numbers stand in the message, and nothing is written."""
    hook("create")
    simulator.reset_log()
    answer = hook("change_package", service=SHORT)

    assert answer.value["code"] == "misconfigured"
    assert simulator.writes() == []


def test_a_domains_limit_below_a_mailbox_that_is_sold_refuses_it(
    hook: Hook, capped: Simulator
) -> None:
    """The mailbox bears its own quota, and Zimbra goes by the smaller one."""
    created = hook("create", service=MAILBOX)
    capped.domain("poczta.example").put("zimbraMailDomainQuota", str(5 * GB))
    made = hook("create", service=MAILBOX)
    capped.domain("poczta.example").put("zimbraMailDomainQuota", str(GB))
    found = items(hook("drift", service=MAILBOX))
    changed = hook("change_package", service={**MAILBOX, "plan": {"mailbox_quota": 2 * GB}})
    usage = hook("usage", service=MAILBOX).value["data"]["rows"][0]

    assert created.value["code"] == changed.value["code"] == "misconfigured"
    assert "poczta.example allows 1024 MB" in created.value["message"]
    assert made.value["code"] == "created"
    assert found["quota-in-force"]["wanted"] == {"mailbox_quota": 5 * GB}
    assert found["quota-in-force"]["held"] == {"mailbox_quota": GB, "domain": "poczta.example"}
    assert usage["disk_limit_mb"] == 1024


def test_a_limit_for_all_domains_counts_too(hook: Hook, simulator: Simulator) -> None:
    """A domain without one of its own takes Zimbra's."""
    simulator.create_domain("poczta.example")
    simulator.state.config["zimbraMailDomainQuota"] = [str(GB)]

    assert hook("create", service=MAILBOX).value["code"] == "misconfigured"


def test_a_mailboxs_page_says_what_zimbra_grants_now(hook: Hook, capped: Simulator) -> None:
    """Also from a reading of before: the domain's limit was cut since."""
    capped.domain("poczta.example").put("zimbraMailDomainQuota")
    hook("create", service=MAILBOX)
    before = hook("usage", service=MAILBOX).value["data"]["rows"][0]["disk_limit_mb"]
    capped.domain("poczta.example").put("zimbraMailDomainQuota", str(GB))
    after = hook("usage", service=MAILBOX).value["data"]["rows"][0]["disk_limit_mb"]

    assert (before, after) == (5120, 1024)


def test_a_class_that_was_cut_since_is_drift(hook: Hook, simulator: Simulator) -> None:
    """The provider changed the class for another product; of a private server, in any domain."""
    hook("create")
    business = simulator.state.directory.coses["business"]
    business.put("zimbraMailQuota", str(GB))
    found = items(hook("drift"))["quota-in-force"]

    assert found["mended_by"] == "person"
    assert (found["wanted"], found["held"]) == (
        {"mailbox_quota": 5 * GB},
        {"mailbox_quota": GB, "cos": "business"},
    )


def test_every_domain_of_a_private_server_is_looked_at(hook: Hook, simulator: Simulator) -> None:
    """Its administrator makes domains that we never wrote to."""
    server: dict[str, Any] = {"model": "server", "plan": {"mailboxes": None, "domain_quota": 0}}
    hook("create", service=server)
    simulator.create_domain("druga.example", zimbraMailDomainQuota=str(GB))
    changes = hook("drift", service=server).value["data"]["changes"]
    short = [one for one in changes if one["item"] == "quota-in-force"]

    assert [(one["object"], one["held"]["mailbox_quota"]) for one in short] == [
        ("druga.example", GB)
    ]


# -- what is over the plan already ---------------------------------------------------------------


def aliases(simulator: Simulator, zimbra: Zimbra, count: int) -> None:
    """Give the administrator aliases, which Zimbra limits nowhere."""
    identity = simulator.account("admin@firma.example").id
    for number in range(count):
        add_alias(zimbra, identity, f"a{number}@firma.example")


@pytest.mark.parametrize(
    ("plan", "code"),
    [
        ({"mailboxes": 50, "aliases": 2}, "updated"),
        ({"aliases": 2}, "updated"),
        ({"aliases": None}, "updated"),
        ({"aliases": 1, "domain_quota": 60 * GB}, "updated"),
        ({"mailboxes": 50, "aliases": 0}, "refused"),
        ({"mailboxes": 50, "aliases": 1, "lists": 0}, "updated"),
        ({"mailboxes": 50, "domain_aliases": 5}, "updated"),
    ],
)
def test_only_a_limit_that_is_lowered_below_use_refuses_a_plan(
    hook: Hook, simulator: Simulator, zimbra: Zimbra, plan: dict[str, Any], code: str
) -> None:
    """A paid upgrade must not fail by a limit that it does not lower."""
    hook("create", service={"plan": {"aliases": 1, "lists": 3}})
    aliases(simulator, zimbra, 3)
    answer = hook("change_package", service={"plan": {"aliases": 1, "lists": 3, **plan}})

    assert answer.value["code"] == code


@pytest.mark.parametrize(
    ("plan", "code"),
    [
        ({"mailboxes": 50, "aliases": 2}, "updated"),
        ({"mailboxes": 50, "aliases": 2, "mailbox_quota": GB}, "refused"),
        ({"aliases": 2}, "refused"),
    ],
)
def test_a_service_of_before_has_no_note_of_what_was_sold(
    hook: Hook, simulator: Simulator, zimbra: Zimbra, plan: dict[str, Any], code: str
) -> None:
    """There the limits that Zimbra keeps say whether the plan is the bigger one."""
    hook("create")
    aliases(simulator, zimbra, 3)

    assert items(hook("drift", service={"plan": {"aliases": 5}})) == {}
    assert hook("change_package", service={"plan": plan}).value["code"] == code


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ({"mailboxes": 2}, {"mailboxes": 3, "mailbox_quota": 6 * GB}, "updated"),
        ({"mailboxes": 2}, {"mailboxes": 1}, "refused"),
        ({"mailbox_quota": GB}, {"mailbox_quota": 2 * GB}, "updated"),
        ({"mailbox_quota": GB}, {"mailbox_quota": GB // 2}, "refused"),
        ({"domain_quota": GB}, {"domain_quota": 2 * GB}, "updated"),
        ({"domain_quota": GB}, {"domain_quota": GB // 2}, "refused"),
        ({"domain_quota": 0}, {"domain_quota": GB}, "refused"),
    ],
)
def test_what_is_over_a_limit_that_is_raised_refuses_nothing(
    hook: Hook,
    simulator: Simulator,
    before: dict[str, Any],
    after: dict[str, Any],
    code: str,
) -> None:
    """More mailboxes or mail than sold may be there: Zimbra counts late, and staff may add some."""
    hook("create", service={"plan": before})
    simulator.domain("firma.example").put("zimbraDomainMaxAccounts", "99")
    for number in range(4):
        simulator.create_account(f"u{number}@firma.example", "Some-Pass-1")
    most = str(before.get("mailboxes", 25))
    simulator.domain("firma.example").put("zimbraDomainMaxAccounts", most)
    simulator.add_mail("u0@firma.example", 3 * GB)

    assert hook("change_package", service={"plan": {**before, **after}}).value["code"] == code


@pytest.mark.parametrize(("quota", "code"), [(2 * GB, "updated"), (GB // 2, "refused")])
def test_a_larger_class_refuses_nothing(
    hook: Hook, simulator: Simulator, quota: int, code: str
) -> None:
    """A mailbox over both is no worse off in the larger one."""
    simulator.create_cos("other", zimbraMailQuota=str(quota))
    hook("create", service={"plan": {"cos": "starter", "mailbox_quota": 0}})
    simulator.add_mail("admin@firma.example", 3 * GB)
    answer = hook("change_package", service={"plan": {"cos": "other", "mailbox_quota": 0}})

    assert answer.value["code"] == code


def test_a_private_servers_limits_are_noted_too(hook: Hook, simulator: Simulator) -> None:
    """Zimbra has none for all domains of a server together."""
    server: dict[str, Any] = {"model": "server", "disk": 9 * GB}
    hook("create", service={**server, "plan": {"mailboxes": 1, "domain_quota": 0}})
    simulator.create_account("anna@firma.example", "Some-Pass-1")
    words = foreign_names(simulator)

    def change(mailboxes: int) -> str:
        plan = {"mailboxes": mailboxes, "domain_quota": 0}
        return str(hook("change_package", service={**server, "plan": plan}).value["code"])

    assert words == [f"puq_zimbra.server:{9 * GB}", "puq_zimbra.sold:mailboxes=1", STAMP]
    assert [change(2), change(1)] == ["updated", "refused"]


def test_rooms_beside_all_mailboxes_that_were_sold_are_drift(
    hook: Hook, simulator: Simulator
) -> None:
    """In each of them somebody can have mail, which Zimbra counts in no limit."""
    hook("create", service={"plan": {"mailboxes": 1}})
    assert items(hook("drift", service={"plan": {"mailboxes": 1}})) == {}
    simulator.create_resource("room@firma.example")
    found = items(hook("drift", service={"plan": {"mailboxes": 1}}))

    assert found["rooms"]["held"] == {"mailboxes": 1, "rooms": 1}
    assert items(hook("drift", service={"plan": {"mailboxes": 2}})).keys() == {"limits"}
