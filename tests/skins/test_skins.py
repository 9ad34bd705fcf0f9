"""Every state of the page in every skin: nothing forbidden, foreign, cut off or hard to read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from ..conftest import Params
from . import site
from .look import Look, Looks
from .states import HOSTILE, RARE, STATES, Sold, empty, hostile, normal, over_quota

DESK, TELEPHONE = 1280, 420
FORM = {
    "action": "clientarea.php?action=productdetails",
    "id": "42",
    "token": "0123456789abcdef",
    "page_url": "clientarea.php?action=productdetails&id=42&puq_page=",
}


def asked(locale: str = "pl", mode: str = "full", **more: Any) -> Params:
    """What a host asks for."""
    return {"locale": locale, "mode": mode, "assets_url": site.ASSETS, "form": FORM, **more}


def look_at(
    browser: Any, looks: Looks, where: str, address: str, *, ours: bool = True, wide: bool = True
) -> None:
    """Look at both tabs of a page, on a telephone and, if ``wide``, at a desk."""
    page = browser.new_page()
    look = Look(page, looks, where, ours)
    look.open(address)
    for tab in ("info", "usage"):
        page.locator(f".puqz-tab-{tab}").click()
        for width in (DESK, TELEPHONE) if wide else (TELEPHONE,):
            page.set_viewport_size({"width": width, "height": 900})
            look.look(f"{where}, {tab}, {width}")
    page.close()


@pytest.mark.parametrize("locale", ["pl", "en"])
@pytest.mark.parametrize("state", STATES)
def test_each_state_in_each_skin(
    browser: Any, served: site.Site, sold: Sold, looks: Looks, state: str, locale: str
) -> None:
    """Both modes, both tabs, at a desk and on a telephone."""
    draw = STATES[state](sold)
    for mode in ("embedded", "full"):
        fragment = draw(asked(locale, mode))
        for skin in site.SKINS:
            where = f"{skin}, {state}, {locale}, {mode}"
            look_at(browser, looks, where, served.put(site.page(skin, locale, fragment)))

    assert looks.found == []


@pytest.mark.parametrize("state", RARE)
def test_rarer_states(
    browser: Any, served: site.Site, sold: Sold, looks: Looks, state: str
) -> None:
    """Other models, long tables, hostile names, and nothing known at all."""
    fragment = RARE[state](sold)(asked())
    for skin in ("Bootstrap 3", "Bootstrap 5, dark"):
        where = f"{skin}, {state}"
        look_at(browser, looks, where, served.put(site.page(skin, "pl", fragment)))

    assert looks.found == []


def shown(page: Any) -> list[bool]:
    """Whether each of the two tabs' contents can be seen."""
    return [page.locator(f".puqz-panel-{tab}").is_visible() for tab in ("info", "usage")]


@pytest.mark.parametrize("skin", site.SKINS)
def test_tabs_by_keyboard(browser: Any, served: site.Site, sold: Sold, skin: str) -> None:
    """Reached by Tab, changed by arrows, with the focus to be seen; then on into what is shown."""
    page = browser.new_page()
    page.goto(served.put(site.page(skin, "pl", empty(sold)(asked()))))
    focused = "document.activeElement.id"
    for _ in range(5):
        page.keyboard.press("Tab")
        if page.evaluate(focused) == "puqz-42-tab-info":
            break
    assert page.evaluate(focused) == "puqz-42-tab-info"
    assert shown(page) == [True, False]

    page.keyboard.press("ArrowRight")
    outline = page.evaluate("getComputedStyle(document.querySelector('.puqz-tab-usage')).outline")

    assert shown(page) == [False, True]
    assert "solid 3px" in outline
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.puqz-panel').id") == "puqz-42-usage"
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("ArrowLeft")
    assert shown(page) == [True, False]
    page.close()


def test_the_host_can_open_the_second_tab(browser: Any, served: site.Site, sold: Sold) -> None:
    """By a link of its own, as in a menu beside the page."""
    page = browser.new_page()
    page.goto(served.put(site.page("Bootstrap 4", "pl", normal(sold)(asked(page="usage")))))

    assert shown(page) == [False, True]
    page.close()


@pytest.mark.parametrize("without", ["style sheets", "a screen"])
def test_both_tabs_show(browser: Any, served: site.Site, sold: Sold, without: str) -> None:
    """Where nothing can be clicked, nothing is hidden."""
    page = browser.new_page()
    page.goto(served.put(site.page("Bootstrap 5", "pl", empty(sold)(asked()))))
    if without == "a screen":
        page.emulate_media(media="print")
    else:
        page.evaluate("[...document.styleSheets].forEach(sheet => sheet.disabled = true)")

    assert shown(page) == [True, True]
    assert page.get_by_role("heading", name="Informacja o serwerze").is_visible()
    assert page.get_by_role("heading", name="Wykorzystanie zasobów").is_visible()
    page.close()


def texts(page: Any, where: str) -> list[str]:
    """What a reader sees at each place."""
    return [str(text) for text in page.locator(where).all_inner_texts()]


@pytest.mark.parametrize("skin", site.SKINS)
def test_hostile_names_show_as_text(
    browser: Any, served: site.Site, sold: Sold, looks: Looks, skin: str
) -> None:
    """Whole, in the table and in the second tab, and they do nothing."""
    page = browser.new_page()
    Look(page, looks, skin).open(served.put(site.page(skin, "pl", hostile(sold)(asked()))))
    names: Sequence[str] = sorted(HOSTILE)

    assert sorted(texts(page, ".puqz-cards tbody th bdi:visible")) == names
    page.locator(".puqz-tab-usage").click()
    assert sorted(texts(page, ".puqz-name bdi")) == names
    assert page.locator("[role=alert] strong").inner_text() == HOSTILE[0]
    assert looks.found == []
    page.close()


@pytest.mark.parametrize("skin", site.SKINS)
def test_the_narrowest_page(browser: Any, served: site.Site, sold: Sold, skin: str) -> None:
    """320 pixels are a desk's page at 400 % (WCAG 2.2, 1.4.10 Reflow); nothing is centred."""
    page = browser.new_page(viewport={"width": 320, "height": 700})
    look = Look(page, looks := Looks(), skin)
    look.open(served.put(site.page(skin, "pl", over_quota(sold)(asked()))))
    for tab in ("info", "usage"):
        page.locator(f".puqz-tab-{tab}").click()
        look.sticking_out(f"{skin}, {tab}")

    assert looks.found == []
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.puqz dd')).textAlign") == "start"
    )
    page.close()


BAD = """
<div class="puqz" style="color: red">
<script>alert(1)</script>
<img src="https://foreign.example/pixel.png">
<p class="alert-light">…</p>
<table class="puqz-table"><tbody><tr><td>{}</td></tr></tbody></table>
</div>
"""


def test_what_is_wrong_is_found(browser: Any, served: site.Site) -> None:
    """A fragment with one of each: no look may pass it."""
    page = browser.new_page(viewport={"width": 320, "height": 700})
    look = Look(page, looks := Looks(), "bad")
    look.open(served.put(site.page("Bootstrap 5", "en", BAD.format("&nbsp;x" * 200))))
    look.look("bad")
    page.close()

    assert {kind for kind, _ in looks.found} >= {
        "console errors", "foreign requests", "CSP violations", "axe violations", "sticking out",
    }  # fmt: skip
