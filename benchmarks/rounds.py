"""Measure several calls side by side: interleaved, so that whatever else runs hits all alike."""

from __future__ import annotations

import gc
import statistics
from collections.abc import Callable, Mapping


def medians(
    calls: Mapping[str, Callable[[], object]], runs: int, clock: Callable[[], float]
) -> dict[str, float]:
    """The median seconds of each call over so many rounds, after one round that does not count."""
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(runs + 1):
        for name, call in calls.items():
            gc.collect()  # what the call before left behind is not this one's work
            begun = clock()
            call()
            if number:
                seconds[name].append(clock() - begun)
    return {name: statistics.median(taken) for name, taken in seconds.items()}
