"""Single sign-on: what the link opens, and for how long a suspended customer may still be inside.

Zimbra ends a log-in made by DelegateAuth neither when a domain is locked nor when it is closed, so
the bound is the token's own end: `[limits] sso_seconds`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from puq_zimbra.simulator import Simulator, TlsFiles

from .conftest import Hook

#: `[limits] sso_seconds`, as the README states it
BOUND = 900


@pytest.fixture
def clock() -> dict[str, float]:
    """The simulated Zimbra's own time, in seconds."""
    return {"now": 1_800_000_000.0}


@pytest.fixture
def simulator(clock: dict[str, float]) -> Simulator:
    """A Zimbra whose time stands until a test moves it."""
    simulator = Simulator(
        domain="example.test", admin_password="test123", clock=lambda: clock["now"]
    )
    simulator.create_cos("business")
    return simulator


@pytest.fixture
def browser(tls: TlsFiles) -> Iterator[requests.Session]:
    """A customer's browser."""
    with requests.Session() as session:
        session.trust_env = False
        session.verify = str(tls.ca_file)
        yield session


def is_inside(browser: requests.Session, running: Any) -> bool:
    """Whether the webmail still knows who it is."""
    page = browser.get(running.user_url.replace("/service/soap", "/mail"), timeout=5)
    return "admin@firma.example" in page.text


@pytest.mark.parametrize("mode", ["locked", "closed"])
def test_a_suspended_customer_is_outside_once_the_bound_has_passed(
    hook: Hook, running: Any, clock: dict[str, float], browser: requests.Session, mode: str
) -> None:
    """The link opens the mailbox, the suspension leaves it open, the token's end shuts it."""
    hook("create")
    browser.get(hook("sso_service").value["data"]["url"], timeout=5)
    before = is_inside(browser, running)
    hook("suspend", service={"plan": {"suspend_mode": mode}})
    clock["now"] += BOUND - 1
    within = is_inside(browser, running)
    clock["now"] += 2

    assert (before, within) == (True, True)
    assert not is_inside(browser, running)


def test_maintenance_ends_the_session_at_once(
    hook: Hook, running: Any, browser: requests.Session
) -> None:
    """For a provider who cannot wait for the bound."""
    hook("create")
    browser.get(hook("sso_service").value["data"]["url"], timeout=5)
    hook("suspend", service={"plan": {"suspend_mode": "maintenance"}})

    assert not is_inside(browser, running)


def test_a_link_opens_once(hook: Hook, browser: requests.Session) -> None:
    """One that was left in a history or a log opens nothing."""
    hook("create")
    url = hook("sso_service").value["data"]["url"]
    first = browser.get(url, timeout=5, allow_redirects=False)
    second = browser.get(url, timeout=5, allow_redirects=False)

    assert (first.status_code, second.status_code) == (302, 400)
