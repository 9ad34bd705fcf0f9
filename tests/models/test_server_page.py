"""The page of a private server: what Zimbra tells of its machines, and when it does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from lxml import html

from puq_zimbra.config import Config
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator
from puq_zimbra.simulator.chaos import Plan
from puq_zimbra.simulator.handlers import monitoring

from ..conftest import Hook

ASKED = ["GetServiceStatusRequest", "GetLoggerStatsRequest", "GetLoggerStatsRequest"]
DAEMONS = "does not say which of its services run"
LOADS = "does not say how busy its machines are"
DISKS = "does not say how full the disks are"

Text = Callable[[], str]


@pytest.fixture
def page(server: Hook) -> Text:
    """The words of a sold server's page."""
    assert server("create").value["code"] == "created"

    def text() -> str:
        answer = server("client_area")
        assert answer.value["code"] == "unchanged"
        element: Any = html.fromstring(answer.value["html"])
        return " ".join(element.text_content().split())

    return text


@pytest.fixture
def logging(simulator: Simulator) -> Simulator:
    """A Zimbra whose logger runs."""
    monitoring.enable(simulator.state)
    return simulator


@pytest.fixture
def hasty(runtime: Runtime, config: Config) -> None:
    """Settings that give the machines a second."""
    limits = {"limits": {"machine_seconds": 1.0}}
    runtime.settings = Config.model_validate(config.model_dump() | limits)


def asked(simulator: Simulator) -> list[str]:
    """The requests about machines, in their order."""
    return [call.name for call in simulator.log if call.name in ASKED]


def test_the_page_shows_what_zimbra_tells(page: Text, logging: Simulator) -> None:
    """Each daemon, the processors' day, memory and disks, for three requests."""
    logging.state.stopped.add(("mail.example.test", "mailbox"))
    logging.reset_log()
    text = page()

    assert "1 service does not run" in text
    assert "mailboxmail.example.testdoes not run" in text
    assert "Machine mail.example.test" in text
    assert "Processors over the last 24 hours" in text
    assert "of 7.79 GB" in text
    assert "/dev/sdb1" in text
    assert "of 492.03 GB" in text
    assert "does not say" not in text
    assert asked(logging) == ASKED


def test_without_a_logger_host_the_page_says_so(page: Text, simulator: Simulator) -> None:
    """As Zimbra is installed by default; its refusal, a FAILURE, is not asked for twice."""
    simulator.reset_log()
    text = page()

    assert DAEMONS in text
    assert LOADS in text
    assert asked(simulator) == ASKED


def test_a_logger_that_is_switched_off_says_nothing(page: Text, logging: Simulator) -> None:
    """A note instead of figures."""
    entry = logging.state.directory.servers["mail.example.test"]
    enabled = [name for name in entry.attrs["zimbraServiceEnabled"] if name != "logger"]
    entry.put("zimbraServiceEnabled", *enabled)
    text = page()

    assert DAEMONS in text
    assert LOADS in text


@pytest.mark.parametrize(
    "plan",
    [
        Plan("GetLoggerStatsRequest", "fault", code="service.FAILURE"),
        Plan("GetLoggerStatsRequest", "fault", code="service.PERM_DENIED"),
        Plan("GetLoggerStatsRequest", "fault", code="service.UNKNOWN_DOCUMENT"),
        Plan("GetLoggerStatsRequest", "http", status=503),
        Plan("GetLoggerStatsRequest", "drop"),
        Plan("GetLoggerStatsRequest", "mangle", True, how="truncated"),
        Plan("GetLoggerStatsRequest", "mangle", True, how="empty"),
        Plan("GetServiceStatusRequest", "fault", code="service.FAILURE"),
        Plan("GetServiceStatusRequest", "drop"),
    ],
    ids=lambda plan: f"{plan.name} {plan.kind} {plan.code}{plan.how}",
)
def test_what_fails_costs_its_own_part_alone(page: Text, logging: Simulator, plan: Plan) -> None:
    """The rest is shown, nothing is asked twice, and the page is drawn."""
    logging.reset_log()
    logging.chaos.add(plan)
    text = page()
    load_failed = plan.name == "GetLoggerStatsRequest"

    assert (DAEMONS in text) is not load_failed
    assert ("does not say how busy the processors were" in text) is load_failed
    assert LOADS not in text
    assert "/dev/sdb1" in text
    assert "admin@firma.example" in text
    # What is broken before Zimbra looks at it is not in its log; asked twice, it would be.
    unseen = [plan.name] if plan.kind in ("http", "drop") else []
    assert sorted(asked(logging) + unseen) == sorted(ASKED)


@pytest.mark.parametrize("stalls", [1, 2, 3])
def test_a_slow_logger_is_not_waited_for(
    hasty: None, page: Text, logging: Simulator, stalls: int
) -> None:
    """All three together have so many seconds; what came before they were over is shown."""
    name = ASKED[stalls - 1]
    logging.chaos.add(Plan(name, "delay", seconds=2.5, skip=1 if stalls == 3 else 0))
    logging.reset_log()
    text = page()

    assert (DAEMONS in text) is (stalls == 1)
    assert (LOADS in text) is (stalls < 3)
    assert (DISKS in text) is (stalls == 3)
    assert "admin@firma.example" in text


@pytest.mark.parametrize(
    "values",
    [
        '<values t="1"><stat name="id" value="x"/></values>',
        '<values t="soon"><stat name="id" value="1"/></values>',
        '<values><stat name="id" value="1"/></values>',
        '<values t="99999999999999999999"><stat name="id" value="1"/></values>',
        '<values t="1"><stat name="id" value="1e999"/><stat name="MemTotal" value="nan"/></values>',
        '<values t="1"><stat name="MemTotal" value="1"/><stat name="MemFree" value="9"/></values>',
        '<values t="1"><stat name="id"/></values>',
        "",
    ],
)
def test_figures_that_make_no_sense_are_none(page: Text, logging: Simulator, values: str) -> None:
    """Blank, without a time, not a number, more free than there is."""
    body = (
        '<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope"><soap:Body>'
        '<GetLoggerStatsResponse xmlns="urn:zimbraAdmin"><hostname hn="m.example">'
        f'<stats name="vm.csv">{values}</stats></hostname></GetLoggerStatsResponse>'
        "</soap:Body></soap:Envelope>"
    )
    logging.http_next("GetLoggerStatsRequest", 200, body.encode(), "text/xml", times=2)
    text = page()

    assert "admin@firma.example" in text
    assert LOADS in text or "does not say how much memory is in use" in text
    assert "does not say how busy" in text


@pytest.mark.parametrize("model", ["domain", "mailbox"])
def test_shared_machines_are_not_asked_about(
    hook: Hook, mailbox: Hook, logging: Simulator, model: str
) -> None:
    """Other customers are on them."""
    sold = hook if model == "domain" else mailbox
    sold("create")
    answer = sold("client_area")

    assert answer.value["ok"]
    assert asked(logging) == []
    assert "Services of Zimbra" not in answer.value["html"]


def test_an_unreachable_zimbra_is_not_asked_about_its_machines(
    page: Text, server: Hook, logging: Simulator
) -> None:
    """The page says that no answer comes; waiting once more would not help."""
    page()
    logging.reset_log()
    logging.drop_next("GetDomainRequest", times=9)
    text = page()

    assert "gives no answer just now" in text
    assert DAEMONS in text
    assert asked(logging) == []
