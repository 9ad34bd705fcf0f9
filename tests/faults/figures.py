"""The table that a run of the faults ends with: what each level tried, and what it must show.

A level notes its figures beside its test's result, so they arrive from every process of a run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

#: level -> what its figures say (those called ``most…`` are the largest, all others are added up)
#: and what they must reach when everything is run
LEVELS: Mapping[str, tuple[str, str]] = {
    "every call x every fault": (
        "{cases} cases: {converged} converged, {twice} made twice, {foreign} foreign writes,"
        " {figures} false figures",
        "1,600 cases, all, 0, 0, 0",
    ),
    "call x fault on Carbonio": (
        "{cases} cases: {converged} converged, {twice} made twice, {foreign} foreign writes",
        "all, 0, 0",
    ),
    "call of an action x fault": (
        "{cases} cases: {converged} converged, {twice} made twice, {foreign} foreign writes",
        "all, 0, 0",
    ),
    "call of a private server's action x fault": (
        "{cases} cases: {converged} converged, {twice} made twice, {foreign} foreign writes",
        "all, 0, 0",
    ),
    "two faults in a row": (
        "{cases} cases: {converged} converged, {twice} made twice, {foreign} foreign writes,"
        " {figures} false figures",
        "2,000 cases, all, 0, 0, 0",
    ),
    "real sockets and TLS": (
        "{cases} cases: {converged} converged, {late} later than budget + 0.5 s (most:"
        " {most_over:+.2f} s), {leaked} secret bytes at the redirect's target",
        "300 cases, all, 0, 0",
    ),
    "memory of a process": ("{cases} answers: {most_mb:.0f} MB more at the most", "64 MB"),
    "kill -9, SQLite": ("{cases} cases: {converged} converged", "240 cases, all"),
    "kill -9, PostgreSQL": ("{cases} cases: {converged} converged", "240 cases, all"),
    "kill -9, import of mailboxes": ("{cases} cases: {converged} converged", "200 cases, all"),
    "at once": (
        "{rounds} rounds, {calls} calls: {right} right, {twice} made twice, {locked} times"
        ' "database is locked"',
        "1,000 rounds, all, 0, 0",
    ),
    "state machine": ("{runs} runs, {steps} steps: all invariants hold", "300 runs of 40 steps"),
    "state machine, Carbonio": (
        "{runs} runs, {steps} steps: all invariants hold",
        "50 runs of 40 steps",
    ),
    "usage sync": ("{cases} faults: {wrong} stored figures wrong", "0"),
    "forged ids": ("{cases} calls: {refused} right, {writes} foreign writes", "all, 0"),
    "canary secrets at DEBUG": (
        "{cases} cases, {most_places} places looked at: {hits} hits",
        "0",
    ),
    "hostile text x field": (
        "{cases} texts in {fields} fields, {pages} pages: {harmful} harmful",
        "60 for each field, 0",
    ),
    "mutated HTTP requests": ("{cases} requests: {accepted} accepted", "10,000, 0"),
    "OpenAPI by schemathesis": (
        "{cases} requests, {carried_out} of them to the end: {errors} server errors, {violations}"
        " violations of the schema",
        "3,000, 0, 0",
    ),
}
PROPERTY = "faults: "


def table(properties: Iterable[tuple[str, Any]]) -> list[str]:
    """The table's lines for the properties that tests noted; none where nothing was noted."""
    figures: dict[str, dict[str, float]] = defaultdict(dict)
    for name, noted in properties:
        if name.startswith(PROPERTY):
            mine = figures[name.removeprefix(PROPERTY)]
            for key, value in noted.items():
                known = mine.get(key)
                mine[key] = (
                    value
                    if known is None
                    else max(known, value)
                    if key.startswith("most")
                    else known + value
                )
    return [
        f"{level:<25} {_said(LEVELS[level][0], figures[level])}   [whole: {LEVELS[level][1]}]"
        for level in LEVELS
        if level in figures
    ]


def _said(text: str, figures: Mapping[str, float]) -> str:
    return text.format(
        **{key: f"{value:,}" if isinstance(value, int) else value for key, value in figures.items()}
    )
