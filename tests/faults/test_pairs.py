"""Two faults in a row: a call is disturbed, and whatever is asked next is disturbed, too.

What is asked next may be the same request again, the second look after a lost answer, the next step
or the host's retry.
"""

from __future__ import annotations

import pytest

from .case_env import InMemory, Worlds
from .cases import calm, disturbed, figures, pairs
from .conftest import Note, Share
from .scenarios import STORIES, Story


@pytest.mark.parametrize("story", STORIES, ids=str)
def test_every_hook_converges_after_two_faults(
    worlds: Worlds, in_memory: InMemory, story: Story, share: Share, note: Note
) -> None:
    """An outage rarely lasts for a single request."""
    run = calm(worlds, story, in_memory.bodies)
    chosen = share.of(pairs(story, run), story, sample=2, part=20, whole=60)
    wrong = {
        f"{case}, then {kind}": disturbed(worlds, story, run, case.plan(then=kind))
        for case, kind in chosen
    }
    note("two faults in a row", **figures(wrong))

    assert {case: found for case, found in wrong.items() if found} == {}
