"""A Zimbra of its own as a product: alone in its file, since no other service may be on it."""

from __future__ import annotations

from puq_zimbra.simulator import Simulator

from ..zimbra_state import foreign_names, status
from .shop import Call, ordered

SOLD = {"server_id": "1", "model": "server", "disk": "500 GB", "self_service": "full"}


def test_a_private_server_is_kept_when_it_ends(
    shop: Call, mail_server: Simulator, domain: str
) -> None:
    """Unless the product says otherwise: no click deletes all domains of a Zimbra."""
    save = {"as": "admin", "call": "save_settings", "data": {"id": 1, "config": SOLD}}
    assert shop("api", **save).thrown == ""
    order = ordered(shop, domain)
    assert shop("activate", order=order).value["username"] == f"admin@{domain}"
    assert f"puq_zimbra.server:{500 * 2**30}" in foreign_names(mail_server, domain)
    assert shop("cancel", order=order).value is True
    assert "puq_zimbra.kept" in foreign_names(mail_server, domain)
    assert status(mail_server, domain) == "locked"
    assert shop("uncancel", order=order).value is True
    assert status(mail_server, domain) == "active"
