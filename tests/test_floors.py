"""Imports point down: a lower floor never knows a higher one."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FLOORS = {
    "__init__": 0, "amounts": 0, "capabilities": 0, "cluster_settings": 0, "config": 0,
    "dns_settings": 0, "errors": 0, "fields": 0, "file_owner": 0, "http_settings": 0,
    "i18n": 0, "input_files": 0, "languages": 0, "logs": 0, "naming": 0, "password_files": 0,
    "readings": 0, "registry": 0, "reply": 0, "request": 0, "settings_lines": 0,
    "units": 0, "validation": 0, "upmind_settings": 0, "zimbra_server": 0,
    "billing": 1, "devices": 1, "dns": 1, "store": 1, "zimbra": 1,
    "host_modules": 2, "provisioning": 2, "service_list": 2, "settings": 2,
    "clientarea": 3, "products": 3, "selfservice": 3, "templates": 3, "usage": 3,
    "engine": 4,
    "hooks": 5,
    "cli": 6, "demo": 6, "http": 6, "worker": 6,
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


def test_only_the_products_know_the_models() -> None:
    """A fourth model would be one file, and no search for comparisons."""
    asks = re.compile(r"""\bmodel\s*(==|!=|in|not in)\s*[("'{]""")
    others = [one for one in FILES if part_of(one) not in ("products", SIMULATOR)]

    assert [str(one) for one in others if asks.search(one.read_text(encoding="utf-8"))] == []
