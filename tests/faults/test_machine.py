"""A service's life as Hypothesis makes it up: see `machine`. A failure ends as a short script."""

from __future__ import annotations

import hypothesis
from hypothesis.stateful import run_state_machine_as_test

from .case_env import Worlds
from .conftest import PARTS, Note, Share
from .machine import Life

#: in all; Hypothesis ends some runs sooner
RUNS, STEPS = 300, 46
#: of them, how many are repeated on a Carbonio
RUNS_ON_CARBONIO = RUNS // 6


def test_every_life_holds(worlds: Worlds, part: int, share: Share, note: Note) -> None:
    """Hooks, faults, clock jumps and an administrator who meddles, in any order."""
    runs = share.number(4, RUNS // PARTS, RUNS // PARTS)

    steps = live(worlds, runs, share.random(("life", part)).randrange(2**32))

    note("state machine", runs=len(steps), steps=sum(steps))


def test_every_life_holds_on_carbonio(
    carbonio_worlds: Worlds, part: int, share: Share, note: Note
) -> None:
    """Carbonio answers faults with another status and deletes accounts in another way."""
    runs = share.number(2, RUNS_ON_CARBONIO // PARTS, RUNS_ON_CARBONIO // PARTS)

    steps = live(carbonio_worlds, runs, share.random(("life on Carbonio", part)).randrange(2**32))

    note("state machine, Carbonio", runs=len(steps), steps=sum(steps))


def live(worlds: Worlds, runs: int, seed: int) -> list[int]:
    """Run that many lives; the number of steps of each."""
    lives: list[int] = []

    class Counted(Life):
        def teardown(self) -> None:
            lives.append(self.steps)
            super().teardown()

        def __init__(self) -> None:
            super().__init__(worlds)

    run_state_machine_as_test(
        hypothesis.seed(seed)(Counted),
        settings=hypothesis.settings(
            max_examples=runs,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            phases=[hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        ),
    )
    return lives
