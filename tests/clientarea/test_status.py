"""The status card: one state at a time, with its consequence and the next step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from puq_zimbra import readings
from puq_zimbra.clientarea import status, views
from puq_zimbra.request import Request
from puq_zimbra.units import GB

Draw = Callable[..., Any]
Words = Callable[[Any], str]
Usage = Callable[..., readings.ServiceUsage]
MakeRequest = Callable[..., Request]

FULL, NEAR, FINE = ("full@x.example", 6, 5), ("near@x.example", 4.6, 5), ("fine@x.example", 1, 5)
ALONE = {"id": "42", "model": "mailbox", "mailbox": {"address": "a@x.example"}}


@pytest.mark.parametrize(
    ("boxes", "quota", "kind"),
    [
        ((FINE, FINE), 60, "ok"),
        ((FINE, NEAR), 60, "near_box"),
        ((FINE, NEAR, FULL), 60, "over_box"),
        ((FINE, NEAR, FULL), 11, "over_whole"),
        ((FINE, NEAR), 6, "near_whole"),
        ((FINE, NEAR, FULL), None, "over_box"),
        ((("a@x.example", 0, 5),), 60, "new"),
        ((), 60, "new"),
        ((("a@x.example", 0, 5), ("b@x.example", 0, 5)), 60, "ok"),
        ((("a@x.example", None, None),), None, "new"),
    ],
)
def test_the_worst_state_is_the_one_that_is_told(
    call: MakeRequest,
    active: readings.ServiceState,
    usage: Usage,
    now: datetime,
    boxes: Any,
    quota: int | None,
    kind: str,
) -> None:
    """What stops mail comes before what soon will, the whole before its parts."""
    plan = {"domain_quota": quota * GB} if quota else {}
    request = call(service={"id": "42", "domain": "x.example", "plan": plan})
    view = views.build(request, active, usage(*boxes), (), now=now)

    assert status.card(view).kind == kind


@pytest.mark.parametrize(
    ("state", "problem", "kind"),
    [
        (("active", False, None), "Zimbra x.", "unknown"),
        (("locked", True, None), None, "suspended"),
        (("locked", True, None), "Zimbra x.", "suspended"),
        (("locked", False, None), None, "locked"),
        (("locked", True, date(2026, 12, 14)), None, "ending"),
        (None, None, "unknown"),
    ],
)
def test_a_service_that_is_not_in_use_is_never_green(
    call: MakeRequest,
    usage: Usage,
    now: datetime,
    state: tuple[str, bool, date | None] | None,
    problem: str | None,
    kind: str,
) -> None:
    """Nor one of which nobody knows; full mailboxes are then no news."""
    given = None if state is None else readings.ServiceState(*state, "admin@x.example")
    view = views.build(call(), given, usage(FULL), (), problem=problem, now=now)
    card = status.card(view)

    assert (card.kind, card.at_rest) == (kind, True)
    assert card.colour != "ok"


def test_space_that_lasts_two_weeks_is_running_out(
    call: MakeRequest, active: readings.ServiceState, usage: Usage, now: datetime
) -> None:
    """At four fifths, but a GB a day."""
    points = [
        readings.UsagePoint(now - timedelta(days=ago), (50 - ago) * GB, None, 1)
        for ago in range(29, -1, -1)
    ]
    view = views.build(call(), active, usage(("a@x.example", 50, None)), points, now=now)

    assert view.total.percent == 83
    assert status.card(view).kind == "near_whole"


@pytest.mark.parametrize(
    ("policy", "polish"),
    [
        ("BLOCKSENDRECEIVE", "wysyłanie i odbieranie poczty jest wstrzymane"),
        ("BLOCKSEND", "Poczta nadal przychodzi, ale nikt nie może wysyłać"),
        ("ALLOWSENDRECEIVE", "Poczta nadal działa, ale zajmuje więcej"),
    ],
)
def test_what_stops_is_what_the_domain_says(
    draw: Draw, words: Words, usage: Usage, policy: str, polish: str
) -> None:
    """Zimbra stops sending, both, or nothing."""
    page = draw(usage=usage(("a@x.example", 66, None)), policy=policy)
    (card,) = page.find_class("puqz-status")

    assert polish in words(card)
    assert "103" not in words(card)
    assert "110 % z 60 GB" in words(card)


def test_the_pace_of_one_mailbox_names_its_day(draw: Draw, words: Words, usage: Usage) -> None:
    """Where it is known; else the consequence alone."""
    grown = readings.Growth("near@x.example", int(4.6 * GB), GB, date(2026, 10, 22))
    known = words(draw(usage=usage(NEAR, FINE), growth=(grown,)))
    unknown = words(draw(usage=usage(NEAR, FINE)))

    assert (
        "W skrzynce near@x.example zostało 0,4 GB. W obecnym tempie zapełni się około 3 grudnia i"
        in known
    )
    assert "zostało 0,4 GB. Gdy się zapełni, przestanie przyjmować wiadomości." in unknown


def test_a_mailbox_sold_alone_is_the_whole(draw: Draw, words: Words, usage: Usage) -> None:
    """Its owner has no other mailboxes and no panel: no word of them."""
    page = draw(usage=usage(("a@x.example", 6, 5), limit=5 * GB), service=ALONE)
    (card,) = page.find_class("puqz-status")

    assert words(card.find(".//h3")) == "Skrzynka nie przyjmuje poczty"
    assert "opróżnij kosz w webmailu" in words(card)
    assert "Skrzynki" not in words(card)
    assert page.find(".//tfoot") is None


def test_locked_mailboxes_do_not_send(draw: Draw, words: Words, now: datetime) -> None:
    """So "every mailbox can send" would not be true."""
    boxes = tuple(
        readings.MailboxUsage(f"{n}", f"u{n}@x.example", GB, 5 * GB, state)
        for n, state in enumerate(("active", "locked", "closed", "lockout"))
    )
    usage = readings.ServiceUsage(
        "default", "42", "x.example", "d", now, 4 * GB, None, 20 * GB, readings.Counts(), boxes
    )

    assert "2 skrzynki są zablokowane; pozostałe mogą wysyłać" in words(draw(usage=usage))
