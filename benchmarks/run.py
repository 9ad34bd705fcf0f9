"""Every benchmark, one after the other: figures beside their bounds, and status 1 if one is missed.

Status 2 says that a benchmark stopped without its figures.

Each is a command of its own as well, such as `python benchmarks/collector.py --runs 3`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import record
from simulator_size import ALLOWED
from verdict import Figure, arguments, judge

HERE = Path(__file__).parent
PARTS = (
    *("collector", "collector_memory", "soap_requests", "servers", "store_writes", "whmcs_rows"),
    *("pages", "live_pages", "bulk", "hook_process", "http_hooks", "simulator_size"),
)


def main() -> int:
    """Run them, sum up, and write the page if that is wanted."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--only", action="append", choices=PARTS, help="this part; repeatable")
    parser.add_argument("--write", action="store_true", help=f"write docs/{record.PAGE.name}")
    options = parser.parse_args()
    if options.write and (options.only or options.small):
        parser.error("docs/performance.md holds every part, and whole")
    found: dict[Path, list[Figure]] = {}
    for part in options.only or PARTS:
        file = HERE / f"{part}.py"
        print(f"\n{file.name}", flush=True)
        found[file] = run(file, options)
    figures = [one for each in found.values() for one in each]
    missed = [one for one in figures if one.verdict(options.slack) == "MISSED"]
    print(f"\n{len(figures)} figures, {len(missed)} missed")
    for one in missed:
        print(one.line(options.slack))
    if options.write:
        record.write(found, options.runs)
    return judge(figures, options.slack)


def run(file: Path, options: argparse.Namespace) -> list[Figure]:
    """Run one part in a process of its own.

    Raises:
        CalledProcessError: it stopped without figures.
    """
    command = [sys.executable, str(file), "--runs", str(options.runs)]
    if file.stem in OWN_TABLE:
        figures = list(OWN_TABLE[file.stem](_json_of(command)))
        if options.small:
            figures = [one.without_bound() for one in figures]
        for one in figures:
            print(one.line(options.slack), flush=True)
        return figures
    command += ["--slack"] * options.slack + ["--small"] * options.small
    with tempfile.TemporaryDirectory() as directory:
        out = Path(directory) / "figures.json"
        ended = subprocess.run([*command, "--out", str(out)], check=False)
        if not out.exists():
            raise subprocess.CalledProcessError(ended.returncode, command)
        return [Figure(**one) for one in json.loads(out.read_text(encoding="utf-8"))]


def _json_of(command: list[str]) -> dict[str, Any]:
    # Their status says "too slow" as well, which is judged here.
    printed = subprocess.run([*command, "--json"], check=False, stdout=subprocess.PIPE).stdout
    figures: dict[str, Any] = json.loads(printed)
    return figures


def hook_process(figures: dict[str, Any]) -> Iterator[Figure]:
    """The seconds of a process for each event, besides its SOAP calls."""
    floor = figures["python -c pass"]["seconds"]
    for name, row in figures.items():
        evidence = (
            f"{row['seconds']:.3f} s in all, of which SOAP {row['soap']:.3f} s;"
            f" {row['seconds'] / floor:.1f} times python -c pass"
        )
        yield Figure(f"process of {name}", row["besides"], "s", evidence, most=row["allowed"])


def simulator_size(figures: dict[str, Any]) -> Iterator[Figure]:
    """The simulator with 100,000 accounts."""
    evidence = (
        f"{figures['megabytes']} MB, {figures['answered'] / figures['lxml']:.1f} times lxml reading"
        f" it; seeded in {figures['seeded']} s, resident {figures['resident']} MiB, after answering"
        f" {figures['resident_after']} MiB"
    )
    what = "the simulator's GetQuotaUsage of 100,000 accounts"
    yield Figure(what, figures["answered"], "s", evidence, most=ALLOWED)


#: the benchmarks that print a table of their own, and how their figures are read
OWN_TABLE = {"hook_process": hook_process, "simulator_size": simulator_size}


if __name__ == "__main__":
    try:
        status = main()
    except subprocess.CalledProcessError as error:
        print(error, file=sys.stderr)
        status = 2
    sys.exit(status)
