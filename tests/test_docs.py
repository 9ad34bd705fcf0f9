"""The docs: what they lead to is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from puq_zimbra.cli import cli

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


def commands(page: Path) -> Iterator[str]:
    """The commands of ours that a page shows, in a block or in a line."""
    text = page.read_text("utf-8")
    for block in re.findall(r"^```sh\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            yield from re.findall(r"(?:^|[ /])puq-zimbra (?!-- )([^#|<>;]+)", line)
    yield from re.findall(r"`puq-zimbra ([^`|<>;…]+)`", text)


def wrong_words(command: str) -> list[str]:
    """The words of a command line that its command does not know."""
    at: click.Command = cli
    context, words = click.Context(cli, info_name="puq-zimbra"), command.split()
    while words and isinstance(at, click.Group) and words[0].isalpha():
        below = at.get_command(context, words[0])
        if below is None:
            return [] if at.invoke_without_command else [words[0]]
        at = below
        words.pop(0)
    known = {name for one in at.get_params(context) for name in (*one.opts, *one.secondary_opts)}
    return [one for one in words if one.startswith("--") and one.partition("=")[0] not in known]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_of_the_docs_exists(page: Path) -> None:
    """Who pastes a line must not be told that there is no such option."""
    wrong = [(line, words) for line in commands(page) if (words := wrong_words(line))]

    assert wrong == []
