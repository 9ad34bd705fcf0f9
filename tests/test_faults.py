"""Faults at every SOAP call of every hook: one retry later all of it is done, once.

Each case lets one hook run with one call disturbed, lifts the disturbance and calls the hook again,
as a billing host's retry does. The calls are taken from a recorded run of the hook, so a call that
is added to a hook is covered by itself. `make faults` runs all cases and prints their number; a run
of all tests takes a sample.
"""

from __future__ import annotations

import copy
import itertools
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from puq_zimbra.hooks.dispatch import dispatch
from puq_zimbra.hooks.runtime import Runtime

from puq_zimbra.config import Config
from puq_zimbra.simulator import Simulator
from puq_zimbra.simulator.chaos import Plan

from .conftest import FAULT_CASES, NO_LIMITS, Params, lay_over

STAMP = "puq_zimbra:crm.example:42"
URL = "https://zimbra.test:7071/service/admin/soap"
HTML = b"<html><body>Service Unavailable</body></html>"


@dataclass(frozen=True)
class Story:
    """A hook and what went before it."""

    event: str
    before: tuple[str, ...] = ()
    changes: str = ""


GRACE = {"service": {"plan": {"terminate": {"mode": "grace", "grace_days": 14}}}}
CHANGES: dict[str, dict[str, Any]] = {
    "": {},
    "bigger": {"service": {"plan": {"mailboxes": 40, "domain_quota": 2**40}}},
    "password": {"new_password": "Second-Pass-2"},
    "grace": GRACE,
    "foreign": {"service": {"domain": "foreign.example"}},
}
STORIES = (
    Story("create"),
    Story("create", ("create",)),
    Story("suspend", ("create",)),
    Story("unsuspend", ("create", "suspend")),
    Story("terminate", ("create",)),
    Story("terminate", ("create", "suspend")),
    Story("terminate", ("create",), "grace"),
    Story("restore", ("create", "terminate"), "grace"),
    Story("renew", ("create", "terminate"), "grace"),
    Story("change_package", ("create",), "bigger"),
    Story("change_password", ("create",), "password"),
    Story("adopt", (), "foreign"),
    Story("plan", (), "bigger"),
    Story("plan", ("create",), "bigger"),
    Story("drift", ("create",), "bigger"),
    Story("repair", ("create",), "bigger"),
    Story("usage", ("create",)),
    Story("client_area", ("create",)),
    Story("sso_service", ("create",)),
    Story("list_services", ("create",)),
    Story("test_connection"),
)
FAULTS = (
    "service.FAILURE", "service.TEMPORARILY_UNAVAILABLE", "service.PROXY_ERROR",
    "service.AUTH_EXPIRED", "service.PERM_DENIED", "ldap.LDAP_ERROR", "new.UNKNOWN_CODE",
)  # fmt: skip
#: kind of disturbance -> the plan, for a request that is carried out or not
KINDS = {
    **{
        f"{code} {'after' if applied else 'before'}": {
            "kind": "fault", "code": code, "applied": applied,
        }
        for code in FAULTS
        for applied in (False, True)
    },
    **{
        f"http {status} {'after' if applied else 'before'}": {
            "kind": "http", "status": status, "body": HTML, "applied": applied,
        }
        for status in (200, 302, 404, 429, 502, 503, 504)
        for applied in (False, True)
    },
    "dropped before": {"kind": "drop"},
    "dropped after": {"kind": "drop", "applied": True},
    **{
        f"mangled: {how}": {"kind": "mangle", "how": how, "applied": True}
        for how in ("truncated", "malformed", "doctype", "charset", "empty")
    },
}  # fmt: skip


