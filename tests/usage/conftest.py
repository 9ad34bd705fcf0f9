"""A service with mailboxes of known sizes, and the settings that a sync reads it with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from puq_zimbra.config import Config
from puq_zimbra.readings import ServiceUsage
from puq_zimbra.simulator import Simulator, TlsFiles
from puq_zimbra.store.database import Store
from puq_zimbra.usage.sync import sync_server
from puq_zimbra.zimbra.client import Zimbra
from tests.conftest import Hook, Params

MB = 2**20


@pytest.fixture
def configured(config: Config, params: Params, tmp_path: Any, tls: TlsFiles) -> Config:
    """Settings that name the simulated server."""
    secret = tmp_path / "password"
    secret.write_text("test123")
    secret.chmod(0o600)
    server = {
        "url": params["server"]["url"],
        "username": "admin@example.test",
        "password_file": str(secret),
        "ca_file": str(tls.ca_file),
    }
    return Config.model_validate(config.model_dump() | {"servers": {"mail1": server}})


@pytest.fixture
def store(configured: Config) -> Iterator[Store]:
    """The configured store."""
    opened = Store.open(configured)
    yield opened
    opened.close()


def sync(config: Config, store: Store, now: datetime | None = None) -> Any:
    """Sync the configured server."""
    zimbras: list[Zimbra] = []

    def connect(server: Any) -> Zimbra:
        zimbras.append(Zimbra(server, config.limits))
        return zimbras[-1]

    try:
        at = now or datetime.now(UTC)
        return sync_server("mail1", config.server("mail1"), connect, store, at)
    finally:
        for zimbra in zimbras:
            zimbra.close()


def latest(store: Store) -> ServiceUsage:
    """The last figures of service 42."""
    found = store.usage.latest("crm.example", "42")
    assert found is not None
    return replace(found, mailboxes=store.usage.mailboxes(found))


@pytest.fixture
def sold(hook: Hook, simulator: Simulator) -> Simulator:
    """A service with three mailboxes, one of them Zimbra's own, beside somebody else's domain."""
    hook("create")
    simulator.create_account("anna@firma.example", "Some-Pass-1")
    simulator.create_account("galsync@firma.example", "Some-Pass-1", zimbraIsSystemAccount="TRUE")
    simulator.add_mail("admin@firma.example", 10 * MB)
    simulator.add_mail("anna@firma.example", 20 * MB)
    simulator.add_mail("galsync@firma.example", 40 * MB)
    simulator.create_domain("foreign.example")
    simulator.create_account("x@foreign.example", "Some-Pass-1")
    simulator.add_mail("x@foreign.example", 80 * MB)
    simulator.reset_log()
    return simulator
