"""The second tab: what is full or soon will be, and which mailboxes grow."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from puq_zimbra import model
from puq_zimbra.units import GB

Draw = Callable[..., Any]
Words = Callable[[Any], str]
Usage = Callable[..., model.ServiceUsage]


#: no limit on the whole
UNLIMITED = {"id": "42", "domain": "x.example"}


def alerts(page: Any, words: Words) -> list[str]:
    """The warnings of the second tab, in their order."""
    found = page.xpath(
        ".//*[contains(@class, 'puqz-panel-usage')]//*[contains(@class, 'puqz-alert')]"
    )
    assert all(one.find("svg") is not None for one in found)
    return [words(one) for one in found]


def filled(count: int, used: float, name: str = "u") -> list[tuple[str, float, float]]:
    """Mailboxes that use so much of 10 GB."""
    return [(f"{name}{number:02}@x.example", used, 10) for number in range(count)]


@pytest.mark.parametrize(
    ("count", "polish", "english"),
    [
        (1, "1 skrzynka jest zapełniona w co najmniej 90 %:", "1 mailbox is filled to 90% or"),
        (3, "3 skrzynki są zapełnione w co najmniej 90 %:", "3 mailboxes are filled to 90% or"),
        (5, "5 skrzynek jest zapełnionych w co najmniej 90 %:", "5 mailboxes are filled to 90%"),
    ],
)  # fmt: skip
def test_mailboxes_that_soon_are_full_are_named(
    draw: Draw, words: Words, usage: Usage, count: int, polish: str, english: str
) -> None:
    """In words, with an icon, in the right plural; below the threshold there is no warning."""
    reading = usage(*filled(count, 9.5), *filled(4, 8.9, "fine"))
    (said,) = alerts(draw(usage=reading, service=UNLIMITED), words)
    (told,) = alerts(draw(usage=reading, service=UNLIMITED, locale="en"), words)

    assert said.startswith(polish)
    assert told.startswith(english)
    assert said.endswith(", ".join(name for name, _, _ in filled(count, 9.5)))


@pytest.mark.parametrize(
    ("count", "polish", "more"),
    [
        (1, "1 skrzynka jest pełna: over@x.example", ""),
        (2, "2 skrzynki są pełne: over@x.example, u00@x.example", ""),
        (12, "12 skrzynek jest pełnych: over@x.example, u00@x.example, ", " i jeszcze 7"),
        (22, "22 skrzynki są pełne: over@x.example, u00@x.example, ", " i jeszcze 17"),
    ],
)
def test_full_mailboxes_are_named_first(
    draw: Draw, words: Words, usage: Usage, count: int, polish: str, more: str
) -> None:
    """Five names and how many more; those over the limit are full, too."""
    reading = usage(("near@x.example", 9, 10), *filled(count - 1, 10), ("over@x.example", 11, 10))
    full, near = alerts(draw(usage=reading, service=UNLIMITED), words)

    assert full.startswith(polish)
    assert full.endswith(more)
    assert full.count("@") == min(count, 5)
    assert near.endswith(": near@x.example")


def test_the_whole_service_is_warned_of(draw: Draw, words: Words, usage: Usage) -> None:
    """Nearly used up, used up, over; the figures stand beside the words."""
    sold = {"id": "42", "domain": "x.example", "plan": {"domain_quota": 60 * GB}}
    texts = [
        alerts(draw(usage=usage(("a@x.example", used, None)), service=sold), words)
        for used in (53.9, 54, 60, 66)
    ]

    assert texts == [
        [],
        ["Przestrzeń jest prawie wyczerpana. 54 GB z 60 GB (90 %)"],
        ["Przestrzeń jest wyczerpana. 60 GB z 60 GB"],
        ["Przestrzeń jest wyczerpana. 66 GB z 60 GB"],
    ]


def test_nothing_is_warned_of_when_nothing_is_known(draw: Draw, words: Words, usage: Usage) -> None:
    """No reading, no limits, no use."""
    assert alerts(draw(), words) == []
    assert alerts(draw(usage=usage()), words) == []
    assert (
        alerts(draw(usage=usage(("a@x.example", None, 5), ("b@x.example", 9, None))), words) == []
    )


def test_one_mailbox_sold_alone_is_warned_of_once(draw: Draw, words: Words, usage: Usage) -> None:
    """It is the service."""
    service = {"id": "42", "model": "mailbox", "mailbox": {"address": "a@x.example"}}
    page = draw(usage=usage(("a@x.example", 5, 5), limit=5 * GB), service=service)

    assert alerts(page, words) == ["Przestrzeń jest wyczerpana. 5 GB z 5 GB"]


GROWTH = (
    model.Growth("anna@xn--firma-przykad-6hc.pl", 5 * GB, 3 * GB, date(2026, 10, 22)),
    model.Growth("b@firma.example", GB, GB // 4, date(2026, 10, 22)),
)


@pytest.mark.parametrize(
    ("locale", "title", "caption", "rows"),
    [
        ("pl", "Najszybciej rosnące skrzynki", "O ile urosły od 22 października 2026.",
         [["anna@firma-przykład.pl", "+3 GB", "5 GB"], ["b@firma.example", "+0,25 GB", "1 GB"]]),
        ("en", "The fastest growing mailboxes", "By how much they grew since 22 October 2026.",
         [["anna@firma-przykład.pl", "+3 GB", "5 GB"], ["b@firma.example", "+0.25 GB", "1 GB"]]),
    ],
)  # fmt: skip
def test_growing_mailboxes(
    draw: Draw, words: Words, locale: str, title: str, caption: str, rows: list[list[str]]
) -> None:
    """With what they grew by, what they hold now, and since when."""
    page = draw(growth=GROWTH, locale=locale)
    (table,) = page.xpath(".//table[../@aria-labelledby='puqz-42-growth']")

    assert words(page.get_element_by_id("puqz-42-growth")) == title
    assert words(table.find("caption")) == caption
    assert [[words(cell) for cell in row] for row in table.findall("tbody/tr")] == rows
    assert [head.get("scope") for head in table.iter("th")] == ["col"] * 3 + ["row"] * 2


def test_without_an_earlier_day_there_is_no_growth(draw: Draw, words: Words, usage: Usage) -> None:
    """Nor for one mailbox sold alone, whose history is in the charts."""
    service = {"id": "42", "model": "mailbox", "mailbox": {"address": "a@x.example"}}

    assert "rosnące" not in words(draw(usage=usage(("a@x.example", 1, 2))))
    assert "rosnące" not in words(draw(growth=GROWTH, service=service))


def test_used_space_is_said_to_be_zimbras_checkpoint(
    draw: Draw, words: Words, usage: Usage
) -> None:
    """In both tabs, since both show it."""
    page = draw(usage=usage(("a@x.example", 1, 2)))
    notes = page.xpath(".//section/*[@class='puqz-note']")

    assert len(notes) == 2
    assert all("ostatniego pomiaru wykonanego przez Zimbrę" in words(note) for note in notes)
