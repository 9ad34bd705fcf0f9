"""A service's life as Hypothesis makes it up: see `machine`. A failure ends as a short script."""

from __future__ import annotations

import hypothesis
from hypothesis.stateful import run_state_machine_as_test

from .conftest import PARTS, Note, Share
from .machine import Life
from .world import Worlds

#: in all; Hypothesis ends some runs sooner
RUNS, STEPS = 300, 46


def test_every_life_holds(worlds: Worlds, part: int, share: Share, note: Note) -> None:
    """Hooks, faults, clock jumps and an administrator who meddles, in any order."""
    runs = share.number(4, RUNS // PARTS, RUNS // PARTS)
    lives: list[int] = []

    class Counted(Life):
        def teardown(self) -> None:
            lives.append(self.steps)
            super().teardown()

    def life() -> Life:
        return Counted(worlds)

    run_state_machine_as_test(
        hypothesis.seed(share.random(("life", part)).randrange(2**32))(life),
        settings=hypothesis.settings(
            max_examples=runs,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            phases=[hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        ),
    )
    note("state machine", runs=len(lives), steps=sum(lives))
