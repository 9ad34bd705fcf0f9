"""A sync with a delegated administrator: his domains one by one, and never passed off as all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from puq_zimbra.simulator import Simulator
from puq_zimbra.simulator.chaos import Plan
from puq_zimbra.store.database import Store
from puq_zimbra.usage.sync import Result, sync_all, sync_server
from puq_zimbra.zimbra.client import Zimbra
from puq_zimbra.zimbra_server import Server
from tests.conftest import Hook, Params

from .conftest import latest

pytestmark = pytest.mark.both_databases

MB = 2**20


@pytest.fixture
def delegated(sold: Simulator, params: Params, zimbra: Zimbra) -> Iterator[Zimbra]:
    """The log-in of an administrator of one domain."""
    domain, account = sold.domain("firma.example"), sold.account("admin@firma.example")
    zimbra.grant_right(domain.id, account.id, "getDomainQuotaUsage")
    given = {**params["server"], "username": "admin@firma.example", "password": "First-Pass-1"}
    made = Zimbra(Server.model_validate(given))
    yield made
    made.close()


def once(delegated: Zimbra, store: Store, at: datetime) -> Result:
    """Sync his server, and try nothing again."""
    return sync_server("mail1", delegated.server, lambda _: delegated, store, at)


def read(delegated: Zimbra, store: Store) -> Result:
    """Sync his server, as the command does."""
    (result,) = sync_all(["mail1"], lambda _: once(delegated, store, datetime.now(UTC)), 1)
    return result


def test_a_domain_that_failed_is_read_later_in_the_run(
    sold: Simulator, store: Store, delegated: Zimbra
) -> None:
    """A moment's trouble must not cost a day's figure."""
    sold.fail_next("GetQuotaUsageRequest", "service.FAILURE", times=3)

    assert read(delegated, store).error is None
    assert latest(store).used == 30 * MB


def test_a_domain_of_which_nothing_was_read_is_named(
    sold: Simulator, store: Store, delegated: Zimbra
) -> None:
    """Two listings that are both empty agree, and a zero would be billed."""
    now = datetime.now(UTC)
    once(delegated, store, now - timedelta(hours=1))
    failure = Plan("SearchDirectoryRequest", "fault", code="service.FAILURE", times=3)
    sold.chaos.add(replace(failure, skip=1))  # the first search is for domains
    result = once(delegated, store, now)

    assert "puq_zimbra:crm.example:42" in str(result.error)
    assert (latest(store).used, latest(store).stale) == (30 * MB, True)


def test_the_domains_that_he_sees_are_read_one_by_one(
    hook: Hook, sold: Simulator, store: Store, delegated: Zimbra
) -> None:
    """Zimbra tells him nothing of the others, and does not say so."""
    hook("create", service={"id": "43", "domain": "druga.example"})
    sold.reset_log()
    result = read(delegated, store)

    assert result.error is None
    assert (result.services, result.mailboxes) == (1, 2)
    assert latest(store).used == 30 * MB
    assert store.usage.latest("crm.example", "43") is None
    scopes = [call.element.get("domain") for call in sold.calls("GetQuotaUsageRequest")]
    assert scopes == ["firma.example"]
    whole = store.usage.latest_of_server(
        delegated.server.host_port, "crm.example", datetime(2026, 1, 1, tzinfo=UTC)
    )
    assert whole is not None
    assert whole[1] is False
