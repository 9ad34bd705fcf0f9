"""The benchmarks work: on a hundredth of their data, whatever the figures are."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
#: the figures that each gives
PARTS = {
    "collector": 20,
    "collector_memory": 4,
    "soap_requests": 3,
    "store_writes": 6,
    "whmcs_rows": 1,
    "pages": 8,
    "live_pages": 5,
    "http_hooks": 14,
    "bulk": 5,
}


#: those that a sample has, too
OFTEN = {"live_pages", "soap_requests"}


def run(*command: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a benchmark."""
    return subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, check=False, cwd=cwd
    )


@pytest.mark.parametrize("part", PARTS)
def test_a_part_gives_all_of_its_figures(
    part: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Every client comes to the sums of the data set.

    A part that does not run stays unnoticed until its figures are wanted.
    """
    if part not in OFTEN and request.config.getoption("--faults") == "sample":
        pytest.skip("with --faults=part or all; make bench runs it on all of its data")
    out = tmp_path / "figures.json"
    ended = run(str(BENCHMARKS / f"{part}.py"), "--small", "--runs", "1", "--out", str(out))

    assert ended.returncode == 0, ended.stderr
    assert len(json.loads(out.read_text())) == PARTS[part]


def verdicts(figures: list[dict[str, Any]], *options: str) -> subprocess.CompletedProcess[str]:
    """Judge figures as the end of every benchmark does."""
    program = (
        "import json, sys; from verdict import Figure, main;"
        "figures = [Figure(**one) for one in json.loads(sys.argv.pop(1))];"
        "sys.exit(main('', lambda options: figures))"
    )
    return run("-c", program, json.dumps(figures), *options, cwd=BENCHMARKS)


FASTER = {"what": "a", "value": 8.0, "unit": "x", "evidence": "", "least": 10.0}


@pytest.mark.parametrize(
    ("figure", "options", "status", "word"),
    [
        (FASTER, (), 1, "MISSED"),
        (FASTER, ("--slack",), 0, "ok"),
        ({**FASTER, "value": 7.0}, ("--slack",), 1, "MISSED"),
        ({**FASTER, "value": 10.0}, (), 0, "ok"),
        ({**FASTER, "value": None}, (), 0, "skipped"),
        ({**FASTER, "timed": False}, ("--slack",), 1, "MISSED"),
        ({**FASTER, "least": None, "most": 7.9}, (), 1, "MISSED"),
        ({**FASTER, "least": None, "most": 7.9}, ("--slack",), 0, "ok"),
        ({**FASTER, "least": None, "most": 0.0, "timed": False}, (), 1, "MISSED"),
    ],
)
def test_a_missed_bound_fails_the_command(
    figure: dict[str, Any], options: tuple[str, ...], status: int, word: str
) -> None:
    """Slack is for clocks alone, and only when it is asked for."""
    ended = verdicts([{**FASTER, "value": 11.0}, figure], *options)

    assert ended.returncode == status
    assert word in ended.stdout.splitlines()[-1]
