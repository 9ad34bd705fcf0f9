"""The cart and the page of upgrades: refused before the payment, in words for the customer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ..conftest import Params
from . import shop
from .conftest import Start
from .engine import Engine
from .shop import LARGE, SERVER, SERVICE, SMALL, Shop

WEB = 9
GOOD: Any = {"errors": []}


@pytest.fixture
def tables(engine: Engine, tmp_path: Path) -> Iterator[Shop]:
    """WHMCS's tables, with options, and a server by which the engine is reached."""
    with shop.opened(tmp_path / "whmcs.sqlite", engine.params) as tables:
        engine.answer = GOOD
        lines = engine.params["serveraccesshash"] + engine.door.access_hash
        tables.change("tblservers", SERVER, accesshash=lines)
        tables.add("tblproductconfiglinks", gid=1, pid=SMALL)
        tables.add("tblproductconfiglinks", gid=1, pid=LARGE)
        for number, name, kind in ((11, "Mailboxes|Skrzynki", 4), (12, "Class of service", 1)):
            tables.add(
                "tblproductconfigoptions", id=number, gid=1, optionname=name, optiontype=kind
            )
        tables.add("tblproductconfigoptionssub", id=77, configid=12, optionname="business|Biznes")
        tables.add("tblcustomfields", id=5, type="product", relid=SMALL, fieldname="Mailbox|Adres")
        yield tables


def item(product: int = SMALL, domain: str = "nowa.example", **more: Any) -> dict[str, Any]:
    """One product in a cart."""
    return {"pid": product, "domain": domain, **more}


def run(engine: Engine, tables: Shop, point: str, vars_: Params, **more: Any) -> Any:
    """Run a hook of the module as WHMCS does; what it returned and logged."""
    engine.door.seen.clear()
    return engine.module.call(f"hook {point}", vars_, stub=tables.stub(), **more)


def test_a_configured_product_is_checked_with_its_options(engine: Engine, tables: Shop) -> None:
    """The engine gets what CreateAccount would give it, under names instead of numbers."""
    sent = {
        "i": "1",
        "configoption": {"11": "10", "12": "77"},
        "customfield": {"5": "jan@nowa.example"},
    }
    cart = {"products": [item(WEB), item()]}
    told = run(
        engine,
        tables,
        "ShoppingCartValidateProductUpdate",
        sent,
        session={"cart": cart, "uid": 7, "Language": "polish"},
    )
    asked = engine.door.seen[0].params

    assert told.value == []
    assert (asked["serviceid"], asked["domain"], asked["userid"]) == ("new", "nowa.example", "7")
    assert asked["configoptions"] == {"Mailboxes": "10", "Class of service": "business"}
    assert asked["customfields"] == {"Mailbox": "jan@nowa.example"}
    assert asked["clientsdetails"] == {"language": "polish"}
    assert asked["serverpassword"] == "test123"
    assert "password" not in asked


def test_a_checkout_tells_everything_that_is_wrong(engine: Engine, tables: Shop) -> None:
    """Escaped, since WHMCS shows it as HTML; other modules' products are nobody's concern here."""
    engine.answer = {"errors": ["<b>nowa.example</b> is taken."]}
    taken = [item(), item(domain="Nowa.example"), item(domain="<i>"), item(domain="&lt;i&gt;")]
    cart = {"products": [*taken, item(domain="<i>"), item(WEB, "web.example")]}
    told = run(engine, tables, "ShoppingCartValidateCheckout", {"a": "checkout"},
               session={"cart": cart})  # fmt: skip

    assert told.value == [
        "&lt;b&gt;nowa.example&lt;/b&gt; is taken.",
        "nowa.example is in the cart twice.",
        "&lt;i&gt; is in the cart twice.",
    ]
    assert len(engine.door.seen) == 5


