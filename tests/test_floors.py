"""Imports point down: a lower floor never knows a higher one."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FLOORS = {
    "model": 0, "call": 0, "errors": 0, "config": 0, "units": 0, "problems": 0, "__init__": 0,
    "zimbra": 1, "billing": 1, "store": 1,
    "provisioning": 2, "usage": 2, "clientarea": 2, "templates": 2,
    "hooks": 3,
    "cli": 4, "cli_doctor": 4, "cli_service": 4, "cli_store": 4, "cli_usage": 4, "cli_serve": 4,
    "commands": 4, "logs": 4, "server": 4, "demo": 4,
}  # fmt: skip
SIMULATOR = "simulator"
MAY_USE_SIMULATOR = {"cli", "demo"}


def part_of(path: Path) -> str:
    """The room a file is in: a folder, or a module of the top folder."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[1] if parts[0] == "puq_zimbra" else parts[0]


def imported(path: Path) -> set[str]:
    """The rooms that a file imports from, lazily or not."""
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] == "puq_zimbra" and len(parts) > 1:
                rooms.add(parts[1] if parts[1] in FLOORS or parts[1] == SIMULATOR else "__init__")
    return rooms


FILES = sorted([*ROOT.glob("puq_zimbra/**/*.py"), *ROOT.glob("hooks/**/*.py")])


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_down(path: Path) -> None:
    """A file may know its own floor and those below."""
    part = part_of(path)
    used = imported(path)

    if part == SIMULATOR:
        assert used <= {SIMULATOR}
    else:
        assert SIMULATOR not in used or part in MAY_USE_SIMULATOR
        assert [one for one in used - {SIMULATOR} if FLOORS[one] > FLOORS[part]] == []


def test_every_room_has_a_floor() -> None:
    """A new folder or module must say where it belongs."""
    assert {part_of(path) for path in FILES} - {SIMULATOR} <= set(FLOORS)
