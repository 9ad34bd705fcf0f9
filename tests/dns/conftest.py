"""A domain with its name server, and a customer who looks at its records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from puq_zimbra.config import Config
from puq_zimbra.dns_settings import DnsSettings
from puq_zimbra.engine.runtime import Runtime
from tests.conftest import NO_LIMITS, Hook
from tests.selfservice.conftest import Customer, Page

from .nameserver import NameServer, running

DOMAIN, HOST = "firma.example", "mail.example.test"


@pytest.fixture
def nameserver() -> Iterator[NameServer]:
    """A name server that knows nothing yet."""
    with running() as server:
        yield server


@pytest.fixture
def dns_settings(nameserver: NameServer) -> DnsSettings:
    """Settings that ask it alone."""
    return DnsSettings(resolvers=[nameserver.address], seconds=1.0)


@pytest.fixture
def config(store_settings: dict[str, Any], dns_settings: DnsSettings) -> Config:
    """Settings with a store of their own and the test's resolver."""
    given = {"store": store_settings, "limits": NO_LIMITS, "dns": dns_settings.model_dump()}
    return Config.model_validate(given)


@pytest.fixture
def customer(hook: Hook) -> Customer:
    """The customer of a domain, with the preset *look*."""
    assert hook("create").code == "created"
    return Customer(hook, ("look",))


@pytest.fixture
def right(nameserver: NameServer) -> NameServer:
    """A name server with every record that mail needs, but for the signature's."""
    nameserver.put(DOMAIN, "MX", f"10 {HOST}.")
    nameserver.put(DOMAIN, "NS", "ns1.dns.example.")
    nameserver.text(DOMAIN, "v=spf1 mx ~all", "google-site-verification=x")
    nameserver.text(f"_dmarc.{DOMAIN}", "v=DMARC1; p=quarantine")
    nameserver.put(HOST, "A", "192.0.2.10")
    return nameserver


def looked_up(runtime: Runtime) -> int:
    """What the background does."""
    from puq_zimbra.engine.dns import look_up_wanted

    return look_up_wanted(runtime)


def records(page: Page) -> dict[str, str]:
    """The titles of the records that need something, and what their badges say."""
    return {
        one.xpath(".//h4")[0].text_content(): one.xpath(".//*[contains(@class, 'badge')]")[0]
        .text_content()
        .strip()
        for one in page.tree.xpath("//li[contains(@class, 'puqz-record')]")
    }


def right_ones(page: Page) -> list[str]:
    """The titles of the records that are right."""
    section = page.tree.xpath("//section[contains(@aria-labelledby, '-good')]")
    return [one.text_content().split()[0] for one in section[0].xpath(".//h4")] if section else []
