"""Cases: a story with one of its calls disturbed, and what must hold afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from puq_zimbra.simulator.calllog import Call
from puq_zimbra.simulator.chaos import STALE, Plan
from puq_zimbra.simulator.corrupt import WAYS

from .case_env import World, Worlds
from .scenarios import HARMFUL, KINDS, Story


@dataclass(frozen=True)
class Case:
    """A disturbance of one call of a story."""

    story: Story
    #: position of the call among all, and among those of its name
    position: int
    name: str
    ordinal: int
    #: a key of `KINDS`
    kind: str

    def plan(self, then: str | None = None) -> Plan:
        """The disturbance, with another one of the request that follows."""
        sequel = Plan(**{"name": "*", **KINDS[then]}) if then else None
        about = KINDS[self.kind]
        # In memory each request is a connection.
        skip = {"refuse": self.position}.get(about["kind"], self.ordinal)
        return Plan(**{"name": self.name, "skip": skip, "then": sequel, **about})

    def __str__(self) -> str:
        return f"{self.story}, {self.name} #{self.ordinal}, {self.kind}"


@dataclass(frozen=True)
class Calm:
    """A story without a disturbance: where it ends, and what it asks Zimbra."""

    state: dict[str, Any]
    calls: tuple[Call, ...]
    #: the answers to the calls
    bodies: tuple[bytes, ...]


def calm(worlds: Worlds, story: Story, bodies: list[bytes] | None = None) -> Calm:
    """Let a story run undisturbed; ``bodies`` is where the answers are noted."""
    world = worlds.before(story)
    noted: list[bytes] = [] if bodies is None else bodies
    noted.clear()
    reply = world.tell(story)
    assert reply["ok"], (str(story), reply)
    return Calm(world.state(), tuple(world.simulator.log), tuple(noted))


def cases(story: Story, run: Calm) -> Iterator[Case]:
    """Every call of a run with every kind of disturbance that makes a difference to it."""
    seen: Counter[str] = Counter()
    for position, (call, body) in enumerate(zip(run.calls, run.bodies, strict=True)):
        for kind, about in KINDS.items():
            if _matters(about, call, seen[call.name], body, run):
                yield Case(story, position, call.name, seen[call.name], kind)
        seen[call.name] += 1


def pairs(story: Story, run: Calm) -> Iterator[tuple[Case, str]]:
    """Every disturbance of the harmful kinds with every one of the request that follows."""
    for case in cases(story, run):
        if case.kind in HARMFUL:
            yield from ((case, kind) for kind in HARMFUL)


def _matters(about: dict[str, Any], call: Call, ordinal: int, body: bytes, run: Calm) -> bool:
    if about["kind"] == "mangle":
        return WAYS[about["how"]](body)[0] != body
    if about["kind"] == "stale":
        made = STALE.get(call.name, ("", "", ""))[2]
        return ordinal == 0 and any(each.name == made for each in run.calls)
    if about.get("half"):
        # A domain that is half made is a dead end: see test_named_ends.
        return call.name == "CreateAccountRequest"
    # A read leaves nothing behind that it could be told apart by.
    return call.writes or not about.get("applied", False)


#: replies to a call that was disturbed, beside those that say it is done: a refusal, or try again
TOLD = {
    "unavailable", "misconfigured", "refused", "conflict", "busy", "pending", "not_found",
}  # fmt: skip


@dataclass(frozen=True)
class Wrong:
    """Something that does not hold."""

    #: converged, twice, foreign, figures or told
    what: str
    text: str


def disturbed(worlds: Worlds, story: Story, run: Calm, plan: Plan) -> list[Wrong]:
    """Call the story's hook until nothing is left of the plan, and once more; say what is wrong."""
    world = worlds.before(story)
    theirs = world.foreign_state()
    world.simulator.chaos.add(plan)
    found = []
    for _ in range(2):
        found += [Wrong("told", text) for text in _told(world.tell(story), world, run)]
        world.restart()
        if not world.simulator.chaos.pending:
            break
    world.simulator.chaos.clear()
    found += wrong_in_the_end(world, run, world.tell(story))
    changed = differences(world.foreign_state(), theirs)
    return found + [Wrong("foreign", text) for text in changed]


def wrong_in_the_end(world: World, run: Calm, last: dict[str, Any]) -> list[Wrong]:
    """What is wrong after the last call, to which nothing happened."""
    found = []
    if not last["ok"]:
        text = f"the last answer is {last['code']}: {last['message']}"
        found.append(Wrong("converged", text))
    found += [Wrong("converged", text) for text in differences(world.state(), run.state)]
    found += [Wrong("foreign", f"{name} to somebody else") for name in world.writes_to_others()]
    found += [Wrong("twice", request) for request in world.made_twice()]
    found += [Wrong("figures", text) for text in world.wrong_figures()]
    if not world.audit_is_intact():
        found.append(Wrong("told", "the audit trail is broken"))
    return found


def _told(reply: dict[str, Any], world: World, run: Calm) -> list[str]:
    """What is wrong with the answer to a disturbed call."""
    told = f"{reply['code']}: {reply['message']}"
    if "inside the mail module" in told:
        return ["an unexpected exception"]
    if not reply["ok"]:
        return [] if reply["code"] in TOLD else [told]
    return [f"{told} although {each}" for each in differences(world.state(), run.state)]


def differences(held: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
    """In what a state is not as it should be."""
    return [
        f"{key} is {held.get(key)}, not {wanted.get(key)}"
        for key in sorted(held.keys() | wanted.keys())
        if held.get(key) != wanted.get(key)
    ]


def figures(wrong: dict[str, list[Wrong]]) -> dict[str, int]:
    """What the table says of so many cases."""
    kinds = [each.what for found in wrong.values() for each in found]
    return {
        "cases": len(wrong),
        "converged": sum(not found for found in wrong.values()),
        **{what: kinds.count(what) for what in ("twice", "foreign", "figures")},
    }
