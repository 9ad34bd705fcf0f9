"""A sync with a delegated administrator: his domains one by one, and never passed off as all."""

from __future__ import annotations

from datetime import UTC, datetime

from puq_zimbra.call import Server
from puq_zimbra.config import Config
from puq_zimbra.simulator import Simulator
from puq_zimbra.store.database import Store
from puq_zimbra.usage.sync import sync_server
from puq_zimbra.zimbra.client import Zimbra
from tests.conftest import Hook, Params

from .conftest import latest

MB = 2**20


def test_the_domains_that_he_sees_are_read_one_by_one(
    hook: Hook, sold: Simulator, configured: Config, store: Store, params: Params, zimbra: Zimbra
) -> None:
    """Zimbra tells him nothing of the others, and does not say so."""
    hook("create", service={"id": "43", "domain": "druga.example"})
    domain, account = sold.domain("firma.example"), sold.account("admin@firma.example")
    zimbra.grant_right(domain.id, account.id, "getDomainQuotaUsage")
    given = {**params["server"], "username": "admin@firma.example", "password": "First-Pass-1"}
    server = Server.model_validate(given)
    delegated = Zimbra(server)
    sold.reset_log()
    result = sync_server("mail1", server, lambda _: delegated, store, datetime.now(UTC))
    delegated.close()

    assert result.error is None
    assert (result.services, result.mailboxes) == (1, 2)
    assert latest(store).used == 30 * MB
    assert store.figures.latest("crm.example", "43") is None
    scopes = [call.element.get("domain") for call in sold.calls("GetQuotaUsageRequest")]
    assert scopes == ["firma.example"]
    whole = store.figures.latest_of_server(
        server.place, "crm.example", datetime(2026, 1, 1, tzinfo=UTC)
    )
    assert whole is not None
    assert whole[1] is False
