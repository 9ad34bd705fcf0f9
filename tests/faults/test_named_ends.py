"""Permanent errors say what to do.

Nothing is touched, and once a person has done it the next call goes through.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from puq_zimbra.simulator.directory import Entry

from .case_env import World, Worlds
from .observed import ADMIN, DOMAIN, STAMP
from .scenarios import Story

CREATE = Story("domain", "create")
SUSPEND = Story("domain", "suspend", ("create",))
UNSUSPEND = Story("domain", "unsuspend", ("create", "suspend"))
TERMINATE = Story("domain", "terminate", ("create",))
RESTORE = Story("domain", "restore", ("create", "terminate"), "grace")
MAILBOX = "anna@poczta-firma.example"
Deed = Callable[[World], object]


@dataclass(frozen=True)
class End:
    """A call that cannot go through, and why."""

    story: Story
    #: what stands in the way
    obstacle: Deed
    code: str
    #: what the person is told
    told: str
    #: what he does
    mend: Deed


def entry(world: World, name: str) -> Entry:
    """A domain, or what has an address."""
    found = world.simulator.domain(name) if "@" not in name else None
    found = found or world.simulator.account(name) or world.simulator.list(name)
    assert found is not None, name
    return found


def words(*names: str, domain: str = DOMAIN) -> Deed:
    """Write what stands in a domain's zimbraForeignName."""
    return lambda world: entry(world, domain).put("zimbraForeignName", *names)


def put(name: str, attribute: str, *values: str) -> Deed:
    """Write an attribute."""
    return lambda world: entry(world, name).put(attribute, *values)


def gone(name: str) -> Deed:
    """Take something away, a domain with all that is in it."""

    def remove(world: World) -> None:
        directory = world.simulator.state.directory
        for each in [*directory.contents.get(name, {}).values(), entry(world, name)]:
            directory.remove(each)

    return remove


def unfinished(also: Deed, *, whole: bool = True) -> Deed:
    """The service's domain as a creation left it that broke off, and something more."""

    def make(world: World) -> None:
        world.simulator.create_domain(
            DOMAIN,
            zimbraForeignName=[STAMP, "puq_zimbra.creating"],
            zimbraDomainDefaultCOSId=world.simulator.state.directory.coses["business"].id,
            zimbraDomainMaxAccounts=25,
            zimbraMailDomainQuota=5 * 2**30,
            zimbraDomainAggregateQuota=50 * 2**30,
            zimbraDomainAggregateQuotaPolicy="BLOCKSENDRECEIVE",
        )
        if not whole:
            world.simulator.state.directory.headless.add(DOMAIN)
        also(world)

    return make


def alias_of_a_stranger(world: World) -> None:
    """An address in the domain that belongs to a mailbox elsewhere."""
    stranger = entry(world, "admin@foreign.example")
    world.simulator.state.directory.add_alias(stranger, f"sales@{DOMAIN}", "20260615120000Z")


def alias_domain_of_a_stranger(world: World) -> None:
    """Another service's domain that points to this one's."""
    world.simulator.create_domain(
        "pointing.example",
        zimbraDomainType="alias",
        zimbraDomainAliasTargetId=entry(world, DOMAIN).id,
        zimbraForeignName="puq_zimbra:crm.example:99",
    )


