"""Figures beside their bounds: printed, judged, and handed on to `run.py`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

#: what noise may do to a figure measured with a clock, on a machine that others use as well
SLACK = 0.25


@dataclass(frozen=True)
class Figure:
    """One measured figure."""

    what: str
    #: None = it cannot be measured here; `evidence` says why
    value: float | None
    unit: str
    #: what the figure was made of
    evidence: str
    #: the bounds; none = for information
    least: float | None = None
    most: float | None = None
    #: by a clock, so that `--slack` may widen its bound; counts and sizes are exact
    timed: bool = True

    @property
    def bound(self) -> str:
        """The bound in words."""
        if self.least is not None:
            return f"at least {self.least:.3g}"
        return "" if self.most is None else f"at most {self.most:.3g}"

    def verdict(self, slack: bool) -> str:
        """Judge the figure: ok, MISSED, skipped, or nothing without a bound."""
        if self.value is None:
            return "skipped"
        room = SLACK if slack and self.timed else 0.0
        if self.least is not None:
            return "ok" if self.value >= self.least * (1 - room) else "MISSED"
        if self.most is not None:
            return "ok" if self.value <= self.most * (1 + room) else "MISSED"
        return ""

    def without_bound(self) -> Figure:
        """The figure for information: of a hundredth of the data no ratio says anything."""
        return replace(self, least=None, most=None)

    def line(self, slack: bool) -> str:
        """The figure as a line of the table."""
        shown = "" if self.value is None else f"{self.value:.4g} {self.unit}"
        return f"{shown:>13}  {self.bound:<14}{self.verdict(slack):<8}{self.what}: {self.evidence}"


@dataclass(frozen=True)
class Options:
    """How to measure."""

    #: rounds of which the median is taken
    runs: int
    #: a hundredth of the data, in order to see whether everything works
    small: bool

    def size(self, count: int) -> int:
        """A number of objects, as many as these options want."""
        return min(count, max(20, count // 100)) if self.small else count


def arguments(about: str) -> argparse.ArgumentParser:
    """The options that every benchmark takes."""
    parser = argparse.ArgumentParser(
        description=about, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=7, help="rounds; the median counts (7)")
    parser.add_argument(
        "--small", action="store_true", help="a hundredth of the data, judging nothing: does it run"
    )
    parser.add_argument(
        "--slack",
        action="store_true",
        help=f"allow {SLACK * 100:.0f} %% for the noise of a machine that does other work as well",
    )
    return parser


def main(about: str | None, measure: Callable[[Options], Iterable[Figure]]) -> int:
    """Measure, print, and return 1 if a bound is missed."""
    parser = arguments(about or "")
    parser.add_argument("--out", type=Path, help="write the figures to this file as JSON too")
    options = parser.parse_args()
    figures = []
    for measured in measure(Options(options.runs, options.small)):
        figure = measured.without_bound() if options.small else measured
        print(figure.line(options.slack), flush=True)
        figures.append(figure)
    if options.out:
        options.out.write_text(json.dumps([asdict(one) for one in figures]))
    return judge(figures, options.slack)


def judge(figures: Iterable[Figure], slack: bool) -> int:
    """The exit status: 1 if a bound is missed."""
    return int(any(figure.verdict(slack) == "MISSED" for figure in figures))
