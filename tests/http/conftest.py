"""A service over real sockets, before a simulated Zimbra over real TLS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .serving import Caller, Service, a_secret


@pytest.fixture
def secret() -> str:
    """What the service and its callers share."""
    return a_secret()


@pytest.fixture
def http_settings(settings: str, secret: str, tmp_path: Path) -> Path:
    """The settings of a service on any free port of loopback."""
    file = tmp_path / "http-secret"
    file.write_text(secret + "\n")
    file.chmod(0o600)
    path = Path(settings)
    path.write_text(f'{path.read_text()}[http]\nlisten = "127.0.0.1:0"\nsecret_file = "{file}"\n')
    return path


@pytest.fixture
def service(http_settings: Path) -> Iterator[Service]:
    """The service."""
    with Service(http_settings) as running:
        yield running


@pytest.fixture
def caller(service: Service, secret: str) -> Caller:
    """Who calls it."""
    return Caller(service.address, secret)
