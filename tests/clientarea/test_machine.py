"""What Zimbra tells of a private server's machines, and the words for what it does not tell."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from puq_zimbra import readings
from puq_zimbra.clientarea import machine
from puq_zimbra.clientarea.quota_bar import Space
from puq_zimbra.units import GB

Draw = Callable[..., Any]
Words = Callable[[Any], str]

SERVICE = {"id": "42", "model": "server", "domain": "firma.example", "disk": 200 * GB}
UNSAID = [
    "Zimbra nie podaje, które z jej usług działają.",
    "Zimbra nie podaje, jak bardzo obciążone są jej serwery: nie zbiera o nich danych albo nie "
    "odpowiedziała na czas.",
]


def load(now: datetime, **given: Any) -> readings.MachineLoad:
    """A machine's figures."""
    hour = now.replace(minute=0)
    figures: dict[str, Any] = {
        "machine": "mail.example.test",
        "measured_at": now - timedelta(minutes=1),
        "busy": {hour - timedelta(hours=ago): 10 + ago for ago in (30, 23, 2, 0, -1)},
        "memory": (3 * GB, 8 * GB),
        "disks": {"/dev/sda1": (10 * GB, 50 * GB), "/dev/sdb1": (190 * GB, 200 * GB)},
    }
    return readings.MachineLoad(**{**figures, **given})


def test_a_day_of_hours(now: datetime) -> None:
    """Those that were measured, at their places; what is older or to come is left out."""
    (one,) = machine.build(readings.Machines((), (load(now),)), now).machines

    assert [(hour.place, hour.busy) for hour in one.hours] == [(0, 33), (21, 12), (23, 10)]
    assert (one.least, one.most, one.last - one.first) == (10, 33, timedelta(hours=23))
    assert one.memory == Space(3 * GB, 8 * GB)
    assert [name for name, _ in one.disks] == ["/dev/sdb1", "/dev/sda1"]


def test_what_does_not_run_comes_first(draw: Draw, words: Words) -> None:
    """In words and with an icon, counted in the right plural."""
    told = readings.Machines(
        (
            readings.Daemon("mail.example.test", "mailbox", True),
            readings.Daemon("mail.example.test", "mta", False),
            readings.Daemon("a.example.test", "spell", True),
        )
    )
    page = draw(service=SERVICE, machines=told)
    (table,) = page.xpath(".//*[@aria-labelledby='puqz-42-daemons']//table")
    rows = [[words(cell) for cell in row] for row in table.findall("tbody/tr")]

    assert rows == [
        ["mta", "mail.example.test", "nie działa"],
        ["spell", "a.example.test", "działa"],
        ["mailbox", "mail.example.test", "działa"],
    ]
    assert all(row.find(".//svg") is not None for row in table.findall("tbody/tr"))
    assert "1 usługa nie działa" in words(page)
    assert all(head.get("scope") for head in table.iter("th"))
    all_up = words(draw(service=SERVICE, machines=readings.Machines(told.daemons[:1])))
    assert "1 usługa Zimbry działa" in all_up


@pytest.mark.parametrize(
    ("down", "polish", "english"),
    [
        (2, "2 usługi nie działają", "2 services do not run"),
        (5, "5 usług nie działa", "5 services do not run"),
        (22, "22 usługi nie działają", "22 services do not run"),
    ],
)
def test_how_many_do_not_run(
    draw: Draw, words: Words, down: int, polish: str, english: str
) -> None:
    """One is tested above."""
    told = readings.Machines(tuple(readings.Daemon("m", f"d{n}", False) for n in range(down)))

    assert polish in words(draw(service=SERVICE, machines=told))
    assert english in words(draw(service=SERVICE, machines=told, locale="en"))


def test_a_machines_figures(draw: Draw, words: Words, now: datetime) -> None:
    """A chart with its table, and a bar each for memory and disks, fullest first."""
    page = draw(service=SERVICE, machines=readings.Machines((), (load(now),)))
    (chart,) = page.findall(".//svg[@role='img']")
    (table,) = page.findall(".//details//table")
    bars = page.xpath(".//li//*[@role='meter']")

    assert [column.findtext("title") for column in chart.findall("rect")] == [
        "13:00: 33\u00a0%",
        "10:00: 12\u00a0%",
        "12:00: 10\u00a0%",
    ]
    assert "od 10 % do 33 %" in words(chart.find("desc"))
    assert [words(row) for row in table.findall("tbody/tr")] == [
        "12:0010 %",
        "10:0012 %",
        "20 lis 2026, 13:0033 %",
    ]
    assert [(bar.get("aria-label"), bar.get("aria-valuenow")) for bar in bars] == [
        ("Pamięć", "37"),
        ("/dev/sdb1", "95"),
        ("/dev/sda1", "20"),
    ]
    assert ["prawie pełny" in words(bar.getparent()) for bar in bars] == [False, True, False]
    assert "najnowsze z 12:07" in words(page)
    assert UNSAID[0] in words(page)
    assert UNSAID[1] not in words(page)


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        ({"busy": {}}, "Zimbra nie podaje, jak bardzo obciążone były procesory."),
        ({"memory": None}, "Zimbra nie podaje, ile pamięci jest w użyciu."),
        ({"disks": {}}, "Zimbra nie podaje, jak bardzo zajęte są dyski."),
    ],
)
def test_what_zimbra_does_not_say_is_said(
    draw: Draw, words: Words, now: datetime, missing: dict[str, Any], sentence: str
) -> None:
    """Instead of an empty chart or list."""
    page = draw(service=SERVICE, machines=readings.Machines((), (load(now, **missing),)))
    charts = page.findall(".//svg[@role='img']")

    assert sentence in words(page)
    assert sentence not in words(
        draw(service=SERVICE, machines=readings.Machines((), (load(now),)))
    )
    assert len(charts) == (0 if "busy" in missing else 1)


def test_a_silent_zimbra(draw: Draw, words: Words) -> None:
    """Neither daemons nor figures: a sentence for each."""
    page = words(draw(service=SERVICE))

    assert [sentence for sentence in UNSAID if sentence not in page] == []


@pytest.mark.parametrize("sold", ["domain", "mailbox"])
def test_shared_machines_are_nobodys_business(
    draw: Draw, words: Words, now: datetime, sold: str
) -> None:
    """Whatever is known of them."""
    service = {"id": "42", "model": sold, "domain": "x.pl", "mailbox": {"address": "a@x.example"}}
    told = readings.Machines((readings.Daemon("m.example", "mta", True),), (load(now),))
    page = words(draw(service=service, machines=told))

    assert "Usługi Zimbry" not in page
    assert "Procesory" not in page
    assert "m.example" not in page
