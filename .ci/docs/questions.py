"""Check that the site's search finds the page that answers each question of docs/questions.md."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import click

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
_ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| \[[^]]+\]\((\S+)\.md\) \|$", re.MULTILINE)


def main() -> None:
    """Search for each question's words, and compare the first page."""
    rows = _ROW.findall((ROOT / "docs" / "questions.md").read_text("utf-8"))
    words = [searched for _, searched, _ in rows]
    command = ["node", HERE / "search.js", ROOT / "build" / "docs"]
    done = subprocess.run(
        command, input=json.dumps(words), capture_output=True, text=True, check=False, timeout=60
    )
    if done.returncode:
        sys.exit(done.stderr)
    wrong = 0
    for (question, searched, page), found in zip(rows, json.loads(done.stdout), strict=True):
        first = found[0] if found else "nothing"
        if first != page:
            wrong += 1
            click.echo(f"{question} ({searched}): {first} is found first, not {page}", err=True)
    click.echo(f"{len(rows) - wrong} of {len(rows)} questions find their page first")
    sys.exit(1 if wrong or len(rows) != 10 else 0)


if __name__ == "__main__":
    main()
