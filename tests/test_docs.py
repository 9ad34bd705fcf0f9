"""The docs: what they lead to is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted((*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "deploy" / "README.md"))


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    prose = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    heads = re.findall(r"^#+ (.+)$", prose, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head).strip().lower().replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_link_leads_somewhere(page: Path) -> None:
    """A dead link ends a reader's patience."""
    links = re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8"))
    dead = []
    for link in links:
        file, _, anchor = link.partition("#")
        if "://" in link:
            continue
        aim = (page.parent / file).resolve() if file else page
        if not aim.exists() or (anchor and anchor not in anchors(aim)):
            dead.append(link)

    assert dead == []


def test_every_page_is_led_to() -> None:
    """Who begins at README finds every page of the docs."""
    readme = (ROOT / "README.md").read_text("utf-8")

    pages = [page.name for page in PAGES if page.parent.name == "docs"]
    assert [name for name in pages if f"docs/{name}" not in readme] == []
