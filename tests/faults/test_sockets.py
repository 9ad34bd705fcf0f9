"""Faults of the network, of TLS and of HTTP, on real sockets: in time, and nothing given away.

Each case spoils the server from one request of the hook on, for as long as the hook runs.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina

from puq_zimbra.simulator import Simulator

from .case_env import Clock, World, Worlds
from .cases import TOLD, Calm, Wrong, calm, wrong_in_the_end
from .conftest import Note, Share
from .processes import HookProcess
from .scenarios import STORIES, Story
from .wire import WIRE, Elsewhere, Server, certificates

#: seconds that a hook may take here, and one of its requests
BUDGET, REQUEST = 1.0, 0.5
#: seconds that its answer may come later
LATE = 0.5
#: bytes that an answer may cost
MEMORY = 64 * 2**20
#: answers that would fill the memory
LARGE = ("huge", "elements", "attributes", "bomb", "laughs")
#: hooks that read answers in every way there is: XML, JSON, packed
READERS = ("create", "usage", "list_services", "client_area")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A simulated Zimbra behind real sockets and TLS."""
    own, unknown, misnamed = certificates(tmp_path)
    simulator, elsewhere = Simulator(clock=Clock()), Elsewhere(own)
    with simulator.serve(own) as running:
        yield Server(simulator, running, own, unknown, misnamed, elsewhere)
    elsewhere.close()


@pytest.fixture
def worlds(server: Server, tmp_path: Path) -> Iterator[Worlds]:
    """Worlds behind it, which trust its authority."""
    reached = {"url": server.running.admin_url, "tls": {"ca_file": str(server.own.ca_file)}}
    made = Worlds(tmp_path / "worlds", server.simulator, reached)
    yield made
    made.close()


def spoilt(
    world: World, story: Story, run: Calm, server: Server, kind: str, position: int
) -> tuple[float, list[Wrong]]:
    """Call the hook of a spoilt server; how long it took, and what is wrong with its answer."""
    name = run.calls[position].name
    ordinal = Counter(call.name for call in run.calls[:position])[name]
    world.limit(hook_seconds=BUDGET, request_seconds=REQUEST)
    with WIRE[kind](server, name, ordinal), stamina.set_testing(False):
        begun = time.monotonic()
        reply = world.tell(story)
        took = time.monotonic() - begun
        world.close()
    if "inside the mail module" in reply["message"]:
        return took, [Wrong("told", "an unexpected exception")]
    if not reply["ok"] and reply["code"] not in TOLD:
        return took, [Wrong("told", f"{reply['code']}: {reply['message']}")]
    return took, []


@pytest.mark.parametrize("story", STORIES, ids=str)
def test_every_hook_answers_in_time_and_converges(
    worlds: Worlds, server: Server, story: Story, share: Share, note: Note, compiled_pages: Path
) -> None:
    """Whatever the peer does, the host hears in time, and its retry finds a way."""
    run = calm(worlds, story)
    overs, wrong = [], {}
    for kind in share.of(WIRE, story, sample=1, part=4, whole=10):
        position = share.random((story, kind)).randrange(len(run.calls))
        world = worlds.before(story)
        templates = world.runtime.config.store_directory() / "templates"
        if not templates.exists():  # `serve` compiles them before a host asks
            templates.symlink_to(compiled_pages)
        took, found = spoilt(world, story, run, server, kind, position)
        overs.append(took - BUDGET)
        world.restart()
        reply = world.tell(story)
        wrong[f"{kind} from call {position}"] = found + wrong_in_the_end(world, run, reply)
    late = sum(over > LATE for over in overs)
    note(
        "real sockets and TLS",
        cases=len(overs),
        converged=sum(not found for found in wrong.values()),
        late=late,
        most_over=max(overs),
        leaked=len(server.elsewhere.received),
    )

    assert {case: found for case, found in wrong.items() if found} == {}
    assert server.elsewhere.received == b""
    # A machine that is busy with other things cannot tell.
    assert late == 0 or share.size != "all"


@pytest.mark.parametrize(
    "story", [s for s in STORIES if s.event in READERS and s.model == "domain"], ids=str
)
def test_no_answer_fills_the_memory(
    worlds: Worlds, server: Server, story: Story, share: Share, note: Note
) -> None:
    """A process that is killed for its memory answers nobody."""
    run = calm(worlds, story)
    _, _, plain = HookProcess(worlds.before(story), story).answer()
    every = [(kind, call.name) for kind in LARGE for call in run.calls]
    grown = []
    for kind, name in share.of(every, story, sample=1, part=3, whole=8):
        world = worlds.before(story)
        with WIRE[kind](server, name, 0):
            _, _, taken = HookProcess(world, story).answer()
        grown.append(max(0, taken - plain))
    note("memory of a process", cases=len(grown), most_mb=max(grown) / 2**20)

    assert max(grown) < MEMORY


def test_whoever_followed_a_redirect_would_be_seen(server: Server) -> None:
    """Otherwise the count of leaked bytes would show nothing."""
    import requests

    with pytest.raises(requests.ConnectionError):  # it never answers
        requests.post(server.elsewhere.url, b"secret", verify=str(server.own.ca_file), timeout=5)

    assert b"secret" in server.elsewhere.received
