"""What the tests stand on: a simulated Zimbra over real TLS, and hooks called as a host calls them.

Nothing of ours is replaced by a stand-in: the one fake is the Zimbra at the other end of the wire.
"""

from __future__ import annotations

import copy
import io
import logging
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
import stamina

from puq_zimbra.billing import plain
from puq_zimbra.cli import main
from puq_zimbra.config import Config, Limits
from puq_zimbra.engine.dispatch import Answer, dispatch
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator, TlsFiles, make_tls
from puq_zimbra.zimbra.client import Zimbra

from . import databases
from .faults.figures import table

Params = dict[str, Any]
Hook = Callable[..., Answer]
LogIn = Callable[[str], bool]
#: The limits on what Zimbra is asked, lifted: tests/test_rate_limit.py tests them, and every other
#: test would only become slower by them.
NO_LIMITS = {"requests_per_second": 0, "concurrent_requests": 0, "page_seconds": 20}


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


@pytest.fixture
def whmcs_params(params: Params, tls: TlsFiles) -> Params:
    """``$params`` as the PHP side hands them on."""
    host, _, port = params["server"]["url"].split("/")[2].partition(":")
    return {
        "serviceid": "42",
        "userid": "7",
        "domain": "firma.example",
        "password": "First-Pass-1",
        "serverhostname": host,
        "serverport": port,
        "serverusername": "admin@example.test",
        "serverpassword": "test123",
        "serveraccesshash": f"ca_file={tls.ca_file}",
        "configoption2": "business",
        "configoption3": "25",
        "configoption5": "51200",
        "configoption10": "delete",
        "_puq": {"installation": "crm.example"},
    }


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
                "terminate": {"mode": "delete"},
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
def store_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """`[store]` with a store of its own, in each kind of database if the test is marked so."""
    yield from databases.settings(getattr(request, "param", "sqlite"), tmp_path / "state")


@pytest.fixture
def config(store_settings: dict[str, Any]) -> Config:
    """Settings with a store of their own."""
    return Config.model_validate({"store": store_settings, "limits": NO_LIMITS})


@pytest.fixture
def settings(config: Config, params: Params, tls: TlsFiles, tmp_path: Path) -> str:
    """A settings file that names the simulated server, and the same store."""
    secret = tmp_path / "password"
    secret.write_text("test123")
    secret.chmod(0o600)
    path = tmp_path / "puq-zimbra.toml"
    limits = "".join(f"{key} = {value}\n" for key, value in NO_LIMITS.items())
    path.write_text(
        f"{databases.toml(config)}[limits]\n{limits}"
        f'[servers.mail1]\nurl = "{params["server"]["url"]}"\n'
        f'username = "admin@example.test"\npassword_file = "{secret}"\nca_file = "{tls.ca_file}"\n'
    )
    return str(path)


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    status: int
    stdout: str
    stderr: str


Command = Callable[..., Done]


@pytest.fixture
def command(
    settings: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Run the command `puq-zimbra` with the settings, in this process; ``given`` is its input."""

    def run(*arguments: str, given: str | bytes = b"") -> Done:
        content = given.encode() if isinstance(given, str) else given
        monkeypatch.setattr(sys, "argv", ["puq-zimbra", "--config", settings, *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        captured = capsys.readouterr()
        return Done(int(ended.value.code or 0), captured.out, captured.err)

    return run


@pytest.fixture(scope="session")
def compiled_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the page's compiled templates."""
    return tmp_path_factory.mktemp("compiled")


@pytest.fixture(scope="session")
def compiled_pages(compiled_once: Path) -> Path:
    """The templates of the first page: a host waits for a page, not for its compilation."""
    from puq_zimbra.clientarea.render import _environment

    for name in ("frame.html", "macros.html", "forms.html", "status.html", "pages/overview.html"):
        _environment("pl", compiled_once).get_template(name)
    return compiled_once


@pytest.fixture
def compiled(config: Config, compiled_once: Path) -> None:
    """Templates as tests before compiled them, which takes longer than all the rest of a page."""
    folder = config.store_directory()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / "templates").symlink_to(compiled_once)


@pytest.fixture
def runtime(config: Config, compiled: None) -> Iterator[Runtime]:
    """A process's runtime."""
    runtime = Runtime(config)
    yield runtime
    runtime.close()


@pytest.fixture
def worker(settings: str) -> Iterator[Runtime]:
    """The runtime of `puq-zimbra work`: no host gives it a password."""
    runtime = Runtime(Path(settings))
    yield runtime
    runtime.close()


@pytest.fixture
def zimbra(params: Params) -> Iterator[Zimbra]:
    """What somebody else does to the same Zimbra, as its administrator."""
    client = Zimbra(plain.validate(params).zimbra_server, Limits(**NO_LIMITS))
    yield client
    client.close()


@pytest.fixture
def log_in(running: Any, tls: TlsFiles) -> LogIn:
    """Log in as the administrator does at the webmail; whether he is let in."""

    def call(password: str) -> bool:
        body = (
            '<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope"><soap:Body>'
            '<AuthRequest xmlns="urn:zimbraAccount">'
            '<account by="name">admin@firma.example</account>'
            f"<password>{password}</password></AuthRequest></soap:Body></soap:Envelope>"
        )
        answer = requests.post(running.user_url, body, verify=str(tls.ca_file), timeout=5)
        return answer.status_code == 200

    return call


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


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run tests marked `both_databases` on each kind of database."""
    marked = metafunc.definition.get_closest_marker("both_databases")
    if marked and "store_settings" in metafunc.fixturenames:
        metafunc.parametrize("store_settings", databases.KINDS, indirect=True)


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
