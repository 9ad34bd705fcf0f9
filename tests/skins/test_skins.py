"""Every state of the page in every skin: nothing forbidden, foreign, cut off or hard to read."""

from __future__ import annotations

from typing import Any

import pytest

from ..conftest import Params
from . import site
from .look import COUNTED, SCHEMES, Look
from .states import HOSTILE, RARE, STATES, Sold, empty, hostile, near_box, normal, over_whole

FORM = {
    "action": "clientarea.php?action=productdetails",
    "id": "42",
    "token": "0123456789abcdef",
    "page_url": "clientarea.php?action=productdetails&id=42&puq_page=",
    "pay_url": "viewinvoice.php?id=7",
    "upgrade_url": "upgrade.php?type=package&id=42",
    "ticket_url": "submitticket.php",
    "sso_url": "clientarea.php?action=productdetails&id=42&dosinglesignon=1",
}
#: a state's own words: without them, another one would be looked at
SAYS = {
    "empty": "The server is ready",
    "normal": "There is nothing you need to do.",
    "near_box": "Mail works, but one mailbox is running out of space",
    "over_box": "One mailbox accepts no mail",
    "near_whole": "Mail works, but the space is running out",
    "over_whole": "No space left: sending and receiving are stopped",
    "suspended": "Service suspended: an invoice waits for its payment",
    "stale": "The last reading failed.",
    "error": "gives no answer just now",
    "unmeasured": "Zimbra has not told how the service is.",
    "ending": "The service will be deleted on 5 December 2026",
    "unknown": "There is no data about the mailboxes yet.",
    "many": "120 mailboxes of 121 found",
    "mailbox": "Change the mailbox's password",
    "server": "1 service does not run",
    "hostile": "&lt;script&gt;",
}
#: on which page those words are
WHERE = {"server": "usage"}


def asked(locale: str = "pl", mode: str = "full", **more: Any) -> Params:
    """What a host asks for."""
    return {"locale": locale, "mode": mode, "assets_url": site.ASSETS, "form": FORM, **more}


def schemes_of(skin: str) -> tuple[str, ...]:
    """The system's scheme counts only where the host says none; else the other one is tried."""
    said = site.SKINS[skin].attributes
    if not said:
        return SCHEMES
    return ("light",) if "dark" in said else ("dark",)


@pytest.mark.parametrize("state", SAYS)
def test_each_state_is_itself(sold: Sold, state: str) -> None:
    """By its own words; this needs no browser."""
    drawn = {**STATES, **RARE}[state](sold)(asked("en", page=WHERE.get(state, "")))

    assert SAYS[state] in drawn.replace("\u00a0", " ")


@pytest.mark.parametrize("locale", ["pl", "en"])
@pytest.mark.parametrize("state", STATES)
def test_each_state_in_each_skin(
    look: Look, served: site.Site, sold: Sold, state: str, locale: str
) -> None:
    """Both pages: at a desk, on a telephone and at the narrowest, light and dark."""
    draw = STATES[state](sold)
    for page, mode in (("overview", "embedded"), ("usage", "full")):
        fragment = draw(asked(locale, mode, page=page))
        # The longer words are the Polish ones: English is looked at in one skin.
        for skin in site.SKINS if locale == "pl" else ["Bootstrap 4"]:
            where = f"{skin}, {state}, {locale}, {page}"
            address = served.put(site.page(skin, locale, fragment))
            look.inspect_all(where, address, schemes=schemes_of(skin))

    assert look.found == []


@pytest.mark.parametrize("state", RARE)
def test_rarer_states(look: Look, served: site.Site, sold: Sold, state: str) -> None:
    """Other models, long tables, hostile names, and nothing known at all."""
    draw = RARE[state](sold)
    for page in ("overview", "usage"):
        fragment = draw(asked(page=page))
        for skin in ("Bootstrap 3", "Bootstrap 5, dark"):
            where = f"{skin}, {state}, {page}"
            look.inspect_all(where, served.put(site.page(skin, "pl", fragment)))

    assert look.found == []


@pytest.mark.parametrize("skin", site.SKINS)
def test_both_pages_below_each_other(look: Look, served: site.Site, sold: Sold, skin: str) -> None:
    """As an older module of a host gets them."""
    form = {name: value for name, value in FORM.items() if not name.endswith("_url")}
    fragment = near_box(sold)({**asked(), "form": form})
    look.inspect_all(skin, served.put(site.page(skin, "pl", fragment)))

    assert look.found == []
    assert look.page.get_by_role("heading", name="Informacja o serwerze").is_visible()
    assert look.page.get_by_role("heading", name="Ostatnie 30 dni").is_visible()


