"""A private server's customer changes its settings in a browser that runs no script."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from puq_zimbra.settings.table import BY_KEY
from puq_zimbra.simulator import Simulator

from ..conftest import Hook
from ..models.conftest import laid_over
from ..selfservice.conftest import Customer
from ..settings.conftest import PRIVATE
from ..settings.values import BAD, GOOD, held
from . import live, site


@pytest.fixture
def customer(hook: Hook, compiled: None) -> Customer:
    """The customer of a private server that was made."""
    private = laid_over(hook, PRIVATE)
    assert private("create").code == "created"
    return Customer(private)


@pytest.fixture
def page(browser: Any, served: site.Site, customer: Customer) -> Iterator[Any]:
    """His page of settings."""
    context = browser.new_context(java_script_enabled=False)
    context.set_default_timeout(10_000)
    with live.host(served, customer, "pl") as pages:
        page = context.new_page()
        page.goto(f"{pages}settings")
        yield page
        context.close()


def typed(page: Any, action: str, values: dict[str, str]) -> None:
    """Fill in settings, and send their form."""
    form = page.locator(live.of(action))
    for key, text in values.items():
        control = form.locator(f"[name=set_{key}]")
        if control.evaluate("one => one.tagName") == "SELECT":
            control.select_option(text)
        else:
            control.fill(text)
    sent(page, action)


def sent(page: Any, action: str) -> None:
    """Press the button of a form that people see."""
    with page.expect_navigation():
        page.locator(f"{live.of(action)} [type=submit]:not([tabindex='-1'])").last.click()


def test_settings_are_changed_read_back_and_undone(
    page: Any, customer: Customer, simulator: Simulator
) -> None:
    """All of them at once; refused out of range, and in the hands of another customer."""
    before = {key: held(simulator, key) for key in GOOD}
    simulator.reset_log()
    address = page.url
    out_of_range = {
        key: texts[-1] for key, texts in BAD.items()
        if key not in ("default_class", "forwarding")  # which are chosen from a list
    }  # fmt: skip
    typed(page, "preview_settings", out_of_range)
    wrong = page.locator("[aria-invalid=true]").evaluate_all("all => all.map(one => one.name)")
    assert len(out_of_range) >= 20
    assert set(wrong) == {f"set_{key}" for key in out_of_range}

    page.goto(address)
    typed(page, "preview_settings", {key: text for key, (text, _) in GOOD.items()})
    assert page.locator("tbody tr").count() == len(GOOD) >= 20
    customer.id = "8"
    sent(page, "change_settings")
    assert simulator.writes() == []
    customer.id = "7"
    page.go_back()
    sent(page, "change_settings")
    for key, (_, kept) in GOOD.items():
        assert sorted(held(simulator, key)) == sorted(kept), key
        assert page.locator(f"[name=set_{key}]").count() == 1, BY_KEY[key].label

    sent(page, "undo_settings")
    assert {key: held(simulator, key) for key in GOOD} == before
