"""FOSSBilling with the product type: stubs of both lines, the real engine, a simulated Zimbra."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy import packages
from puq_zimbra.simulator import Simulator, TlsFiles

from ..conftest import Params
from ..http.serving import Service, a_secret
from ..whmcs.php import PHP, Module, Told
from .shop import PRODUCT, SMALL, Call

DRIVER = Path(__file__).parent / "product_driver.php"
LINES = ("0.7", "0.8")
LIMITS = "[limits]\nrequests_per_second = 0\nconcurrent_requests = 0\n"


@pytest.fixture(scope="module")
def mail_server() -> Simulator:
    """One Zimbra for all: each test sells a domain of its own."""
    simulator = Simulator(domain="example.test", admin_password="test123")
    simulator.create_cos("business")
    return simulator


@pytest.fixture(scope="module")
def access(
    mail_server: Simulator, tls: TlsFiles, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Params]:
    """The engine before it: a server of FOSSBilling by its line, for each an installation."""
    folder = tmp_path_factory.mktemp("engine")
    secrets, path = {line: a_secret() for line in LINES}, folder / "http-secret"
    path.write_text("".join(f"crm{line}.example {one}\n" for line, one in secrets.items()))
    path.chmod(0o600)
    settings = folder / "puq-zimbra.toml"
    http = f'[http]\nlisten = "127.0.0.1:0"\nsecret_file = "{path}"\n'
    settings.write_text(f'[store]\ndir = "{folder}/state"\n{LIMITS}{http}')
    with (
        mail_server.serve(tls, admin_port=0, user_port=0) as running,
        Service(settings) as service,
    ):
        host, _, port = running.admin_url.split("/")[2].partition(":")
        login = {"username": "admin@example.test", "password": "test123"}
        yield {
            line: {
                **login,
                "host": host,
                "port": port,
                "accesshash": f"installation=crm{line}.example ca_file={tls.ca_file}"
                f" secret={secret} engine={service.address}",
            }
            for line, secret in secrets.items()
        }


@pytest.fixture
def line(request: pytest.FixtureRequest) -> str:
    """A line of FOSSBilling; both where they differ."""
    return str(getattr(request, "param", "0.8"))


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    """A number for each test."""
    return itertools.count(1)


@pytest.fixture
def domain(numbers: Iterator[int]) -> str:
    """A domain that no other test sells."""
    return f"firma{next(numbers)}.example"


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package in FOSSBilling's folder."""
    folder = tmp_path_factory.mktemp("fossbilling")
    packages.unpacked("fossbilling", folder)
    return folder


@pytest.fixture
def shop(line: str, access: Params, unpacked: Path, numbers: Iterator[int]) -> Iterator[Call]:
    """FOSSBilling with two products, and servers whose engine is away, or has another secret."""
    if PHP is None:
        pytest.skip("there is no PHP with its extensions")
    environment = {**os.environ, "PUQZ_LINE": line}
    module = Module(unpacked, environment=environment, driver=DRIVER)
    away = re.sub("engine=.*", "engine=unix:/nowhere.sock", access[line]["accesshash"])
    wrong = re.sub("secret=[^ ]*", f"secret={a_secret()}", access[line]["accesshash"])
    hashes = {1: access[line]["accesshash"], 2: away, 3: wrong}
    servers = {one: access[line] | {"accesshash": text} for one, text in hashes.items()}

    def call(function: str, **given: Any) -> Told:
        return module.call(function, given)

    # No order has a number that one of another test had.
    first = 1000 * next(numbers)
    told = call("setup", servers=servers, products={1: PRODUCT, 2: SMALL}, first=first)
    assert told.thrown == ""
    yield call
    module.close()
