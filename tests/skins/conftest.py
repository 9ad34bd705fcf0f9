"""A browser, the pages it is shown, and services in the states of `states`."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator

from ..conftest import Hook, Params
from . import site
from .look import COUNTED, Look
from .states import Sold

#: what the browser must not do by itself
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)  # fmt: skip


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium without a window."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs the extra [browser]")
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("needs Chromium")
    needed = [site.PACKAGES / "axe-core", *(skin.sheet for skin in site.SKINS.values())]
    if not all(path.exists() for path in needed):
        pytest.skip(f"needs Bootstrap and axe-core in {site.PACKAGES}")
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=chromium, args=QUIET)
        yield running
        running.close()


@pytest.fixture(scope="session")
def served(browser: Any) -> Iterator[site.Site]:
    """The host's pages."""
    with site.serve() as served:
        yield served


@pytest.fixture
def sold(hook: Hook, params: Params, runtime: Runtime, simulator: Simulator) -> Sold:
    """A service that was ordered, and nothing more."""
    return Sold(hook, params, runtime, simulator)


@pytest.fixture
def look(browser: Any, record_property: Any) -> Iterator[Look]:
    """A page of the browser; what it found has its place in the line at the end of the run."""
    page = browser.new_page()
    look = Look(page)
    yield look
    page.close()
    record_property("skins", look.figures())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many pages were looked at, in every process of the run, and what was found."""
    total: Counter[str] = Counter()
    for report in terminalreporter.getreports(""):  # those of set-ups and tear-downs
        total.update(dict(report.user_properties).get("skins", {}))
    if total["pages"]:
        figures = ", ".join(f"{total[kind]:,} {kind}" for kind in ("pages", *COUNTED))
        terminalreporter.write_line(f"skins: {figures}")
