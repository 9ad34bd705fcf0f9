"""kill -9 of a real hook process wherever it may die: the next call finishes the work.

Before a request leaves, after Zimbra has it but has not carried it out, after Zimbra has carried it
out, before the store commits, and in the middle of a commit: with a part of it in SQLite's
write-ahead log, or carried out by PostgreSQL and not yet confirmed.
"""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from puq_zimbra.simulator.chaos import Plan
from tests.processes import wait_for

from .case_env import World, Worlds
from .cases import Calm, Wrong, calm, wrong_in_the_end
from .child import Counted, Trap
from .conftest import Note, Share
from .processes import HookProcess
from .scenarios import STORIES, WRITING, Story
from .stores import Postgres


@dataclass(frozen=True)
class Death:
    """A point in a hook at which its process dies."""

    #: send, asked, applied or commit
    where: str
    #: which of them, from 0
    number: int
    #: bytes of a commit that reach the log; for PostgreSQL 1 = it was carried out
    written: int | None = None


def deaths(run: Calm, counted: Counted, commits: int, store: str) -> Iterator[Death]:
    """Every point at which the process may die."""
    for number in range(len(run.calls)):
        for where in ("send", "asked", "applied"):
            yield Death(where, number)
    if store == "PostgreSQL":
        for number in range(commits):
            yield Death("commit", number)
            yield Death("commit", number, 1)
        return
    for number, grown in enumerate(counted.commits):
        if grown:
            yield Death("commit", number)
            # Nothing but a byte, a torn first page, half of it, all but the last byte.
            for written in (1, 2000, grown // 2, grown - 1):
                yield Death("commit", number, written)


def die(world: World, story: Story, run: Calm, death: Death) -> int | None:
    """Let the story's hook die there; the exit status of its process."""
    store = world.store
    if death.where == "send" or (death.where == "commit" and not isinstance(store, Postgres)):
        trap = Trap(death.where, death.number, death.written)
        return HookProcess(world, story, trap).end()
    if isinstance(store, Postgres) and death.where == "commit":
        held: list[HookProcess] = []
        store.trap.set(death.number, death.written == 1, lambda: held[0].process.kill())  # noqa: PLW0108 - filled below
        held.append(HookProcess(world, story))
        return held[0].end()
    names = Counter(call.name for call in run.calls[: death.number])
    name = run.calls[death.number].name
    applied = death.where == "applied"
    world.simulator.chaos.add(Plan(name, "silence", applied, skip=names[name]))
    process = HookProcess(world, story)
    wait_for(lambda: not world.simulator.chaos.pending)
    wait_for(lambda: len(world.simulator.log) >= death.number + applied)
    process.process.kill()
    return process.end()


def survived(worlds: Worlds, story: Story, run: Calm, death: Death) -> list[Wrong]:
    """Let the process die and call the hook again; say what is wrong."""
    world = worlds.before(story)
    before = world.state()
    status = die(world, story, run, death)
    killed = {-signal.SIGKILL, -signal.SIGXFSZ}
    found = [] if status in killed else [Wrong("told", f"it ended with {status}, not killed")]
    if world.state() != before and world.last_event() != story.event:
        found.append(Wrong("told", "something was done of which the store knows nothing"))
    world.simulator.chaos.clear()
    reply, _, _ = HookProcess(world, story).answer()
    return found + wrong_in_the_end(world, run, reply)


@pytest.mark.parametrize("story", [s for s in STORIES if s.event in WRITING], ids=str)
def test_the_next_call_finishes_what_a_killed_process_began(
    real_worlds: Worlds, story: Story, share: Share, note: Note
) -> None:
    """Whenever a process dies, nothing is half done and unknown, and nothing is done twice."""
    run = calm(real_worlds, story)
    store = real_worlds.store
    if isinstance(store, Postgres):
        store.trap.set(-1, False, lambda: None)
    world = real_worlds.before(story)
    reply, counted, _ = HookProcess(world, story).answer()
    assert reply["ok"]
    commits = store.trap.commits if isinstance(store, Postgres) else 0
    every = deaths(run, counted, commits, store.name)
    wrong = {
        str(death): survived(real_worlds, story, run, death)
        for death in share.of(every, story, sample=1, part=6, whole=20)
    }
    note(
        f"kill -9, {store.name}",
        cases=len(wrong),
        converged=sum(not found for found in wrong.values()),
    )

    assert {death: found for death, found in wrong.items() if found} == {}
