"""The staff's page: accounts of the server manager become orders of the product type."""

from __future__ import annotations

import json
from typing import Any

from puq_zimbra import __version__
from puq_zimbra.simulator import Simulator

from ..whmcs.php import Told
from ..zimbra_state import foreign_names, status
from .shop import BOTH, Call


def page(told: Told) -> dict[str, Any]:
    """What the staff's page was given."""
    assert told.thrown == "", told
    drawn: dict[str, Any] = json.loads(told.value)
    assert drawn["template"] == "mod_servicezimbra_index"
    return drawn


def pressed(shop: Call, what: str, order: int, product: int = 1) -> str:
    """Press a button of an order; what is said."""
    form = {"order_id": str(order), "product_id": str(product), "what": what}
    return str(page(shop("staff", post=form))["told"])


def orders(shop: Call) -> list[int]:
    """The orders that can be handed over."""
    return [one["id"] for one in page(shop("staff"))["overview"]["orders"]]


@BOTH
def test_an_account_is_handed_over(
    shop: Call, mail_server: Simulator, line: str, domain: str
) -> None:
    """Looked at first; then its id is the order's number, and the order does all else."""
    plan = {"administrator": "szef"}
    order = int(shop("hosting", client=7, domain=domain, plan=plan).value)
    before = foreign_names(mail_server, domain)
    assert orders(shop) == [order]
    looked = pressed(shop, "look", order)
    assert "can be handed over" in looked
    assert foreign_names(mail_server, domain) == before
    assert shop("status", order=order).value["type"] == "hosting"
    assert pressed(shop, "hand_over", order) == f"{domain} was handed over to order {order}."

    marks = ["puq_zimbra.customer:7", f"puq_zimbra:crm{line}.example:{order}"]
    assert foreign_names(mail_server, domain) == marks
    told = shop("status", order=order).value
    assert told["type"] == "zimbra"
    assert (told["config"]["administrator"], told["config"]["mailboxes"]) == ("szef", "10")
    assert mail_server.domain(domain).attrs["zimbraDomainMaxAccounts"] == ["10"]
    assert orders(shop) == []
    assert mail_server.verify_password(f"szef@{domain}", "Old-Pass-1x")
    for event, wanted in (("suspend", "locked"), ("unsuspend", "active"), ("cancel", "locked")):
        assert shop(event, order=order).value is True
        assert status(mail_server, domain) == wanted


def test_what_broke_off_is_finished_by_the_next_press(shop: Call, domain: str) -> None:
    """Zimbra knew of it, the billing platform did not."""
    order = int(shop("hosting", client=7, domain=domain).value)
    pressed(shop, "hand_over", order)
    shop("put_back", domain=domain, order=order)
    assert orders(shop) == [order]
    assert "was handed over" in pressed(shop, "hand_over", order)
    assert shop("status", order=order).value["type"] == "zimbra"
    assert shop("suspend", order=order).value is True


def test_what_is_not_the_customers_stays(shop: Call, mail_server: Simulator, domain: str) -> None:
    """Another client's order of the same name, one of no product of ours, one without a token."""
    order = int(shop("hosting", client=7, domain=domain, order_of=8).value)
    before = mail_server.domain(domain).attrs.copy()
    for what in ("look", "hand_over"):
        assert "belongs to another customer" in pressed(shop, what, order)
    assert "none of the server manager" in pressed(shop, "hand_over", order + 1)
    form = {"order_id": str(order), "product_id": "1", "what": "hand_over"}
    assert shop("staff", post=form, token=False).value == 403
    assert mail_server.domain(domain).attrs == before
    assert shop("status", order=order).value["type"] == "hosting"


def test_the_page_tells_versions_that_differ(shop: Call, line: str) -> None:
    """The package says its version; of an engine that is away none is known."""
    overview = page(shop("staff"))["overview"]
    servers = [(one["name"], one["version"], one["differs"]) for one in overview["servers"]]

    assert overview["version"] == __version__
    away = [("Mail 2", None, False), ("Mail 3", None, False)]
    assert servers == [("Mail 1", __version__, False), *away]
