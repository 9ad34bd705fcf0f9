"""Build the site of the docs: `make docs`, into build/docs.

The pages are those of docs/, which GitHub shows as they are, and those beside it in the repository.
Links out of docs/ lead to the page's place on the site; a link to a file that is not on the site,
such as a test, becomes plain text. The references of commands and settings are made from the code.
Warnings are errors, dead links among them.

Source: Sphinx "sphinx-build", MyST "Cross-references".
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
from references import commands, settings

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
SOURCE, SITE = ROOT / "build" / "docs-source", ROOT / "build" / "docs"
#: pages from elsewhere in the repository -> their names on the site
BESIDE = {
    "README.md": "index.md",
    "ARCHITECTURE.md": "architecture.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "deploy/README.md": "deploy.md",
}
#: the site's table of contents
CONTENTS = {
    "Begin": (
        "how-it-works",
        "whmcs",
        "fossbilling",
        "upmind",
        "json",
        "deploy",
        "configuration",
        "products",
    ),
    "Run": (
        *("operations", "commands", "codes", "troubleshooting", "faq", "questions"),
        *("adopting", "cluster", "security", "limits"),
    ),
    "The customer's page": (
        *("self-service", "mailboxes", "bulk", "dns", "devices", "server-settings"),
        "customer-page",
    ),
    "Call it": ("hooks", "http-api", "json-pages"),
    "Know more": (
        *("architecture", "contributing", "glossary", "guarantees", "performance", "scale"),
        *("dependencies", "simulator", "mutants", "changelog"),
    ),
}
#: pages that speak of everything, which a search would always find
NOT_SEARCHED = {"index.md", "questions.md", "changelog.md"}
_LINK = re.compile(r"\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(([^)\s]+)\)")


def main() -> None:
    """Gather the pages, and build the site."""
    shutil.rmtree(SOURCE, ignore_errors=True)
    shutil.copytree(ROOT / "docs", SOURCE)
    for name in ("conf.py", "scorer.js"):
        shutil.copy(HERE / name, SOURCE)
    for page in sorted((ROOT / "docs").glob("*.md")):
        write(page.name, on_the_site(page))
    for name, page in BESIDE.items():
        write(page, on_the_site(ROOT / name))
    write("commands.md", commands())
    write("configuration.md", f"{on_the_site(ROOT / 'docs/configuration.md')}\n{settings()}")
    write("index.md", f"{on_the_site(ROOT / 'README.md')}\n{contents()}")
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-E", SOURCE, SITE],
        check=False,
    )
    if not done.returncode:
        click.echo(f"{SITE.relative_to(ROOT)}/index.html: {len(list(SITE.glob('*.html')))} pages")
    sys.exit(done.returncode)


def contents() -> str:
    """The table of contents; Sphinx names a page that is not in it."""
    parts = (
        f"```{{toctree}}\n:hidden:\n:caption: {caption}\n\n" + "\n".join(names) + "\n```\n"
        for caption, names in CONTENTS.items()
    )
    return "\n".join(parts)


def write(name: str, text: str) -> None:
    """Write a page of the site."""
    if name in NOT_SEARCHED:
        text = f"---\nnosearch: true\n---\n\n{text}"
    (SOURCE / name).write_text(text, "utf-8")


def on_the_site(page: Path) -> str:
    """A page of the repository with links as they are on the site."""
    return _LINK.sub(lambda link: _link(page, link[1], link[2]), page.read_text("utf-8"))


def _link(page: Path, words: str, to: str) -> str:
    file, hash_, anchor = to.partition("#")
    if "://" in to or not file:
        return f"[{words}]({to})"
    aim = (page.parent / file).resolve().relative_to(ROOT).as_posix()
    if aim.startswith("docs/"):
        return f"[{words}]({aim.removeprefix('docs/')}{hash_}{anchor})"
    if aim in BESIDE:
        return f"[{words}]({BESIDE[aim]}{hash_}{anchor})"
    return f"`{words}`" if "/" in words else words


if __name__ == "__main__":
    main()
