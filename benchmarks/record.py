"""`docs/performance.md`: the figures of one run, and the machine that they are of."""

from __future__ import annotations

import ast
import os
import platform
import shutil
import sqlite3
import ssl
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from verdict import Figure

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
_LIBRARIES = (
    *("requests", "urllib3", "lxml", "zeep", "msgspec", "python-zimbra", "SQLAlchemy", "psycopg"),
    *("PyMySQL", "Jinja2", "MarkupSafe", "Babel", "pydantic", "click"),
)
_ABOUT = """\
# Performance

Written by `make bench ARGS=--write`, which measures everything below in one run: medians of {runs}
rounds, interleaved, so that whatever else the machine did hit all rows alike. **Compare within this
page only**: another machine has other milliseconds, the ratios are what must hold.

Zimbra is played by `benchmarks/zimbra_replay.py`, a loopback HTTPS server that sends answers
prepared beforehand and so takes next to no time of its own: what is measured is the client, not
what a genuine server would take. "CPU time" is that of the client's process. Every client's sums
are held against the data set. The same bounds are judged on every run, without slack unless
`--slack` is given; a missed one makes the command fail.
"""


def write(parts: Mapping[Path, Sequence[Figure]], runs: int) -> None:
    """Write the page: each part by its file."""
    lines = [_ABOUT.format(runs=runs), "## The machine", "", *machine(), ""]
    for file, figures in parts.items():
        lines += [f"## {file.name}", "", _summary(file), ""]
        lines += ["| figure | measured | bound | | made of |", "|---|---|---|---|---|"]
        for one in figures:
            shown = "" if one.value is None else f"{one.value:.4g} {one.unit}".strip()
            cells = (one.what, shown, one.bound, one.verdict(False), one.evidence)
            lines.append("| " + " | ".join(cells) + " |")
        lines.append("")
    PAGE.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


def _summary(file: Path) -> str:
    """The first sentence of a file's docstring."""
    about = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return about.partition("\n\n")[0].replace("\n", " ")


def machine() -> list[str]:
    """What the figures depend on; never the machine's name."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    system = platform.freedesktop_os_release()["PRETTY_NAME"]
    kernel = ".".join(platform.release().split(".")[:2])
    return [
        f"* {datetime.now(UTC):%Y-%m-%d}",
        f"* {os.cpu_count()} x {_field('/proc/cpuinfo', 'model name')},"
        f" {int(_field('/proc/meminfo', 'MemTotal').split()[0]) / 2**20:.0f} GB of memory",
        f"* {system}, Linux {kernel}, {python} ({platform.python_compiler()}),"
        f" {' '.join(ssl.OPENSSL_VERSION.split()[:2])},"
        f" SQLite {sqlite3.sqlite_version}{_mariadb()}",
        f"* {', '.join(_versions())}",
    ]


def _field(file: str, name: str) -> str:
    lines = Path(file).read_text(encoding="utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "?")


def _versions() -> list[str]:
    found = []
    for name in _LIBRARIES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"no {name}")
    return found


def _mariadb() -> str:
    if not shutil.which("mariadbd"):
        return ""
    said = subprocess.run(["mariadbd", "--version"], capture_output=True, text=True, check=True)
    return f", MariaDB {said.stdout.partition('Ver ')[2].partition('-')[0]}"
