"""Ids that are not the caller's: another installation's, another service's, another's domain.

Every hook and the customer's own action refuse them, write nothing, open no mailbox and tell
nothing of what is inside. Where the caller's own service has another name than the one he says, it
is found by its stamp, and nothing else is touched.
"""

from __future__ import annotations

from typing import Any

import pytest

from .case_env import InMemory, World, Worlds, words
from .conftest import Note, Share
from .scenarios import CHANGES, Story

#: hooks that are about one service
EVENTS = (
    "create", "suspend", "unsuspend", "terminate", "restore", "renew", "change_package",
    "change_password", "client_action", "usage", "client_area", "sso_service", "plan", "drift",
    "repair", "adopt",
)  # fmt: skip
#: what a forger asks for
FORGED: dict[str, dict[str, dict[str, Any]]] = {
    "domain": {
        "another installation": {"installation": "other.example"},
        "another service": {"service": {"id": "43"}},
        "a service that is none": {"service": {"id": "99"}},
        "a longer id": {"service": {"id": "420"}},
        "the domain of another service": {"service": {"domain": "sister.example"}},
        "the domain of another installation": {"service": {"domain": "neighbour.example"}},
        "a domain that is nobody's": {"service": {"domain": "foreign.example"}},
        "their domain and id": {"service": {"id": "43", "domain": "neighbour.example"}},
        "our domain in capitals": {"service": {"id": "43", "domain": "FIRMA.Example"}},
        **{
            f"the id {identity!r}": {"service": {"id": identity}}
            for identity in ("4", "042", "42.", "42:", "42*", "42\n", "")
        },
        **{
            f"the installation {name!r}": {"installation": name}
            for name in ("crm", "crm.example.", "CRM.example", "crm.example:42", "*")
        },
    },
    "mailbox": {
        "another installation": {"installation": "other.example"},
        "another service": {"service": {"id": "43"}},
        "a mailbox of another service": {
            "service": {"mailbox": {"address": "admin@sister.example"}}
        },
        "a mailbox that is nobody's": {
            "service": {"mailbox": {"address": "admin@foreign.example"}}
        },
        "a mailbox that is not there": {"service": {"mailbox": {"address": "new@sister.example"}}},
    },
    "server": {
        "another installation": {"installation": "other.example"},
        "another service": {"service": {"id": "43"}},
        "a longer id": {"service": {"id": "420"}},
        "the domain of another installation": {"service": {"domain": "neighbour.example"}},
        "a domain of the server that is not the first": {
            "service": {"id": "43", "domain": "druga-firma.example"}
        },
    },
}
REFUSED = {"not_ours", "not_found", "conflict", "refused", "invalid"}
#: installation and service id -> how the names of all that is its own end, whatever the host says
OWN = {
    ("crm.example", "42"): ("firma.example", "example.test"),  # the second on a private server
    ("crm.example", "43"): ("sister.example",),
    ("other.example", "42"): ("neighbour.example",),
}
#: hooks that act on what bears the stamp, under whatever name
BY_STAMP = {
    "suspend", "unsuspend", "restore", "renew", "change_password", "client_action", "usage",
    "client_area", "sso_service",
}  # fmt: skip
CASES = [(model, who) for model, forged in FORGED.items() for who in forged]


@pytest.mark.parametrize(("model", "who"), CASES, ids=lambda value: value.replace(" ", "-"))
def test_what_is_not_the_callers_is_refused(
    worlds: Worlds, in_memory: InMemory, share: Share, note: Note, model: str, who: str
) -> None:
    """Success would suspend, bill or open somebody else's mail."""
    forged = FORGED[model][who]
    wrong = {}
    cases = writes = refused = 0
    for event in share.of(EVENTS, (model, who), sample=6, part=len(EVENTS)):
        world = worlds.before(Story(model, "suspend", ("create",)))
        before = world.state()
        in_memory.bodies.clear()
        form = CHANGES["form"] if event == "client_action" else {}
        changes = {**CHANGES["password"], **form, **forged}
        own = own_name(world, changes) if event in BY_STAMP else ()
        reply = world.call(event, **changes)
        foreign = done(world, own)
        found = told(reply, event, own) + foreign
        if without(world.state(), own) != without(before, own):
            found.append("something was changed")
        cases += 1
        writes += len(foreign)
        refused += not found
        if found:
            wrong[event] = found
    note("forged ids", cases=cases, refused=refused, writes=writes)

    assert wrong == {}


def own_name(world: World, changes: dict[str, Any]) -> tuple[str, ...]:
    """How the names end of what a call may act on: its service, if it was sold as it says."""
    given = world.params(changes)
    own = OWN.get((given["installation"], given["service"]["id"]), ())
    if world.model == "server":
        return own if "firma.example" in own else ()
    return own[:1] if world.model == "domain" or "firma.example" in own else ()


def without(state: dict[str, Any], own: tuple[str, ...]) -> dict[str, Any]:
    """A state without the service's own part."""
    return {key: one for key, one in state.items() if not key.endswith(own)}


def told(reply: dict[str, Any], event: str, own: tuple[str, ...]) -> list[str]:
    """What is wrong with an answer."""
    found = []
    inside = [] if "firma.example" in own else ["anna@firma", "room@", "crowd@"]
    link = [] if own and event == "sso_service" else ["authtoken"]
    if event == "drift":  # it says what is not as it was sold, such as whose the domain is
        items = {one["item"] for one in reply.get("data", {}).get("changes", ())}
        if reply["ok"] and (not items or items & {"limits", "cos", "administrator", "rights"}):
            found.append(f"drift tells {items or 'nothing'}")
    elif event == "client_area" and "does not exist" in reply.get("html", ""):
        pass  # the page says so, and shows what the host itself knows
    elif reply["code"] not in REFUSED and not own:
        found.append(f"{reply['code']}: {reply['message']}")
    text = str(reply)
    if any(each in text for each in inside + link):
        found.append(f"the answer tells what is inside: {text}")
    return found


def done(world: World, own: tuple[str, ...]) -> list[str]:
    """What was done to Zimbra that must not be."""
    ours = {
        entry.id
        for entry in world.simulator.state.directory.by_id.values()
        if entry.name.endswith(own)
    }
    return [
        call.name
        for call in world.simulator.log
        if (call.writes or call.name == "DelegateAuthRequest") and not words(call) & ours
    ]


@pytest.mark.parametrize(
    ("installation", "services"),
    [("crm.example", ["42", "43"]), ("other.example", ["42"]), ("evil.example", [])],
)
def test_lists_and_figures_are_an_installations_own(
    worlds: Worlds, installation: str, services: list[str]
) -> None:
    """A billing host bills its own customers."""
    world = worlds.before(Story("domain", "usage", ("create",)))
    listed = world.call("list_services", installation=installation)["data"]["services"]
    rows = world.call("usage", installation=installation, service=None)["data"]["rows"]

    assert [one["service_id"] for one in listed] == services
    assert sorted(one["service_id"] for one in rows) == services
