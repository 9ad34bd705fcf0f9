"""The user table: what it shows, in which order, and how the customer gets to the rest of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from puq_zimbra import readings
from puq_zimbra.clientarea import mailboxes
from puq_zimbra.clientarea.mailboxes import CONTROLS_FROM, Wanted, wanted
from puq_zimbra.clientarea.quota_bar import Space
from puq_zimbra.units import GB

Draw = Callable[..., Any]
Words = Callable[[Any], str]
Usage = Callable[..., readings.ServiceUsage]

PAGE_URL = "details.php?id=42&page="
#: links to the other pages of the table
PAGES = ".//nav[@class='puqz-pages']//a"
BOXES = (
    ("small-but-full@x.example", 0.9, 1),
    ("unknown@x.example", None, 5),
    ("unlimited-little@x.example", 1, None),
    ("over@x.example", 6, 5),
    ("unlimited-much@x.example", 40, None),
    ("big@x.example", 30, 100),
)


def names(lines: tuple[mailboxes.Line, ...]) -> list[str]:
    """The local parts of the lines' addresses."""
    return [line.address.partition("@")[0] for line in lines]


def test_the_fullest_come_first(usage: Usage) -> None:
    """By percent, then the unlimited by use, then those of which nothing is known."""
    boxes = usage(*BOXES).mailboxes
    order = [
        "over",
        "small-but-full",
        "big",
        "unlimited-much",
        "unlimited-little",
        "unknown",
    ]

    assert names(mailboxes.table(boxes, Wanted()).lines) == order


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("percent", "big small-but-full over unlimited-little unlimited-much unknown"),
        ("used", "small-but-full unlimited-little over big unlimited-much unknown"),
        ("-used", "unlimited-much big over unlimited-little small-but-full unknown"),
        ("limit", "small-but-full over unknown big unlimited-little unlimited-much"),
        ("-limit", "unlimited-little unlimited-much big over unknown small-but-full"),
        ("address", "big over small-but-full unknown unlimited-little unlimited-much"),
        ("-address", "unlimited-much unlimited-little unknown small-but-full over big"),
    ],
)
def test_every_column_sorts_both_ways(usage: Usage, sort: str, order: str) -> None:
    """What is not known comes last either way; no limit is the largest one; the rest by address."""
    table = mailboxes.table(usage(*BOXES).mailboxes, wanted(None, {"sort": sort}))

    assert names(table.lines) == order.split()


def test_a_long_table_is_cut_into_pages(usage: Usage) -> None:
    """Fifty a page; the total is of them all; a page past the end is the last."""
    boxes = usage(*((f"u{number:04}@x.example", 1, 2) for number in range(1234))).mailboxes
    first, third, last = (mailboxes.table(boxes, Wanted(page)) for page in (1, 3, 999))

    assert (len(first.lines), first.pages, first.count) == (50, 25, 1234)
    assert third.lines[0].address == "u0100@x.example"
    assert (len(last.lines), last.page) == (34, 25)
    assert first.total == Space(1234 * GB, 2468 * GB)


def test_search_leaves_the_total_alone(usage: Usage) -> None:
    """What the customer looks for is found in any case of letters, as he reads it."""
    boxes = usage(("anna@xn--firma-przykad-6hc.pl", 1, 2), ("biuro@x.example", 1, 2)).mailboxes
    found = mailboxes.table(boxes, wanted("1", {"search": " ANNA "}))
    domain = mailboxes.table(boxes, wanted("1", {"search": "PRZYKŁAD"}))

    assert names(found.lines) == names(domain.lines) == ["anna"]
    assert (found.found, found.count, found.total.used) == (1, 2, 2 * GB)


