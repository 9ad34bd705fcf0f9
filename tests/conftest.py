"""What the tests stand on: a simulated Zimbra over real TLS, and hooks called as a host calls them.

Nothing of ours is replaced by a stand-in: the one fake is the Zimbra at the other end of the wire.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import stamina
from puq_zimbra.hooks.dispatch import Answer, dispatch
from puq_zimbra.hooks.runtime import Runtime

from puq_zimbra.billing import plain
from puq_zimbra.config import Config
from puq_zimbra.simulator import Simulator, TlsFiles, make_tls
from puq_zimbra.zimbra.client import Zimbra

from .faults.figures import table

Params = dict[str, Any]
Hook = Callable[..., Answer]


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Repeat requests without waiting."""
    with stamina.set_testing(True, attempts=10, cap=True):
        yield


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> TlsFiles:
    """One certificate for all simulated servers."""
    return make_tls("mail.example.test", tmp_path_factory.mktemp("tls"))


@pytest.fixture
def simulator() -> Simulator:
    """A fresh Zimbra with the classes of service that the plans name."""
    simulator = Simulator(domain="example.test", admin_password="test123")
    simulator.create_cos("business")
    simulator.create_cos("starter", zimbraMailQuota="1073741824")
    simulator.reset_log()
    return simulator


@pytest.fixture
def running(simulator: Simulator, tls: TlsFiles) -> Iterator[Any]:
    """The simulated Zimbra behind real sockets and TLS."""
    with simulator.serve(tls, admin_port=0, user_port=0) as server:
        yield server


@pytest.fixture
def params(running: Any, tls: TlsFiles) -> Params:
    """A whole call of the host ``plain``."""
    return order(
        {
            "url": running.admin_url,
            "tls": {"ca_file": str(tls.ca_file)},
            "webmail_url": running.user_url.replace("/service/soap", ""),
        }
    )


def order(server: Params) -> Params:
    """A whole call of the host ``plain`` for a simulated server."""
    return {
        "installation": "crm.example",
        "locale": "en",
        "server": {
            "username": "admin@example.test",
            "password": "test123",
            "hostname": "mail.example.test",
            "ip": "192.0.2.10",
            **server,
        },
        "service": {
            "id": "42",
            "model": "domain",
            "domain": "firma.example",
            "plan": {
                "cos": "business",
                "mailboxes": 25,
                "mailbox_quota": 5 * 2**30,
                "domain_quota": 50 * 2**30,
            },
            "admin": {"name": "admin", "password": "First-Pass-1"},
        },
        "billing": {
            "registered": "2026-01-05",
            "recurring_amount": "49.00",
            "currency": "PLN",
            "cycle": "monthly",
            "next_due": "2026-12-05",
            "payment_method": "Przelew",
        },
    }


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Settings with a store of their own."""
    return Config.model_validate({"store": {"dir": str(tmp_path / "state")}})


@pytest.fixture
def runtime(config: Config) -> Iterator[Runtime]:
    """A process's runtime."""
    runtime = Runtime(config)
    yield runtime
    runtime.close()


@pytest.fixture
def zimbra(params: Params) -> Iterator[Zimbra]:
    """What somebody else does to the same Zimbra, as its administrator."""
    client = Zimbra(plain.validate(params).given_server)
    yield client
    client.close()


@pytest.fixture
def hook(runtime: Runtime, params: Params) -> Hook:
    """Call an event of the host ``plain``; keyword arguments are laid over the whole call."""

    def call(event: str, _host: str = "plain", **changes: Any) -> Answer:
        given = copy.deepcopy(params)
        lay_over(given, changes)
        return dispatch(_host, event, given, runtime)

    return call


def lay_over(given: Params, changes: Params) -> None:
    """Merge nested changes; None takes a key away."""
    for key, value in changes.items():
        if isinstance(value, dict) and isinstance(given.get(key), dict):
            lay_over(given[key], value)
        elif value is None:
            given.pop(key, None)
        else:
            given[key] = value


@pytest.fixture
def log_fields(caplog: pytest.LogCaptureFixture) -> Callable[[], list[dict[str, Any]]]:
    """The fields of the log's lines so far."""
    caplog.set_level(logging.INFO, logger="puq_zimbra")
    return lambda: [vars(record).get("fields", {}) for record in caplog.records]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let `make faults` run all of tests/faults, and anybody another sample of it."""
    parser.addoption(
        "--faults",
        choices=("sample", "part", "all"),
        default="sample",
        help="how much of tests/faults is run",
    )
    parser.addoption("--seed", type=int, default=1, help="which sample of tests/faults")


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say what became of the faults."""
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    lines = table(each for report in reports for each in report.user_properties)
    if lines:
        how_much, seed = config.getoption("--faults"), config.getoption("--seed")
        terminalreporter.section(f"faults: {how_much}, seed {seed}")
        for line in lines:
            terminalreporter.write_line(line)