ENDS = {
    "somebody else's domain": End(
        CREATE,
        lambda world: world.simulator.create_domain(DOMAIN),
        "not_ours",
        "does not belong to this service",
        gone(DOMAIN),
    ),
    "another service's stamp": End(
        SUSPEND,
        words("puq_zimbra:crm.example:43"),
        "not_ours",
        "does not belong to this service",
        words(STAMP),
    ),
    "two stamps": End(
        TERMINATE,
        words(STAMP, "puq_zimbra:crm.example:43"),
        "not_ours",
        "does not belong to this service",
        words(STAMP),
    ),
    "the service has another domain": End(
        CREATE,
        lambda world: world.simulator.create_domain("old.example", zimbraForeignName=STAMP),
        "conflict",
        "old.example",
        gone("old.example"),
    ),
    "the domain is gone": End(
        SUSPEND, gone(DOMAIN), "not_found", "does not exist in Zimbra", lambda w: w.call("create")
    ),
    "a list at the administrator's address": End(
        CREATE,
        unfinished(lambda world: world.simulator.create_list(ADMIN)),
        "conflict",
        "held by something that is not a mailbox",
        gone(ADMIN),
    ),
    "a room at the administrator's address": End(
        CREATE,
        unfinished(lambda world: world.simulator.create_resource(ADMIN)),
        "conflict",
        "it is not touched",
        gone(ADMIN),
    ),
    "a global administrator at the administrator's address": End(
        CREATE,
        unfinished(
            lambda world: world.simulator.create_account(
                ADMIN, "Their-Pass-1", zimbraIsAdminAccount=True
            )
        ),
        "conflict",
        "it is not touched",
        gone(ADMIN),
    ),
    "a domain made by half": End(
        CREATE,
        unfinished(lambda world: None, whole=False),
        "conflict",
        "terminate the service and create it again",
        lambda world: world.call("terminate"),
    ),
    "no such class of service": End(
        Story("domain", "change_package", ("create",), "bigger"),
        lambda world: world.simulator.state.directory.remove(
            world.simulator.state.directory.coses["starter"]
        ),
        "misconfigured",
        "no class of service starter",
        lambda world: world.simulator.create_cos("starter"),
    ),
    "more in use than the new plan holds": End(
        Story("domain", "change_package", ("create",), "smaller"),
        lambda world: world.simulator.add_mail(ADMIN, 2**41),
        "refused",
        "in use: free some space first",
        lambda world: world.simulator.add_mail(ADMIN, -(2**41)),
    ),
    "a status that nobody knows": End(
        SUSPEND,
        put(DOMAIN, "zimbraDomainStatus", "sleeping"),
        "conflict",
        "an administrator must decide",
        put(DOMAIN, "zimbraDomainStatus", "active"),
    ),
    "two statuses to go back to": End(
        UNSUSPEND,
        words(STAMP, "puq_zimbra.was:active", "puq_zimbra.was:locked"),
        "conflict",
        "must put it right",
        words(STAMP, "puq_zimbra.was:active"),
    ),
    "a day of deletion that is none": End(
        RESTORE,
        words(STAMP, "puq_zimbra.was:active", "puq_zimbra.purge:soon"),
        "conflict",
        "must put it right",
        words(STAMP, "puq_zimbra.was:active", "puq_zimbra.purge:2026-07-01"),
    ),
    "a deletion that waits": End(
        Story("domain", "unsuspend", ("create", "terminate"), "grace"),
        lambda world: None,
        "refused",
        "restore it first",
        lambda world: world.call("restore"),
    ),
    "a deletion that was begun": End(
        UNSUSPEND,
        words(STAMP, "puq_zimbra.was:active", "puq_zimbra.deleting"),
        "refused",
        "terminate it once more",
        lambda world: (world.call("terminate"), world.call("create")),
    ),
    "another service's mailbox in a private server's domain": End(
        Story("server", "terminate", ("create",), "delete"),
        put("anna@druga-firma.example", "zimbraForeignPrincipal", "puq_zimbra:crm.example:99"),
        "conflict",
        "anna@druga-firma.example in the domain belongs to another service",
        put("anna@druga-firma.example", "zimbraForeignPrincipal"),
    ),
    "a global administrator inside": End(
        TERMINATE,
        put(f"anna@{DOMAIN}", "zimbraIsAdminAccount", "TRUE"),
        "conflict",
        f"anna@{DOMAIN} in the domain belongs to another service or is a",
        put(f"anna@{DOMAIN}", "zimbraIsAdminAccount"),
    ),
    "a stranger's alias inside": End(
        TERMINATE,
        alias_of_a_stranger,
        "conflict",
        "Remove the alias first",
        lambda world: world.simulator.state.directory.drop_alias(
            entry(world, "admin@foreign.example"), f"sales@{DOMAIN}"
        ),
    ),
    "a stranger's alias domain": End(
        TERMINATE,
        alias_domain_of_a_stranger,
        "conflict",
        "the alias domain pointing.example points to the domain",
        gone("pointing.example"),
    ),
    "a mailbox's domain is missing": End(
        Story("mailbox", "create"),
        gone("poczta-firma.example"),
        "not_found",
        "poczta-firma.example",
        lambda world: world.simulator.create_domain("poczta-firma.example"),
    ),
    "somebody else's mailbox": End(
        Story("mailbox", "create"),
        lambda world: world.simulator.create_account(MAILBOX, "Their-Pass-1"),
        "not_ours",
        "does not belong to this service",
        gone(MAILBOX),
    ),
    "a private server that is not private": End(
        Story("server", "create"),
        lambda world: world.simulator.create_domain(
            "neighbour.example", zimbraForeignName="puq_zimbra:other.example:42"
        ),
        "conflict",
        "neighbour.example",
        gone("neighbour.example"),
    ),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_what_no_retry_can_finish_has_a_name_and_a_way_out(worlds: Worlds, end: End) -> None:
    """Otherwise somebody presses Retry for ever, or deletes what he should not."""
    world = worlds.before(end.story)
    end.obstacle(world)
    before = world.state()
    replies = [world.tell(end.story), world.tell(end.story)]

    assert [reply["code"] for reply in replies] == [end.code, end.code], replies
    assert [reply["retryable"] for reply in replies] == [False, False]
    assert end.told in replies[0]["message"]
    assert world.state() == before
    end.mend(world)
    assert world.tell(end.story)["ok"]
