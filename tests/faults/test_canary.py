"""Secrets under faults, with every library's DEBUG level on: none comes out anywhere."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from .cases import Case, calm, cases
from .conftest import Note, Share
from .stories import STORIES, Story
from .world import PASSWORDS, InMemory, World, Worlds

#: of the administrator with whom we log in
SERVER_PASSWORD = "test123"


@pytest.mark.parametrize("story", STORIES, ids=str)
def test_no_secret_comes_out(
    worlds: Worlds,
    in_memory: InMemory,
    story: Story,
    share: Share,
    note: Note,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Neither in an answer or a page, nor on a terminal, in a log, in the store or in its trail."""
    caplog.set_level(logging.DEBUG)
    run = calm(worlds, story, in_memory.bodies)
    hits, places = [], 0
    chosen = share.of(cases(story, run), f"canary {story}", sample=2, part=15, whole=60)
    for case in chosen:
        caplog.clear()
        world = worlds.before(story)
        told = lived(world, case)
        secrets = [*PASSWORDS, SERVER_PASSWORD, *world.simulator.world.tokens._known]
        seen = {"answers": told, "log": logged(caplog), **dict(kept(world))}
        seen["stdout"], seen["stderr"] = capfd.readouterr()
        places = max(places, len(seen))
        hits += [
            f"{case}: {secret} in {place}"
            for place, text in seen.items()
            for secret in secrets
            if secret in text
        ]
    note("canary secrets at DEBUG", cases=len(chosen), most_places=places, hits=len(hits))

    assert hits == []


def lived(world: World, case: Case) -> str:
    """What the host is told of the disturbed call and of the one after it."""
    world.simulator.chaos.add(case.plan())
    first = world.tell(case.story)
    world.restart()
    world.simulator.chaos.clear()
    replies = [first, world.tell(case.story)]
    for reply in replies:
        reply.get("data", {}).pop("url", None)  # the one place for a token: it opens once
    return json.dumps(replies)


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """Everything of every record, also what no formatter would print."""
    return "\n".join(repr(vars(record)) for record in caplog.records)


def kept(world: World) -> Iterator[tuple[str, str]]:
    """The store's files byte by byte, and its trail."""
    for path in sorted(world.place.rglob("*")):
        if path.is_file():
            yield path.name, path.read_bytes().decode("latin-1")
    trail = world.runtime.store().operations.audit()
    yield "audit", repr([dict(line) for line, _ in trail])
