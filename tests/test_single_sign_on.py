"""Single sign-on: what the link opens, and that a suspension ends it at once.

Zimbra ends a log-in made by DelegateAuth neither when a domain is locked nor when it is closed; a
raised zimbraAuthTokenValidityValue does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from puq_zimbra.simulator import Simulator, TlsFiles
from puq_zimbra.simulator.chaos import Plan

from .conftest import Hook
from .models.conftest import MAILBOX, SERVER, laid_over
from .zimbra_state import GRACE, STAMP, foreign_names


@pytest.fixture
def browser(tls: TlsFiles) -> Iterator[requests.Session]:
    """A customer's browser."""
    with requests.Session() as session:
        session.trust_env = False
        session.verify = str(tls.ca_file)
        yield session


def after_the(simulator: Simulator, name: str, act: Callable[[], None]) -> None:
    """Let somebody else do something in Zimbra right after each request of that name."""

    class Log(list[Any]):
        def append(self, call: Any) -> None:
            super().append(call)
            if call.name == name:
                act()

    simulator._calls.calls = Log()


def is_inside(browser: requests.Session, running: Any) -> bool:
    """Whether the webmail still knows who it is."""
    page = browser.get(running.user_url.replace("/service/soap", "/mail"), timeout=5)
    return "logged in as" in page.text


#: what shuts a service, of each model
SHUTTING = [
    *(("suspend", {"suspend_mode": mode}) for mode in ("locked", "maintenance", "closed")),
    ("terminate", GRACE),
    ("terminate", {"terminate": {"mode": "keep"}}),
]
MODELS: dict[str, dict[str, Any]] = {"domain": {}, "mailbox": MAILBOX, "server": SERVER}


@pytest.fixture(params=MODELS)
def sold(request: pytest.FixtureRequest, hook: Hook, simulator: Simulator) -> Hook:
    """Call an event for a service of each model that is there."""
    if request.param == "mailbox":
        simulator.create_domain("poczta.example")
    called = laid_over(hook, MODELS[request.param])
    assert called("create").value["code"] == "created"
    return called


@pytest.mark.parametrize(("event", "plan"), SHUTTING)
def test_a_suspension_ends_the_session_at_once(
    sold: Hook, running: Any, browser: requests.Session, event: str, plan: dict[str, Any]
) -> None:
    """In any mode, and for good: the end of the suspension does not bring the session back."""
    browser.get(sold("sso_service").value["data"]["url"], timeout=5)
    unused = sold("sso_service").value["data"]["url"]
    before = is_inside(browser, running)
    assert sold(event, {"plan": plan}).value["code"] == "updated"
    during = is_inside(browser, running)
    browser.get(unused, timeout=5)
    by_the_link = is_inside(browser, running)
    assert sold("restore" if plan == GRACE else "unsuspend").value["code"] == "updated"
    after = is_inside(browser, running)

    assert (before, during, by_the_link, after) == (True, False, False, False)
    browser.get(sold("sso_service").value["data"]["url"], timeout=5)
    assert is_inside(browser, running)


@pytest.mark.parametrize("lost", ["ModifyDomainRequest", "ModifyAccountRequest"])
@pytest.mark.parametrize("skip", [0, 1])
def test_an_interrupted_suspension_ends_the_session_when_it_goes_on(
    hook: Hook, running: Any, simulator: Simulator, browser: requests.Session, lost: str, skip: int
) -> None:
    """The domain is shut already, but the customer is still inside: the retry must not miss it."""
    hook("create")
    browser.get(hook("sso_service").value["data"]["url"], timeout=5)
    simulator.chaos.add(Plan(lost, "fault", code="service.PERM_DENIED", skip=skip))
    first = hook("suspend").value["code"]
    simulator.chaos.clear()
    second, third = hook("suspend").value["code"], hook("suspend").value["code"]

    assert not is_inside(browser, running)
    interrupted = (lost, skip) != ("ModifyAccountRequest", 1)  # there is one account
    assert (first, second) == (
        ("misconfigured", "updated") if interrupted else ("updated", "unchanged")
    )
    assert third == "unchanged"
    assert foreign_names(simulator) == [
        "puq_zimbra.shut:locked", "puq_zimbra.was:active", STAMP,
    ]  # fmt: skip


def test_a_suspension_that_is_complete_signs_nobody_out_again(
    sold: Hook, simulator: Simulator
) -> None:
    """The host repeats it each day; staff who look into the mailbox stay in."""
    sold("suspend")
    simulator.reset_log()

    assert sold("suspend").value["code"] == "unchanged"
    assert simulator.writes() == []


def test_no_link_is_given_out_when_the_suspension_came_between(
    hook: Hook, simulator: Simulator
) -> None:
    """Its token was made after the others were ended, so nothing would end it."""
    hook("create")
    domain = simulator.domain("firma.example")

    def act() -> None:
        domain.attrs["zimbraForeignName"].append("puq_zimbra.was:active")

    after_the(simulator, "DelegateAuthRequest", act)
    answer = hook("sso_service").value

    assert answer["code"] == "refused"
    assert "data" not in answer or "url" not in answer["data"]


def test_a_suspension_that_zimbra_did_not_keep_whole_is_none(
    hook: Hook, simulator: Simulator
) -> None:
    """The word that asks for the end of the sessions is there again: the host is to retry."""
    hook("create")
    domain = simulator.domain("firma.example")

    def act() -> None:
        if "puq_zimbra.sign_out" not in domain.attrs["zimbraForeignName"]:
            domain.attrs["zimbraForeignName"].append("puq_zimbra.sign_out")

    after_the(simulator, "ModifyDomainRequest", act)

    assert hook("suspend").value["code"] == "conflict"


@pytest.mark.parametrize("value", ["-5", "2147483647", "12", None])
def test_whatever_the_customers_administrator_wrote_the_session_ends(
    hook: Hook, running: Any, simulator: Simulator, browser: requests.Session, value: str | None
) -> None:
    """The value that we raise is one that he may write."""
    hook("create")
    account = simulator.account("admin@firma.example")
    account.put("zimbraAuthTokenValidityValue", *([value] if value else []))
    browser.get(hook("sso_service").value["data"]["url"], timeout=5)
    before = is_inside(browser, running)
    hook("suspend")

    assert (before, is_inside(browser, running)) == (True, False)


def test_a_suspension_does_not_need_the_administrator(hook: Hook, simulator: Simulator) -> None:
    """A customer who deleted him is suspended all the same."""
    hook("create")
    simulator.state.directory.remove(simulator.account("admin@firma.example"))

    assert hook("suspend").value["code"] == "updated"
    assert hook("suspend").value["code"] == "unchanged"


def test_a_dry_run_tells_the_end_of_the_session(hook: Hook, simulator: Simulator) -> None:
    """All that the suspension writes, in its order."""
    hook("create")
    told = hook("suspend", dry_run=True).value["data"]["changes"]
    simulator.reset_log()
    hook("suspend")

    assert [one["object"] for one in told] == [
        "firma.example", "admin@firma.example", "firma.example",
    ]  # fmt: skip
    assert told[1]["attributes"] == {"zimbraAuthTokenValidityValue": "0"}
    assert len(simulator.writes()) == len(told)


def test_a_link_opens_once(hook: Hook, browser: requests.Session) -> None:
    """One that was left in a history or a log opens nothing."""
    hook("create")
    url = hook("sso_service").value["data"]["url"]
    first = browser.get(url, timeout=5, allow_redirects=False)
    second = browser.get(url, timeout=5, allow_redirects=False)

    assert (first.status_code, second.status_code) == (302, 400)
