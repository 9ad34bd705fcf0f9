"""The module as WHMCS has it: in PHP, with `$params`, over each way to the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from puq_zimbra.simulator import TlsFiles

from ..conftest import Params
from ..mariadb import MariaDb, if_installed
from .door import opened, signed
from .engine import Engine
from .hosting import Hosting, made
from .php import PHP, Module, command, configured
from .service import serving

Start = Callable[..., Module]


@pytest.fixture(autouse=True)
def _needs_php() -> None:
    if PHP is None:
        pytest.skip("there is no PHP with its extensions")


@pytest.fixture
def whmcs_params(params: Params, tls: TlsFiles) -> Params:
    """``$params`` of a service, as WHMCS hands them to a function."""
    host, _, port = params["server"]["url"].split("/")[2].partition(":")
    return {
        "serviceid": 42,
        "userid": 7,
        "pid": 3,
        "serverid": 1,
        "domain": "firma.example",
        "username": "firmaexa",
        "password": "First-Pass-1",
        "producttype": "other",
        "moduletype": "puqzimbra",
        "server": True,
        "serverip": "192.0.2.10",
        "serverhostname": host,
        "serverport": port,
        "serversecure": True,
        "serverusername": "admin@example.test",
        "serverpassword": "test123",
        "serveraccesshash": f"ca_file={tls.ca_file}\r\ninstallation=crm.example\r\n",
        "configoption1": "domain",
        "configoption2": "business",
        "configoption3": "25",
        "configoption5": "51200",
        "configoption10": "delete",
        "clientsdetails": {"firstname": "Anna", "language": "english", "email": "anna@crm.example"},
        "customfields": {},
        "configoptions": {},
    }


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start PHP with the module, `config.php` as given."""
    started: list[Module] = []

    def run(**settings: str) -> Module:
        folder = configured(tmp_path / f"module{len(started)}" / "puqzimbra", **settings)
        started.append(Module(folder))
        return started[-1]

    yield run
    for module in started:
        module.close()


@pytest.fixture
def engine(start: Start, whmcs_params: Params) -> Iterator[Engine]:
    """The module with an engine that says what a test wants."""
    engine = Engine(start(), whmcs_params)
    with opened(lambda request: signed(request, engine.answer)) as engine.door:
        yield engine


@pytest.fixture(scope="session")
def maria(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaDb | None]:
    """A MariaDB for all tests of this process, if there is one."""
    yield from if_installed(tmp_path_factory)


@pytest.fixture(params=["sqlite", "mysql"])
def hosting(
    request: pytest.FixtureRequest, maria: MariaDb | None, tmp_path: Path
) -> Iterator[Hosting]:
    """WHMCS's table of services."""
    database = tmp_path / "whmcs.sqlite" if request.param == "sqlite" else maria
    if database is None:
        pytest.skip("there is no MariaDB")
    with made(database) as hosting:
        yield hosting


@pytest.fixture
def over_service(start: Start, service: str) -> Module:
    """The module with the engine as a service, named in config.php."""
    return start(**dict(line.split("=", 1) for line in service.split()))


@pytest.fixture
def over_command(start: Start, settings: str, tmp_path: Path) -> Module:
    """The module with the engine as a command."""
    program = command(Path(settings), tmp_path / "engine")
    return start(engine="command", program=str(program))


@pytest.fixture
def service(settings: str, compiled_pages: Path, compiled: None) -> Iterator[str]:
    """The engine as a service: the lines of the Access Hash that reach it."""
    with serving(settings) as lines:
        yield lines