@pytest.mark.parametrize("skin", site.SKINS)
def test_pages_by_keyboard(look: Look, served: site.Site, sold: Sold, skin: str) -> None:
    """Reached by Tab, with the focus to be seen; the present page is told to a screen reader."""
    look.open(skin, served.put(site.page(skin, "pl", normal(sold)(asked()))))
    press, evaluate = look.page.keyboard.press, look.page.evaluate
    # Past the webmail's link.
    for _ in range(3):
        press("Tab")
    outline = evaluate("getComputedStyle(document.activeElement).outline")

    assert evaluate("document.activeElement.textContent") == "Wykorzystanie zasobów"
    assert evaluate("document.activeElement.getAttribute('href')").endswith("puq_page=usage")
    assert "solid 3px" in outline
    current = look.page.locator("[aria-current=page]")
    assert current.inner_text() == "Informacja o serwerze"


@pytest.mark.parametrize("without", ["style sheets", "a screen", "a script"])
def test_what_a_page_says_does_not_depend_on(
    look: Look, served: site.Site, sold: Sold, without: str
) -> None:
    """The state, what to do, the rows and the mailboxes are there all the same."""
    look.open(without, served.put(site.page("Bootstrap 5", "pl", near_box(sold)(asked()))))
    if without == "a screen":
        look.page.emulate_media(media="print")
    elif without == "style sheets":
        look.page.evaluate("[...document.styleSheets].forEach(sheet => sheet.disabled = true)")
    else:
        look.page.locator("[data-puqz-copy]").evaluate_all(
            "all => all.forEach(e => e.hidden = true)"
        )

    for name in ("Poczta działa, ale w jednej skrzynce", "Informacja o serwerze", "Skrzynki"):
        assert look.page.get_by_role("heading", name=name).first.is_visible()
    assert look.page.get_by_text("Co zrobić:").is_visible()
    assert look.page.get_by_role("rowheader", name="jan@").is_visible()
    assert look.found == []


@pytest.mark.parametrize(
    ("skin", "scheme", "dark"),
    [
        ("Bootstrap 5, light", "dark", False), ("Bootstrap 5, dark", "light", True),
        ("Bootstrap 3", "dark", True), ("Bootstrap 3", "light", False),
    ],
)  # fmt: skip
def test_the_host_says_light_or_dark_before_the_system(
    look: Look, served: site.Site, sold: Sold, skin: str, scheme: Any, dark: bool
) -> None:
    """A light host with a dark hole in it looks broken; a host that says nothing leaves it."""
    look.page.emulate_media(color_scheme=scheme)
    look.open(skin, served.put(site.page(skin, "pl", empty(sold)(asked()))))
    surface = look.page.evaluate(
        "getComputedStyle(document.querySelector('.puqz')).backgroundColor"
    )

    assert surface == ("rgb(18, 23, 29)" if dark else "rgb(255, 255, 255)")


@pytest.mark.parametrize("skin", site.SKINS)
def test_hostile_names_show_as_text(look: Look, served: site.Site, sold: Sold, skin: str) -> None:
    """Whole, in the table and on the second page, and they do nothing."""
    draw = hostile(sold)
    texts = look.page.locator(".puqz th bdi").all_inner_texts
    for page in ("overview", "usage"):
        look.open(skin, served.put(site.page(skin, "pl", draw(asked(page=page)))))

        assert sorted(texts()) == sorted(HOSTILE)
    assert look.page.locator("[role=alert] strong").inner_text() == HOSTILE[0]
    assert look.found == []


@pytest.mark.parametrize("skin", site.SKINS)
def test_nothing_is_centred(look: Look, served: site.Site, sold: Sold, skin: str) -> None:
    """WHMCS centres what a module draws."""
    look.open(skin, served.put(site.page(skin, "pl", over_whole(sold)(asked()))))
    aligned = look.page.evaluate("getComputedStyle(document.querySelector('.puqz dd')).textAlign")

    assert look.found == []
    assert aligned == "start"


BAD = """
<div class="puqz" style="color: red">
<script>alert(1)</script>
<img src="https://foreign.example/pixel.png"><img src="/puqz/none.png" alt="">
<table class="puqz-table"><tbody><tr><td>{}</td></tr></tbody></table>
<div class="overflow-hidden text-nowrap">{}</div>
</div>
"""


def test_what_is_wrong_is_found(browser: Any, served: site.Site) -> None:
    """A fragment with one of each: no look may pass it."""
    look = Look(browser.new_page(viewport={"width": 320, "height": 700}))
    look.open("bad", served.put(site.page("Bootstrap 5", "en", BAD.format(*["&nbsp;x" * 200] * 2))))
    look.inspect()
    look.page.close()

    assert {kind for kind, _ in look.found} == set(COUNTED)
    assert any("overflow-hidden" in text and text.endswith(" off") for _, text in look.found)
