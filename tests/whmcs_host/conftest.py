"""A billing host with our module, the engine behind it, and a simulated Zimbra behind that.

Real sockets, processes and TLS in between; the one thing that is not as in production is Zimbra.
Without PHP (apt-get install php-cli php-curl php-mysql php-sqlite3 php-xml php-mbstring) the tests
are skipped. MariaDB (mariadb-server-core) is used when it is there, else SQLite.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from puq_zimbra.simulator import Simulator, TlsFiles

from ..mariadb import MariaDb, if_installed
from .engines import CommandLine, Engine, Service, config_file
from .host import Client, Host
from .life import CLIENT, SERVER_PASSWORD, Life, install

NEEDED = {"curl", "mbstring", "pdo_mysql", "pdo_sqlite", "sodium"}


@pytest.fixture(scope="session")
def php() -> None:
    """PHP with what the module and the host need."""
    if not shutil.which("php"):
        pytest.skip("there is no PHP")
    listed = subprocess.run(["php", "-m"], capture_output=True, text=True, check=True).stdout
    if missing := NEEDED - set(listed.lower().split()):
        pytest.skip(f"PHP has no {', '.join(sorted(missing))}")


@pytest.fixture(scope="session")
def maria(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaDb | None]:
    """A MariaDB for all tests of this process, if there is one."""
    yield from if_installed(tmp_path_factory)


@pytest.fixture
def database(request: pytest.FixtureRequest, maria: MariaDb | None, tmp_path: Path) -> str:
    """PDO's name of the host's own empty database."""
    kind = getattr(request, "param", "MariaDB" if maria else "SQLite")
    if kind == "SQLite":
        return f"sqlite:{tmp_path}/host.db"
    if maria is None:
        pytest.skip("there is no MariaDB")
    return maria.new()


@pytest.fixture
def simulator() -> Simulator:
    """A Zimbra with the products' classes of service, and somebody else's domain."""
    simulator = Simulator(domain="example.test", admin_password=SERVER_PASSWORD)
    simulator.create_cos("business")
    simulator.create_cos("starter")
    simulator.create_domain("somebody-else.example")
    simulator.create_account("user@somebody-else.example", "Untouched-1")
    simulator.reset_log()
    return simulator


#: an engine that does one thing at a time, and lets nothing wait
NARROW = "[http]\nworkers = 1\nwaiting = 0\n"


@pytest.fixture(params=["http", "command"])
def engine(
    request: pytest.FixtureRequest, php: None, tmp_path: Path, compiled_pages: Path
) -> Iterator[Engine]:
    """The engine, reached in each way."""
    command = request.param == "command"
    if command and request.config.getoption("--faults") == "sample":
        pytest.skip("with --faults=part or all: each call starts processes, a page has seconds")
    (tmp_path / "state").mkdir(mode=0o700)
    (tmp_path / "state" / "templates").symlink_to(compiled_pages)
    config = config_file(tmp_path, NARROW if request.param == "busy http" else "")
    made: Engine = CommandLine(tmp_path, config) if command else Service(tmp_path, config)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def life(
    engine: Engine,
    database: str,
    running: Any,
    tls: TlsFiles,
    simulator: Simulator,
    tmp_path: Path,
) -> Iterator[Life]:
    """A service that was ordered and is not paid."""
    host = Host(tmp_path, database)
    host.configure(**engine.settings)
    install(host, running, engine.access_hash)
    with host.serve() as address:
        client = Client(address, CLIENT, tls.ca_file)
        yield Life(host, client, simulator)
        client.session.close()