def test_the_user_table(draw: Draw, words: Words, usage: Usage) -> None:
    """Fullest first; over the limit, unlimited and unknown are each said in words."""
    page = draw(
        usage=usage(
            ("b@firma.example", 1, None),
            ("c@firma.example", None, 5),
            ("d@firma.example", 4.6, 5),
            ("a@firma.example", 6.6, 5),
            ("e@firma.example", 0.000001, 5),
        )
    )
    (table,) = page.find_class("puqz-usage")
    cells = [[words(cell) for cell in row] for row in table.iter("tr")]

    assert cells == [
        ["Nazwa użytkownika", "Użyto w %", "Użyto w GB", "Limit w GB"],
        ["a@firma.example", "132 % przepełniona", "6,60", "5"],
        ["d@firma.example", "92 % prawie pełna", "4,60", "5"],
        ["e@firma.example", "<1 %", "<0,01", "5"],
        ["b@firma.example", "bez limitu", "1,00", "bez limitu"],
        ["c@firma.example", "brak danych", "brak danych", "5"],
        [
            "Razem (nie licząc 1 skrzynki, dla której brak danych)",
            "",
            "12,20",
            "bez limitu",
        ],
    ]
    assert all(th.get("scope") for th in table.iter("th"))
    assert words(table.find("caption")) == "Od najbardziej zapełnionej"


def test_a_long_table_says_what_it_shows(draw: Draw, words: Words, usage: Usage) -> None:
    """Pages are links when the host says where pages are, else just the note."""
    many = usage(*((f"u{number}@x.example", 1, 2) for number in range(1234)))
    plain = draw(usage=many)
    linked = draw(usage=many, page="2", form={"page_url": PAGE_URL})

    assert words(plain.find(".//nav[@class='puqz-pages']")) == "1–50 z 1 234 · strona 1 z 25"
    assert words(linked.find(".//nav[@class='puqz-pages']/span")) == (
        "51–100 z 1 234 · strona 2 z 25"
    )
    assert plain.find(".//nav[@class='puqz-pages']//a") is None
    assert plain.find(".//form") is None
    assert plain.find(".//th//a") is None
    assert [link.get("href") for link in linked.findall(PAGES)] == [
        "details.php?id=42&page=1#puqz-42-mailboxes",
        "details.php?id=42&page=3#puqz-42-mailboxes",
    ]


def follow(address: str) -> dict[str, Any]:
    """What a host hands on of the address that a browser asks it for."""
    query = {name: values[-1] for name, values in parse_qs(urlsplit(address).query).items()}
    form = {"page_url": PAGE_URL}
    for name, key in (("puqz_search", "search"), ("puqz_sort", "sort")):
        if name in query:
            form[key] = query[name]
    return {"page": query["page"], "form": form}


def test_the_heads_sort(draw: Draw, usage: Usage) -> None:
    """A head leads to its column's order, the present one to the other direction; pages keep it."""
    many = usage(*((f"u{number:04}@x.example", number % 7, 9) for number in range(200)))
    start = draw(usage=many, page="3", form={"page_url": PAGE_URL, "search": "u0"})
    links = [link.get("href") for link in start.findall(".//th/a")]
    by_use = draw(usage=many, **follow(links[2]))
    other_way = draw(usage=many, **follow(by_use.findall(".//th/a")[2].get("href")))
    sorts = [
        [one.strip() for one in page.xpath(".//th/@aria-sort | .//th[@aria-sort]/a/text()")]
        for page in (start, by_use, other_way)
    ]

    assert links[2] == ("details.php?id=42&page=1&puqz_sort=-used&puqz_search=u0#puqz-42-mailboxes")
    assert [parse_qs(urlsplit(link).query)["puqz_sort"] for link in links] == [
        ["address"],
        ["percent"],
        ["-used"],
        ["-limit"],
    ]
    assert sorts == [
        ["descending", "Użyto w %"],
        ["descending", "Użyto w GB"],
        ["ascending", "Użyto w GB"],
    ]
    assert "puqz_sort=-used" in by_use.find(PAGES).get("href")
    assert "puqz_search=u0" in by_use.find(PAGES).get("href")
    assert [bdi.text_content() for bdi in other_way.findall(".//tbody//bdi")][:2] == [
        "u0000@x.example",
        "u0007@x.example",
    ]


