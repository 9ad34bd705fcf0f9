"""Every SOAP call of every hook with every fault: one retry later all of it is done, once.

The calls are taken from a recorded run of the hook, so a call that is added is covered by itself.
"""

from __future__ import annotations

import pytest

from .case_env import InMemory, Worlds
from .cases import calm, cases, disturbed, figures
from .conftest import Note, Share
from .scenarios import STORIES, Story


@pytest.mark.parametrize("story", STORIES, ids=str)
def test_every_hook_converges_after_one_retry(
    worlds: Worlds, in_memory: InMemory, story: Story, share: Share, note: Note
) -> None:
    """Whatever breaks, the host's retry ends where an undisturbed call would have."""
    run = calm(worlds, story, in_memory.bodies)
    chosen = share.of(cases(story, run), story, sample=4, part=60)
    wrong = {str(case): disturbed(worlds, story, run, case.plan()) for case in chosen}
    note("every call x every fault", **figures(wrong))

    assert {case: found for case, found in wrong.items() if found} == {}


@pytest.mark.parametrize("story", STORIES[::4], ids=str)
def test_every_hook_converges_on_carbonio_too(
    carbonio_worlds: Worlds, in_memory: InMemory, story: Story, share: Share, note: Note
) -> None:
    """Its faults come with another HTTP status, and some of its answers are others."""
    run = calm(carbonio_worlds, story, in_memory.bodies)
    name = f"carbonio {story}"
    chosen = share.of(cases(story, run), name, sample=2, part=20, whole=60)
    wrong = {str(case): disturbed(carbonio_worlds, story, run, case.plan()) for case in chosen}
    note("call x fault on Carbonio", **figures(wrong))

    assert {case: found for case, found in wrong.items() if found} == {}


@pytest.mark.parametrize("story", STORIES, ids=str)
def test_a_calm_run_always_ends_alike(worlds: Worlds, story: Story) -> None:
    """Otherwise the comparison would show nothing."""
    one, other = calm(worlds, story), calm(worlds, story)

    assert one.state == other.state
    assert [call.name for call in one.calls] == [call.name for call in other.calls]


@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_domain_that_a_replica_does_not_show_yet_is_worth_another_try(
    worlds: Worlds, times: int
) -> None:
    """It was made: nobody should be told that there is nothing."""
    world = worlds.before(Story("domain", "create"))
    world.simulator.stale_next("GetDomainRequest", times=times)
    first = world.call("create")
    world.simulator.chaos.clear()

    assert first["retryable"], first
    assert world.call("create")["code"] == "created"