@pytest.mark.parametrize("blocked", [True, False])
def test_what_only_staff_can_correct_is_told_to_staff(
    engine: Engine, tables: Shop, blocked: bool
) -> None:
    """The customer reads no word of our settings."""
    engine.answer = {"errors": [], "staff": "Colour means nothing. (op-1)", "blocked": blocked}
    told = run(engine, tables, "ShoppingCartValidateCheckout", {},
               session={"cart": {"products": [item()]}, "Language": "polish"})  # fmt: skip
    became = "refused" if blocked else "not checked"

    assert told.value == (
        ["Nie możemy dostarczyć tego produktu w tej konfiguracji; napisz do nas."]
        if blocked
        else []
    )
    assert told.activity == [
        f"puqzimbra: an order of product {SMALL} was {became}: Colour means nothing. (op-1)"
    ]


def test_a_shop_goes_on_without_the_engine(engine: Engine, tables: Shop) -> None:
    """Also without its tables, and with a cart of nonsense."""
    tables.change("tblservers", SERVER, accesshash="engine=http://127.0.0.1:1\nsecret=whsec_AAAA")
    session = {"cart": {"products": [item(), "nonsense"]}}
    away = run(engine, tables, "ShoppingCartValidateCheckout", {}, session=session)
    empty = run(engine, tables, "ShoppingCartValidateCheckout", {}, session={"cart": "x"})
    tables.drop("tblproducts")
    broken = run(engine, tables, "ShoppingCartValidateCheckout", {}, session=session)

    assert (away.value, empty.value, broken.value) == ([], [], [])
    assert "ShoppingCartValidateCheckout was left out (PDOException" in broken.activity[0]


def test_an_upgrade_is_checked_with_what_the_service_has(engine: Engine, tables: Shop) -> None:
    """Options that it keeps, those chosen anew, and the settings of the product it is to become."""
    tables.change("tblproducts", LARGE, configoption3="2")
    for number, value in ((11, {"qty": 10}), (12, {"optionid": 77})):
        tables.add("tblhostingconfigoptions", relid=SERVICE, configid=number, **value)
    engine.answer = {"errors": ["3 mailboxes are held, the plan has 2."]}
    point, vars_ = "ShoppingCartValidateUpgrade", {"id": str(SERVICE), "pid": str(LARGE)}
    told = run(engine, tables, point, vars_, session={"uid": 7},
               post={"configoption": {"11": "4"}})  # fmt: skip
    asked = engine.door.seen[0].params

    assert told.value == ["3 mailboxes are held, the plan has 2."]
    assert (asked["serviceid"], asked["domain"]) == (SERVICE, "firma.example")
    assert asked["configoption3"] == "2"
    assert asked["configoptions"] == {"Mailboxes": "4", "Class of service": "business"}
    for client in (8, 0):
        assert run(engine, tables, point, vars_, session={"uid": client}).value == []
        assert engine.door.seen == []
    assert run(engine, tables, point, {"id": "42", "pid": "9"}, session={"uid": 7}).value == []


def test_a_private_server_is_ordered_before_there_is_one(engine: Engine, tables: Shop) -> None:
    """Whatever Zimbra is the default one, it is not the customer's."""
    tables.change("tblproducts", SMALL, configoption1="server")
    run(engine, tables, "ShoppingCartValidateCheckout", {},
        session={"cart": {"products": [item()]}})  # fmt: skip

    asked = engine.door.seen[0].params
    assert not asked["serverpassword"]
    assert not asked["serverhostname"]
    assert not asked["serverip"]


def test_a_taken_domain_is_refused_by_the_real_engine(
    start: Start, service: str, whmcs_params: Params, tmp_path: Path
) -> None:
    """From the cart to Zimbra and back."""
    module = start()
    whmcs_params["serveraccesshash"] += service
    assert module.call("CreateAccount", whmcs_params).value == "success"
    with shop.opened(tmp_path / "whmcs.sqlite", whmcs_params) as tables:
        told = [
            module.call(
                "hook ShoppingCartValidateCheckout",
                {},
                session={"cart": {"products": [item(domain=domain)]}},
                stub=tables.stub(),
            ).value
            for domain in ("Firma.example", "nowa.example")
        ]

    assert told[0] == [
        "firma.example is in use on this mail server already: order another one, or ask your"
        " provider."
    ]
    assert told[1] == []