class World:
    """A Zimbra, a store and a host's calls, all in memory but for the store."""

    def __init__(self, params: Params, config: Config, mounted: Any) -> None:
        self.simulator = Simulator(domain="example.test", admin_password="test123")
        self.simulator.create_cos("business")
        self.simulator.create_domain("foreign.example")
        self.simulator.create_account("theirs@foreign.example", "Their-Pass-1")
        self.simulator.mount(mounted, URL)
        self.params = params
        self.config = config
        self.runtime = Runtime(config)

    def restart(self) -> None:
        """Be another process, as the host's retry is."""
        self.runtime.close()
        self.runtime = Runtime(self.config)

    def call(self, event: str, **changes: Any) -> dict[str, Any]:
        """Call a hook."""
        given = copy.deepcopy(self.params)
        given["server"] = {"url": URL, "username": "admin@example.test", "password": "test123"}
        lay_over(given, changes)
        value: dict[str, Any] = dispatch("plain", event, given, self.runtime).value
        return value

    def state(self) -> tuple[Any, ...]:
        """What the service is in Zimbra."""
        domain = self.simulator.domain("firma.example")
        admin = self.simulator.account("admin@firma.example")
        if domain is None:
            foreign = self.simulator.domain("foreign.example").attrs
            return (admin is None, foreign.get("zimbraForeignName"))
        names = sorted(domain.attrs.get("zimbraForeignName", []))
        kept = ("zimbraDomainStatus", "zimbraDomainMaxAccounts", "zimbraDomainAggregateQuota")
        password = next(
            (
                one
                for one in ("First-Pass-1", "Second-Pass-2")
                if admin and self.simulator.verify_password("admin@firma.example", one)
            ),
            None,
        )
        return (names, [domain.attrs.get(name) for name in kept], admin is not None, password)


@pytest.fixture
def worlds(params: Params, tmp_path: Any) -> Iterator[Any]:
    """Make worlds, one after the other."""
    import responses

    numbers = itertools.count()
    opened: list[World] = []
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mounted:

        def make() -> World:
            mounted.reset()
            for one in opened:
                one.runtime.close()
            opened.clear()
            store = {"dir": str(tmp_path / str(next(numbers)))}
            config = Config.model_validate({"store": store, "limits": NO_LIMITS})
            opened.append(World(params, config, mounted))
            return opened[0]

        yield make
        mounted.reset()
        for one in opened:
            one.runtime.close()


def prepared(worlds: Any, story: Story) -> World:
    """A world in which the story's hook is next."""
    world: World = worlds()
    for event in story.before:
        reply = world.call(event, **(CHANGES[story.changes] if event != "create" else {}))
        assert reply["ok"]
    world.simulator.reset_log()
    return world


def cases(world: World) -> list[tuple[str, int, str]]:
    """Every call of the run just made, by name and ordinal, with every kind of disturbance."""
    seen: Counter[str] = Counter()
    found = []
    for call in world.simulator.log:
        found += [(call.name, seen[call.name], kind) for kind in KINDS]
        seen[call.name] += 1
    return found


@pytest.mark.parametrize("story", STORIES, ids=lambda s: "-".join((*s.before, s.event, s.changes)))
def test_every_hook_converges_after_one_retry(
    worlds: Any, story: Story, request: pytest.FixtureRequest
) -> None:
    """Whatever breaks, the host's retry ends where an undisturbed call would have."""
    changes = CHANGES[story.changes]
    calm = prepared(worlds, story)
    assert calm.call(story.event, **changes)["ok"]
    wanted, every = calm.state(), cases(calm)
    chosen = every
    if not request.config.getoption("--all-faults"):
        chosen = random.Random(story.event).sample(every, min(12, len(every)))
    for name, ordinal, kind in chosen:
        world = prepared(worlds, story)
        world.simulator.chaos.add(Plan(name=name, skip=ordinal, **KINDS[kind]))
        first = world.call(story.event, **changes)
        world.simulator.chaos.clear()
        world.restart()
        second = world.call(story.event, **changes)
        where = f"{story}, {name} #{ordinal}, {kind}: {first['code']}, {second['code']}"

        assert second["ok"], where
        assert "inside the mail module" not in first["message"], where
        assert world.state() == wanted, where
        made = Counter(call.name for call in world.simulator.writes() if call.ok)
        assert made["CreateDomainRequest"] <= 1, where
        assert made["CreateAccountRequest"] <= 1, where
        assert world.simulator.account("theirs@foreign.example") is not None, where
    request.config.stash[FAULT_CASES].append(len(chosen))