def test_the_search_form_keeps_what_the_host_gave(draw: Draw, words: Words, usage: Usage) -> None:
    """A browser replaces the query of a GET form's action, so it goes as hidden fields."""
    rest = ((f"u{number}@x.example", 0, 2) for number in range(CONTROLS_FROM - 3))
    three = (("anna@x.example", 1, 2), ("biuro@x.example", 1, 2), ("hania@x.example", 1, 2))
    reading = usage(*three, *rest)
    given = {"page_url": PAGE_URL, "sort": "-used", "token": "secret", "action": "act.php"}
    form = draw(usage=reading, form=given).find(".//form[@method='get']")
    fields = dict(form.form_values()) | {"puqz_search": "AN"}
    query = "&".join(f"{name}={value}" for name, value in fields.items())
    page = draw(usage=reading, **follow(f"details.php?{query}"))

    assert form.get("action") == "details.php#puqz-42-mailboxes"
    assert fields == {"id": "42", "page": "1", "puqz_sort": "-used", "puqz_search": "AN"}
    assert [bdi.text_content() for bdi in page.findall(".//table//bdi")] == [
        "anna@x.example",
        "hania@x.example",
    ]
    assert "Znaleziono 2 skrzynki z 21" in words(page)
    assert "Razem wszystkie skrzynki" in words(page.find(".//tfoot"))
    assert page.xpath(".//input[@type='search']/@value") == ["AN"]
    assert page.xpath(".//form//a/@href") == [
        "details.php?id=42&page=1&puqz_sort=-used#puqz-42-mailboxes"
    ]


@pytest.mark.parametrize(
    ("page_url", "action", "hidden", "second"),
    [
        ("x.php?p=", "x.php#A", [("p", "1")], "x.php?p=2#A"),
        ("/svc/42/page/", "/svc/42/page/1#A", [], "/svc/42/page/2#A"),
        ("?id=4&p=", "#A", [("id", "4"), ("p", "1")], "?id=4&p=2#A"),
        ("https://h.example/x?p=", "https://h.example/x#A", [("p", "1")], "https://h.example/x?p=2#A"),
        ("x.php?puqz_sort=used&puqz_search=z&p=", "x.php#A", [("p", "1")], "x.php?p=2#A"),
        ("x.php?a%5B%5D=%C5%82&e=&p=", "x.php#A", [("a[]", "ł"), ("e", ""), ("p", "1")],
         "x.php?a%5B%5D=%C5%82&e=&p=2#A"),
    ],
)  # fmt: skip
def test_any_address_of_the_host_will_do(
    draw: Draw,
    usage: Usage,
    page_url: str,
    action: str,
    hidden: list[tuple[str, str]],
    second: str,
) -> None:
    """Its own fields are kept; ours, if it gives the present address, are not doubled."""
    many = usage(*((f"u{number}@x.example", 1, 2) for number in range(60)))
    page = draw(usage=many, form={"page_url": page_url})
    form = page.find(".//form")
    given = [(one.get("name"), one.get("value")) for one in form.xpath(".//input[@type='hidden']")]
    anchor = "#puqz-42-mailboxes"

    assert form.get("action") == action.replace("#A", anchor)
    assert given == hidden
    assert page.find(PAGES).get("href") == second.replace("#A", anchor)


