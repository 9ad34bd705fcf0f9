"""The product type's other models, and what exists in Zimbra already."""

from __future__ import annotations

from puq_zimbra.simulator import Simulator

from .shop import PRODUCT, Call, ordered

ONE_MAILBOX = {"server_id": "1", "model": "mailbox", "cos": "business", "mailbox_quota": "2 GB"}


def saved(shop: Call, config: dict[str, str], product: int = 1) -> str:
    """Save a product's settings; why not, if it was refused."""
    data = {"id": product, "config": config}
    return str(shop("api", **{"as": "admin", "call": "save_settings", "data": data}).thrown)


def test_one_mailbox_is_sold(shop: Call, mail_server: Simulator, domain: str) -> None:
    """By its address, in a domain of the provider's; nobody else's."""
    mail_server.create_domain(domain)
    assert saved(shop, ONE_MAILBOX) == ""
    model = {"as": "guest", "call": "model", "data": {"product_id": 1}}
    assert shop("api", **model).value == "mailbox"
    for wrong in (domain, f"@{domain}", f"a b@{domain}", "anna@nowhere.example"):
        assert shop("order", client=7, product=1, data={"domain": wrong}).thrown, wrong
    address = f"anna@{domain}"
    order = ordered(shop, address)
    told = shop("activate", order=order).value
    assert told["username"] == address
    assert mail_server.verify_password(address, told["password"])
    taken = shop("order", client=8, product=1, data={"domain": address})
    assert taken.type == "FOSSBilling\\InformationException"
    for event, wanted in (
        ("suspend", "locked"),
        ("unsuspend", "active"),
        ("cancel", "locked"),
        ("uncancel", "active"),
    ):
        assert shop(event, order=order).value is True
        held = mail_server.account(address).attrs["zimbraAccountStatus"]
        assert (event, held) == (event, [wanted])
    page = shop("get", client=7, order=order)
    assert address in page.value


def test_settings_of_another_model_are_refused(shop: Call) -> None:
    """Nobody shall believe that they hold."""
    for model, wrong in (
        ("mailbox", {"mailboxes": "10"}),
        ("mailbox", {"administrator": "szef"}),
        ("domain", {"disk": "5 GB"}),
        ("everything", {}),
    ):
        refused = saved(shop, {"server_id": "1", "model": model, **wrong})
        assert refused, (model, wrong)
    assert saved(shop, {**PRODUCT, "model": "domain"}) == ""


def test_staff_imports_what_exists(shop: Call, mail_server: Simulator, domain: str) -> None:
    """A customer cannot; what another service has stays that one's."""
    mail_server.create_domain(domain)
    mail_server.create_account(f"admin@{domain}", "Old-Pass-1x")
    data = {"domain": domain, "import": "1"}
    assert "exists" in shop("order", client=7, product=1, data=data).thrown
    missing = {"domain": f"nie.{domain}", "import": "1"}
    assert shop("order", client=7, product=1, data=missing, staff=True).thrown
    order = int(shop("order", client=7, product=1, data=data, staff=True).value)
    told = shop("activate", order=order)
    assert told.value == {"username": f"admin@{domain}", "password": ""}
    assert mail_server.verify_password(f"admin@{domain}", "Old-Pass-1x")
    assert shop("suspend", order=order).value is True
    assert "belongs" in shop("order", client=8, product=1, data=data, staff=True).thrown
