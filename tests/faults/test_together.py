"""Hooks of one service at the same time: threads of one process, and several processes.

Whoever comes second waits, finds it done, or is told to come again; nobody makes anything twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from random import Random
from threading import Barrier
from typing import Any

import pytest

from .case_env import World, Worlds
from .cases import calm, differences
from .child import Counted, watch_locks
from .conftest import PARTS, Note, Share
from .processes import HookProcess
from .scenarios import Story

CREATE = Story("domain", "create")
SOLD = Story("domain", "create", ("create",))
UNPAID = Story("domain", "unsuspend", ("create", "suspend"))
DONE = {"updated", "unchanged", "busy", "pending"}
#: rounds in all
ROUNDS = {"SQLite": 1000, "PostgreSQL": 200}


@dataclass(frozen=True)
class Round:
    """Hooks at once."""

    #: what went before
    before: Story
    events: tuple[str, ...]
    processes: bool
    #: codes that the answers may have
    told: frozenset[str]
    #: codes of which there must be exactly one
    once: frozenset[str] = frozenset()


def a_round(chance: Random) -> Round:
    """A round as it comes: mostly double clicks, sometimes fifty of them."""
    processes = chance.random() < 0.2
    kind = chance.choices(["creates", "end", "pause"], [6, 2, 2])[0]
    if kind == "creates":
        most = 4 if processes else chance.choice([3, 3, 5, 5, 9, 50])
        told = frozenset({"created", "already_exists"})
        events = ("create",) * chance.randint(2, most)
        return Round(CREATE, events, processes, told, frozenset({"created"}))
    if kind == "end":
        told = frozenset(
            {"created", "already_exists", "already_gone", "refused", "conflict", *DONE}
        )
        events = ("create", "terminate") * chance.randint(1, 2)
        return Round(chance.choice([CREATE, SOLD]), events, processes, told)
    events = ("suspend", "unsuspend") * chance.randint(1, 2)
    return Round(chance.choice([SOLD, UNPAID]), events, processes, frozenset(DONE))


def play(world: World, one: Round, counted: Counted) -> list[str]:
    """Call the hooks at once; the codes of their answers."""
    if one.processes:
        begun = [HookProcess(world, Story(world.model, event)) for event in one.events]
        answers = [process.answer() for process in begun]
        counted.locked += sum(theirs.locked for _, theirs, _ in answers)
        return [str(reply["code"]) for reply, _, _ in answers]
    barrier = Barrier(len(one.events))

    def call(event: str) -> str:
        barrier.wait()
        return world.call_alone(event)

    with ThreadPoolExecutor(len(one.events)) as threads:
        return list(threads.map(call, one.events))


def wrong_with(world: World, one: Round, codes: list[str], ends: list[dict[str, Any]]) -> list[str]:
    """What is wrong after a round; ``ends`` are the states that the service may be in."""
    found = [f"an answer is {code}" for code in sorted(set(codes) - one.told)]
    counts = Counter(codes)
    found += [f"{counts[code]} answers are {code}" for code in one.once if counts[code] != 1]
    if one.once:
        found += [f"made twice: {request}" for request in world.made_twice()]
    found += [f"{name} to somebody else" for name in world.writes_to_others()]
    least: list[str] = min((differences(world.state(), end) for end in ends), key=len)
    found += least
    if not world.audit_is_intact():
        found.append("the audit trail is broken")
    return found


@pytest.fixture
def ends(real_worlds: Worlds) -> Callable[[Round], list[dict[str, Any]]]:
    """The states in which a round may end."""
    whole, kept = calm(real_worlds, CREATE).state, calm(real_worlds, SOLD).state
    locked = calm(real_worlds, Story("domain", "suspend", ("create",))).state
    free = calm(real_worlds, UNPAID).state
    none = real_worlds.before(CREATE).state()

    def of(one: Round) -> list[dict[str, Any]]:
        if one.once:
            return [whole]
        return [whole, kept, none] if "terminate" in one.events else [kept, locked, free]

    return of


@pytest.fixture
def counted() -> Iterator[Counted]:
    """How often a database was found locked, by this process and those that it starts."""
    counted = Counted()
    stop = watch_locks(counted)
    yield counted
    stop()


def test_hooks_at_once_make_one_thing_of_it(
    real_worlds: Worlds,
    ends: Callable[[Round], list[dict[str, Any]]],
    part: int,
    counted: Counted,
    share: Share,
    note: Note,
) -> None:
    """Double clicks, a cron beside an administrator, a termination beside an order."""
    chance = share.random(("together", part))
    wrong, calls, rounds = {}, 0, ROUNDS[real_worlds.store.name]
    for number in range(share.number(6, 15, rounds // PARTS)):
        one = a_round(chance)
        world = real_worlds.before(one.before)
        codes = play(world, one, counted)
        calls += len(codes)
        wrong[f"{number}: {one}"] = wrong_with(world, one, codes, ends(one))
    bad = {name: found for name, found in wrong.items() if found}
    note(
        "at once",
        rounds=len(wrong),
        calls=calls,
        right=len(wrong) - len(bad),
        twice=sum("made twice" in text for found in bad.values() for text in found),
        locked=counted.locked,
    )

    assert bad == {}
    assert counted.locked == 0
