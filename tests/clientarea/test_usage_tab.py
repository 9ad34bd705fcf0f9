"""The second tab: what is full or soon will be, and which mailboxes grow."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from puq_zimbra import readings
from puq_zimbra.units import GB

Draw = Callable[..., Any]
Words = Callable[[Any], str]
Usage = Callable[..., readings.ServiceUsage]


#: no limit on the whole
UNLIMITED = {"id": "42", "domain": "x.example"}


def alerts(page: Any, words: Words) -> list[str]:
    """The warnings of the second page, in their order."""
    found = page.find_class("puqz-notice")
    assert all(one.find("svg") is not None for one in found)
    return [words(one) for one in found]


def filled(count: int, used: float, name: str = "u") -> list[tuple[str, float, float]]:
    """Mailboxes that use so much of 10 GB."""
    return [(f"{name}{number:02}@x.example", used, 10) for number in range(count)]


@pytest.mark.parametrize(
    ("count", "polish", "english"),
    [
        (1, "1 skrzynka zajęta w co najmniej 90 %:", "1 mailbox is filled to 90% or"),
        (3, "3 skrzynki zajęte w co najmniej 90 %:", "3 mailboxes are filled to 90% or"),
        (5, "5 skrzynek zajętych w co najmniej 90 %:", "5 mailboxes are filled to 90%"),
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
        ["Kończy się wolne miejsce. 54 GB z 60 GB (90 %)"],
        ["Brak wolnego miejsca. 60 GB z 60 GB"],
        ["Brak wolnego miejsca. 66 GB z 60 GB"],
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

    assert alerts(page, words) == ["Brak wolnego miejsca. 5 GB z 5 GB"]


GROWTH = (
    readings.Growth("anna@xn--firma-przykad-6hc.pl", 5 * GB, 3 * GB, date(2026, 10, 22)),
    readings.Growth("b@firma.example", GB, GB // 4, date(2026, 10, 22)),
    readings.Growth("c@firma.example", GB, GB // 100 + 1, date(2026, 10, 22)),
    readings.Growth("d@firma.example", 3 * GB, GB, date(2026, 10, 22)),
    readings.Growth("e@firma.example", 3 * GB, GB, date(2026, 10, 22)),
    readings.Growth("f@firma.example", 3 * GB, GB, date(2026, 10, 22)),
)
LIMITS = (
    ("anna@xn--firma-przykad-6hc.pl", 5, 7), ("b@firma.example", 1, 3), ("c@firma.example", 1, 3),
    ("d@firma.example", 3, 3), ("e@firma.example", 3, None),
)  # fmt: skip


@pytest.mark.parametrize(
    ("locale", "title", "caption", "rows"),
    [
        ("pl", "Najszybciej rosnące skrzynki", "Przyrost od 22 października 2026.",
         [["anna@firma-przykład.pl", "+3 GB", "11 grudnia"],
          ["b@firma.example", "+0,25 GB", "za ponad pół roku"],
          ["c@firma.example", "+0,01 GB", "za ponad rok"],
          ["d@firma.example", "+1 GB", "pełna"],
          ["e@firma.example", "+1 GB", "bez limitu"],
          ["f@firma.example", "+1 GB", "brak danych"]]),
        ("en", "The fastest growing mailboxes", "By how much they grew since 22 October 2026.",
         [["anna@firma-przykład.pl", "+3 GB", "11 December"],
          ["b@firma.example", "+0.25 GB", "in more than half a year"],
          ["c@firma.example", "+0.01 GB", "in more than a year"],
          ["d@firma.example", "+1 GB", "full"],
          ["e@firma.example", "+1 GB", "unlimited"],
          ["f@firma.example", "+1 GB", "no data"]]),
    ],
)  # fmt: skip
def test_growing_mailboxes(
    draw: Draw,
    words: Words,
    usage: Usage,
    locale: str,
    title: str,
    caption: str,
    rows: list[list[str]],
) -> None:
    """With what they grew by, when they are full at that pace, and since when."""
    page = draw(growth=GROWTH, usage=usage(*LIMITS), locale=locale)
    (table,) = page.xpath(".//table[../@aria-labelledby='puqz-42-growth']")

    assert words(page.get_element_by_id("puqz-42-growth")) == title
    assert words(table.find("caption")) == caption
    assert [[words(cell) for cell in row] for row in table.findall("tbody/tr")] == rows
    assert [head.get("scope") for head in table.iter("th")] == ["col"] * 3 + ["row"] * 6


def test_without_an_earlier_day_there_is_no_growth(draw: Draw, words: Words, usage: Usage) -> None:
    """Nor for one mailbox sold alone, whose history is in the charts."""
    service = {"id": "42", "model": "mailbox", "mailbox": {"address": "a@x.example"}}

    assert "rosnące" not in words(draw(usage=usage(("a@x.example", 1, 2))))
    assert "rosnące" not in words(draw(growth=GROWTH, service=service))


def test_used_space_is_said_to_be_zimbras(draw: Draw, words: Words, usage: Usage) -> None:
    """On both pages, since both show it; what a GB is, too."""
    for page in ("overview", "usage"):
        drawn = draw(usage=usage(("a@x.example", 1, 2)), page=page, form={"page_url": "x?p="})
        (note,) = drawn.find_class("puqz-note")

        assert words(note).endswith("Zajętość mierzy Zimbra; 1 GB = 1024 MB.")


def test_the_time_of_the_figures_is_said_once(draw: Draw, words: Words, usage: Usage) -> None:
    """On each page, and on both together."""
    reading, one = usage(("a@x.example", 1, 2)), {"page_url": "x?p="}
    pages = [
        draw(usage=reading, page="overview", form=one),
        draw(usage=reading, page="usage", form=one),
        draw(usage=reading),
        draw(readings.ServiceState("locked", True, None, "a@x.example"), reading, form=one),
    ]

    assert [words(page).count("Dane z") for page in pages] == [1, 1, 1, 1]


@pytest.mark.parametrize(
    ("boxes", "legend", "widths"),
    [
        ((("a@x.example", 6, 10), ("b@x.example", 9, 20)),
         ["Zajęte 15 GB 25 % przestrzeni",
          "Przydzielone, jeszcze wolne 15 GB limity 2 skrzynek to razem 30 GB",
          "Do rozdzielenia 30 GB na nowe skrzynki lub większe limity"], ["50.0", "25.0"]),
        ((("a@x.example", 15, None),), ["Zajęte 15 GB 25 % przestrzeni", "Wolne 45 GB"], ["25.0"]),
        ((("a@x.example", 15, 90),), ["Zajęte 15 GB 25 % przestrzeni", "Wolne 45 GB"], ["25.0"]),
        ((("a@x.example", 66, None),), ["Zajęte 66 GB 110 % przestrzeni", "Wolne 0 GB"], ["100.0"]),
    ],
)  # fmt: skip
def test_the_whole_is_split_into_its_parts(
    draw: Draw, words: Words, usage: Usage, boxes: Any, legend: list[str], widths: list[str]
) -> None:
    """Used, granted, and left to give out, where the limits are parts of the whole."""
    page = draw(usage=usage(*boxes))
    (split,) = page.find_class("puqz-split")
    bars = split.xpath("./svg/rect[@class='puqz-given' or @class='puqz-fill']")

    assert [words(one) for one in split.findall("dl/div")] == legend
    assert [one.get("width") for one in bars] == widths
    assert all(size in split.find("svg").get("aria-label") for size in ("60", "GB"))


def test_without_a_whole_there_is_no_share_of_it(draw: Draw, words: Words, usage: Usage) -> None:
    """The sum of many mailboxes' limits is no space that could be used up."""
    service = {"id": "42", "domain": "x.example"}
    page = draw(usage=usage(("a@x.example", 1, 2), ("b@x.example", 1, 2)), service=service)

    assert page.find_class("puqz-split") == []
    assert page.xpath("count(.//*[@class='puqz-status puqz-is-ok']//*[@role='meter'])") == 0
    assert "Wiadomości zajmują 2 GB; całość nie ma limitu." in words(page)