def test_one_mailbox_has_no_total(draw: Draw, words: Words, usage: Usage) -> None:
    """It would say the same twice."""
    one, two = (draw(usage=usage(*((f"u{n}@x.example", 1, 2) for n in range(c)))) for c in (1, 2))

    assert one.find(".//tfoot") is None
    assert words(two.find(".//tfoot")) == "Razem 2,00 4"


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        ((10, 20), "Limity skrzynek to razem 30 GB z 60 GB przestrzeni. "
         "Do rozdzielenia zostało 30 GB."),
        ((40, 40), "Limity skrzynek to razem 80 GB, czyli o 20 GB więcej "
         "niż przestrzeń całkowita."),
        ((40, None), ""),
    ],
)  # fmt: skip
def test_the_sum_of_limits_is_not_the_whole_space(
    draw: Draw, words: Words, usage: Usage, limits: tuple[float | None, ...], sentence: str
) -> None:
    """What is granted to mailboxes and what there is are two figures."""
    page = draw(usage=usage(*((f"u{n}@x.example", 1, limit) for n, limit in enumerate(limits))))
    (note,) = page.xpath(".//*[@id='puqz-42-mailboxes']/..//p[@class='puqz-note']")

    assert words(note) == f"{sentence} Zajętość mierzy Zimbra; 1 GB = 1024 MB.".strip()


def test_an_address_may_break_after_its_at(draw: Draw, usage: Usage) -> None:
    """And nowhere else, as long as there is room."""
    page = draw(usage=usage(("anna@firma-x.example", 1, 2)))
    (name,) = page.xpath(".//tbody/tr/th/bdi")

    assert name.text == "anna@"
    assert name[0].tag == "wbr"
    assert name.text_content() == "anna@firma-x.example"


def test_nothing_found_is_said(draw: Draw, words: Words, usage: Usage) -> None:
    """With the word that was looked for, and a way back to all."""
    boxes = [(f"u{number}@x.example", 1, 2) for number in range(CONTROLS_FROM)]
    page = draw(usage=usage(*boxes), form={"page_url": PAGE_URL, "search": "zzz"})
    few = draw(usage=usage(*boxes[1:]), form={"page_url": PAGE_URL})

    assert "Nie ma skrzynki, której adres zawiera: zzz" in words(page)
    assert page.find_class("puqz-usage") == []
    assert [words(link) for link in page.findall(".//form//a")] == ["Pokaż wszystkie"]
    # Twenty are seen at a glance: they need no search and no other order.
    assert few.find(".//form") is None
    assert few.find(".//th/a") is None


@pytest.mark.parametrize(
    ("count", "polish", "english"),
    [
        (1, "Znaleziono 1 skrzynkę z 30", "1 mailbox of 30 found"),
        (2, "Znaleziono 2 skrzynki z 30", "2 mailboxes of 30 found"),
        (22, "Znaleziono 22 skrzynki z 30", "22 mailboxes of 30 found"),
        (12, "Znaleziono 12 skrzynek z 30", "12 mailboxes of 30 found"),
    ],
)
def test_how_many_were_found(
    draw: Draw, words: Words, usage: Usage, count: int, polish: str, english: str
) -> None:
    """In the right plural, whether or not the host gave an address for links."""
    reading = usage(*((f"{'qz'[n >= count]}{n}@x.example", 1, 2) for n in range(30)))

    assert polish in words(draw(usage=reading, form={"search": "q"}))
    assert english in words(draw(usage=reading, form={"search": "q"}, locale="en"))


@pytest.mark.parametrize(
    ("page", "form"),
    [
        ("0", {}), ("-1", {}), ("9" * 40, {}), ("２", {}), ("1e3", {}), ("usage", {}), (None, {}),
        ("1", {"sort": ""}), ("1", {"sort": "--used"}), ("1", {"sort": "status"}),
        ("1", {"sort": "percent,used"}), ("1", {"search": " \u200b\n\t\x00"}),
    ],
)  # fmt: skip
def test_what_makes_no_sense_counts_as_not_asked(page: str | None, form: dict[str, str]) -> None:
    """An address is anybody's to write."""
    assert wanted(page, form) == Wanted()


def test_a_search_has_a_length() -> None:
    """No address is longer than a few hundred characters; what is typed may be."""
    assert len(wanted("1", {"search": "a" * 10**6}).search) == 100
