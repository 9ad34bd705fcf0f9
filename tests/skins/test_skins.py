"""Every state of the page in every skin: nothing forbidden, foreign, cut off or hard to read."""

from __future__ import annotations

from typing import Any

import pytest

from ..conftest import Params
from . import site
from .look import COUNTED, Look
from .states import HOSTILE, RARE, STATES, Sold, empty, hostile, normal, over_quota

FORM = {
    "action": "clientarea.php?action=productdetails",
    "id": "42",
    "token": "0123456789abcdef",
    "page_url": "clientarea.php?action=productdetails&id=42&puq_page=",
}
#: a state's own words: without them, another one would be looked at
SAYS = {
    "empty": "There are not enough measurements yet",
    "normal": "filling up",
    "nearly_full": "The space is nearly used up.",
    "over_quota": "The space is used up.",
    "suspended": "Nobody can log in, but mail still arrives",
    "stale": "The last reading failed.",
    "error": "gives no answer just now",
    "unmeasured": "State not known",
    "ending": "To be deleted on 5 December 2026",
    "unknown": "There is no data about the mailboxes yet.",
    "many": "120 mailboxes of 121 found",
    "mailbox": "Change the mailbox's password",
    "server": "1 service does not run",
    "hostile": "&lt;script&gt;",
}


def asked(locale: str = "pl", mode: str = "full", **more: Any) -> Params:
    """What a host asks for."""
    return {"locale": locale, "mode": mode, "assets_url": site.ASSETS, "form": FORM, **more}


@pytest.mark.parametrize("state", SAYS)
def test_each_state_is_itself(sold: Sold, state: str) -> None:
    """By its own words; this needs no browser."""
    assert SAYS[state] in {**STATES, **RARE}[state](sold)(asked("en"))


@pytest.mark.parametrize("locale", ["pl", "en"])
@pytest.mark.parametrize("state", STATES)
def test_each_state_in_each_skin(
    look: Look, served: site.Site, sold: Sold, state: str, locale: str
) -> None:
    """Both modes, both tabs, at a desk and on a telephone."""
    draw = STATES[state](sold)
    for mode in ("embedded", "full"):
        fragment = draw(asked(locale, mode))
        for skin in site.SKINS:
            where = f"{skin}, {state}, {locale}, {mode}"
            look.inspect_tabs(where, served.put(site.page(skin, locale, fragment)))

    assert look.found == []


@pytest.mark.parametrize("state", RARE)
def test_rarer_states(look: Look, served: site.Site, sold: Sold, state: str) -> None:
    """Other models, long tables, hostile names, and nothing known at all."""
    fragment = RARE[state](sold)(asked())
    for skin in ("Bootstrap 3", "Bootstrap 5, dark"):
        look.inspect_tabs(f"{skin}, {state}", served.put(site.page(skin, "pl", fragment)))

    assert look.found == []


def shown(look: Look) -> list[bool]:
    """Whether each of the two tabs' contents can be seen."""
    return [look.page.locator(f".puqz-panel-{tab}").is_visible() for tab in ("info", "usage")]


@pytest.mark.parametrize("skin", site.SKINS)
def test_tabs_by_keyboard(look: Look, served: site.Site, sold: Sold, skin: str) -> None:
    """Reached by Tab, changed by arrows, with the focus to be seen; then on into what is shown."""
    look.open(skin, served.put(site.page(skin, "pl", normal(sold)(asked()))))
    press, evaluate = look.page.keyboard.press, look.page.evaluate
    # Past the two links of the header.
    for _ in range(3):
        press("Tab")
    assert evaluate("document.activeElement.id") == "puqz-42-tab-info"
    assert shown(look) == [True, False]

    press("ArrowRight")
    outline = evaluate("getComputedStyle(document.querySelector('.puqz-tab-usage')).outline")

    assert shown(look) == [False, True]
    assert "solid 3px" in outline
    press("Tab")
    assert evaluate("document.activeElement.closest('.puqz-panel-usage')?.id") == "puqz-42-usage"
    press("Shift+Tab")
    press("ArrowLeft")
    assert shown(look) == [True, False]


def test_the_host_can_open_the_second_tab(look: Look, served: site.Site, sold: Sold) -> None:
    """By a link of its own, as in a menu beside the page."""
    fragment = empty(sold)(asked(page="usage"))
    look.open("usage", served.put(site.page("Bootstrap 4", "pl", fragment)))

    assert shown(look) == [False, True]


@pytest.mark.parametrize("without", ["style sheets", "a screen"])
def test_both_tabs_show(look: Look, served: site.Site, sold: Sold, without: str) -> None:
    """Where nothing can be clicked, nothing is hidden."""
    look.open(without, served.put(site.page("Bootstrap 5", "pl", empty(sold)(asked()))))
    if without == "a screen":
        look.page.emulate_media(media="print")
    else:
        look.page.evaluate("[...document.styleSheets].forEach(sheet => sheet.disabled = true)")

    assert shown(look) == [True, True]
    for tab in ("Informacja o serwerze", "Wykorzystanie zasobów"):
        assert look.page.get_by_role("heading", name=tab).is_visible()


@pytest.mark.parametrize("skin", site.SKINS)
def test_hostile_names_show_as_text(look: Look, served: site.Site, sold: Sold, skin: str) -> None:
    """Whole, in the table and in the second tab, and they do nothing."""
    look.open(skin, served.put(site.page(skin, "pl", hostile(sold)(asked()))))
    texts = look.page.locator(".puqz-panel:visible :is(th, .puqz-name) bdi").all_inner_texts
    names = sorted(HOSTILE)

    assert sorted(texts()) == names
    look.tab("usage")
    # There is a list of the fullest, and a table of those that grew.
    assert sorted(texts()) == sorted(names * 2)
    assert look.page.locator("[role=alert] strong").inner_text() == HOSTILE[0]
    assert look.found == []


@pytest.mark.parametrize("skin", site.SKINS)
def test_the_narrowest_page(look: Look, served: site.Site, sold: Sold, skin: str) -> None:
    """320 pixels are a desk's page at 400 % (WCAG 2.2, 1.4.10 Reflow); nothing is centred."""
    look.page.set_viewport_size({"width": 320, "height": 700})
    look.open(skin, served.put(site.page(skin, "pl", over_quota(sold)(asked()))))
    for tab in ("info", "usage"):
        look.tab(tab)
        look.sticking_out()
    aligned = look.page.evaluate("getComputedStyle(document.querySelector('.puqz dd')).textAlign")

    assert look.found == []
    assert aligned == "start"


BAD = """
<div class="puqz" style="color: red">
<script>alert(1)</script>
<img src="https://foreign.example/pixel.png"><img src="/puqz/none.png" alt="">
<table class="puqz-table"><tbody><tr><td>{}</td></tr></tbody></table>
</div>
"""


def test_what_is_wrong_is_found(browser: Any, served: site.Site) -> None:
    """A fragment with one of each: no look may pass it."""
    look = Look(browser.new_page(viewport={"width": 320, "height": 700}))
    look.open("bad", served.put(site.page("Bootstrap 5", "en", BAD.format("&nbsp;x" * 200))))
    look.inspect()
    look.page.close()

    assert {kind for kind, _ in look.found} == set(COUNTED)
