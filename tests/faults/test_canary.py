"""Secrets under faults, with every library's DEBUG level on: none comes out anywhere."""

from __future__ import annotations

import json
import logging
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from puq_zimbra.simulator import Simulator
from puq_zimbra.simulator.chaos import Plan
from tests.conftest import Params
from tests.processes import start

from .case_env import PASSWORDS, InMemory, World, Worlds
from .cases import Case, calm, cases
from .conftest import Note, Share
from .scenarios import HTML, STORIES, Story

#: of the administrator with whom we log in
SERVER_PASSWORD = "test123"
#: a fault's text that repeats what was sent, as some of Zimbra's do
TALKATIVE = f"cannot do it with {SERVER_PASSWORD} {' '.join(PASSWORDS)}"
#: what happens to a real process: a talkative fault, a proxy's page, an answer that breaks off
PLANS: tuple[dict[str, Any], ...] = (
    {"kind": "fault", "code": "service.FAILURE", "text": TALKATIVE},
    {"kind": "http", "status": 502, "body": HTML},
    {"kind": "drop", "applied": True, "when": "middle"},
)


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
    chosen = share.of(cases(story, run), f"canary {story}", sample=1, part=15, whole=30)
    for case in chosen:
        caplog.clear()
        world = worlds.before(story)
        told = lived(world, case)
        secrets = [*PASSWORDS, SERVER_PASSWORD, *world.simulator.state.tokens._known]
        seen = {"answers": told, "log": logged(caplog), **dict(kept(world))}
        seen["stdout"], seen["stderr"] = capfd.readouterr()
        places = max(places, len(seen))
        hits += [f"{case}: {hit}" for hit in leaks(seen, secrets)]
    note("canary secrets at DEBUG", cases=len(chosen), most_places=places, hits=len(hits))

    assert hits == []


@pytest.mark.parametrize("about", PLANS, ids=lambda about: about["kind"])
def test_a_real_process_prints_no_secret(
    params: Params, simulator: Simulator, tmp_path: Path, about: dict[str, Any]
) -> None:
    """Its standard error is what a web server's log keeps."""
    simulator.chaos.add(Plan("CreateAccountRequest", times=3, **about))
    printed = start(params, tmp_path, subprocess.PIPE).communicate(timeout=60)
    seen = {"stdout": printed[0].decode(), "stderr": printed[1].decode()}
    tokens = simulator.state.tokens._known

    assert all(seen.values())
    assert tokens
    assert leaks(seen, [*PASSWORDS, SERVER_PASSWORD, *tokens]) == []


def test_a_leak_would_be_seen(worlds: Worlds, caplog: pytest.LogCaptureFixture) -> None:
    """Otherwise the number of hits would show nothing."""
    caplog.set_level(logging.DEBUG)
    world = worlds.before(Story("domain", "create"))
    logging.getLogger("anybody").debug("sent %s", {"password": PASSWORDS[0]})
    logging.getLogger("anybody").debug("sent", extra={"fields": {"password": PASSWORDS[1]}})
    (world.place / "store.db-journal").write_bytes(b"\0" + PASSWORDS[2].encode())
    seen = {"log": logged(caplog), **dict(kept(world))}

    assert leaks(seen, [*PASSWORDS, SERVER_PASSWORD]) == [
        f"{PASSWORDS[0]} in log",
        f"{PASSWORDS[1]} in log",
        f"{PASSWORDS[2]} in store.db-journal",
    ]


def leaks(seen: Mapping[str, str], secrets: Iterable[str]) -> list[str]:
    """Each secret with each place in which it is found."""
    return [
        f"{secret} in {place}"
        for place, text in seen.items()
        for secret in secrets
        if secret in text
    ]


def lived(world: World, case: Case) -> str:
    """What the host is told of the disturbed call and of the one after it."""
    plan = case.plan()
    plan.text = TALKATIVE
    world.simulator.chaos.add(plan)
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
    trail = world.runtime.store().trail.lines()
    yield "audit", repr([dict(line) for line, _ in trail])
