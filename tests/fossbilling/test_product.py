"""The product type in both lines of FOSSBilling: orders, from the cart to their end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from puq_zimbra.simulator import Simulator
from puq_zimbra.simulator.chaos import Plan

from ..zimbra_state import foreign_names, status
from .shop import BOTH, PRODUCT, Call, ordered

#: each write of a creation: refused, or done with its answer lost
BROKEN: tuple[tuple[str, dict[str, Any]], ...] = tuple(
    (request, plan)
    for request in ("CreateDomainRequest", "CreateAccountRequest", "ModifyDomainRequest")
    for plan in ({"kind": "fault", "code": "service.FAILURE"}, {"kind": "drop", "applied": True})
)


@BOTH
def test_a_life(shop: Call, mail_server: Simulator, line: str, domain: str) -> None:
    """Ordered, set up, unpaid, paid, cancelled with grace, called off, made smaller, deleted."""
    order = ordered(shop, f" {domain.title()} ")
    told = shop("activate", order=order).value
    assert told["username"] == f"admin@{domain}"
    assert mail_server.verify_password(f"admin@{domain}", told["password"])
    assert foreign_names(mail_server, domain) == [f"puq_zimbra:crm{line}.example:{order}"]
    about = shop("status", order=order).value["service"]
    assert about["login"] == f"admin@{domain}"
    assert about["page_url"] == f"https://shop.example/servicezimbra/{order}"
    for event, wanted in (
        ("suspend", "locked"),
        ("suspend", "locked"),
        ("unsuspend", "active"),
        ("renew", "active"),
        ("cancel", "locked"),
        ("uncancel", "active"),
    ):
        assert (event, shop(event, order=order).value, status(mail_server, domain)) == (
            event,
            True,
            wanted,
        )
    shop("cancel", order=order)
    day = datetime.now(UTC).date() + timedelta(days=14)
    assert f"puq_zimbra.purge:{day}" in foreign_names(mail_server, domain)
    shop("uncancel", order=order)
    smaller = {"order_id": order, "product_id": 2}
    assert shop("api", **{"as": "admin", "call": "change_product", "data": smaller}).value
    assert mail_server.domain(domain).attrs["zimbraMailDomainQuota"] == [str(2**30)]
    assert shop("status", order=order).value["config"]["domain"] == domain
    assert shop("delete", order=order).thrown == ""
    assert mail_server.domain(domain) is None


def test_nothing_that_the_customer_sends_but_the_domain_counts(
    shop: Call, mail_server: Simulator, domain: str
) -> None:
    """FOSSBilling puts the browser's fields over the product's settings."""
    sent = {"domain": domain, "mailboxes": "", "cos": "", "server_id": "9", "import": "1"}
    order = int(shop("order", client=7, product=1, data=sent).value)
    config = shop("status", order=order).value["config"]

    assert config == PRODUCT | {"domain": domain, "period": None}


def test_what_cannot_be_made_is_refused_before_it_is_paid(
    shop: Call, mail_server: Simulator, domain: str
) -> None:
    """A domain that is none, or that somebody holds; nothing is written."""
    mail_server.create_domain("taken.example")
    shop("activate", order=ordered(shop, domain))
    mail_server.reset_log()
    for wrong in (
        "", "firma", "https://x.example", f"jan@{domain}", "a b.example", "taken.example",
        domain, "gmail.com", "www.nowa.example", ["x.example"],
    ):  # fmt: skip
        told = shop("order", client=8, product=1, data={"domain": wrong})
        assert (wrong, told.type) == (wrong, "FOSSBilling\\InformationException"), told
    assert mail_server.writes() == []


def test_another_clients_order_reaches_nothing(
    shop: Call, mail_server: Simulator, domain: str
) -> None:
    """In whatever state the first one is, and though FOSSBilling took the second order."""
    theirs = ordered(shop, domain, client=8)
    mine = ordered(shop, domain)
    shop("activate", order=mine)
    for shut in ("suspend", "cancel"):
        before = mail_server.domain(domain).attrs.copy()
        for event in ("activate", "suspend", "unsuspend", "renew", "uncancel", "cancel"):
            told = shop(event, order=theirs)
            assert told.thrown or event == "cancel", event
            assert mail_server.domain(domain).attrs == before, event
        shop(shut, order=mine)


def test_an_interrupted_set_up_is_finished_with_a_password_that_works(
    shop: Call, mail_server: Simulator, domain: str
) -> None:
    """FOSSBilling heard of a failure, and staff activates again: the mail tells this password."""
    for number, (request, plan) in enumerate(BROKEN):
        name = f"d{number}.{domain}"
        order = ordered(shop, name)
        mail_server.chaos.add(Plan(request, times=50, **plan))
        first = shop("activate", order=order)
        mail_server.chaos.clear()
        # What is lost on its way is looked for at once; what is refused is for staff.
        assert bool(first.thrown) == (plan["kind"] == "fault"), (request, plan)
        told = shop("activate", order=order).value if first.thrown else first.value
        assert mail_server.verify_password(f"admin@{name}", told["password"]), (request, plan)
        shop("status", order=order, status="failed_setup")
        once_more = shop("activate", order=order).value
        assert mail_server.verify_password(f"admin@{name}", once_more["password"])
        assert shop("activate", order=order).value["password"] == ""


@BOTH
def test_settings_are_checked_when_they_are_saved(shop: Call, domain: str) -> None:
    """Unknown or mistyped ones would be found by a customer who has paid."""
    form = {"as": "admin", "call": "settings_form", "data": {"product_id": 1}}
    shown = {one["name"]: one for one in shop("api", **form).value["fields"]}
    assert shown["server_id"]["options"] == ["1", "2", "3"]
    assert {"", "business"} <= set(shown["cos"]["options"])
    assert (shown["terminate"]["value"], shown["model"]["value"]) == ("", "domain")
    for wrong in (
        {"terminate": "erase"}, {"grace_days": "many"}, {"grace_days": "0"}, {"mailboxes": "10.5"},
        {"mailbox_quota": "5 XB"}, {"cos": "gold"}, {"server_id": "9"}, {"server_id": ""},
        {"administrator": "a b"}, {"suspend_mode": ["locked"]}, {"colour": "red"},
        {"self_service": "all"}, {"model": "domains"},
    ):  # fmt: skip
        data = {"id": 1, "config": {**PRODUCT, **wrong}}
        told = shop("api", **{"as": "admin", "call": "save_settings", "data": data})
        assert told.type == "FOSSBilling\\InformationException", wrong
    data = {"id": 1, "config": {**PRODUCT, "domain_quota": "50 GB", "lists": ""}}
    assert shop("api", **{"as": "admin", "call": "save_settings", "data": data}).value is True
    config = shop("status", order=ordered(shop, domain)).value["config"]
    assert (config["domain_quota"], "lists" in config) == ("50 GB", False)


def test_a_domain_that_exists_is_adopted(shop: Call, mail_server: Simulator, domain: str) -> None:
    """Its administrator keeps his password, and all later calls find it."""
    order = ordered(shop, domain)
    mail_server.create_domain(domain)
    mail_server.create_account(f"admin@{domain}", "Old-Pass-1x")
    adopted = {"as": "admin", "call": "adopt", "data": {"order_id": order}}
    assert shop("api", **adopted).thrown == ""
    told = shop("activate", order=order).value

    assert told["password"] == ""
    assert mail_server.verify_password(f"admin@{domain}", "Old-Pass-1x")
    assert shop("suspend", order=order).value is True
