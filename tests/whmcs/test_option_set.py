"""One tick on the product's page makes the configurable options that the product can sell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from puq_zimbra.billing.whmcs_extras import option_set
from puq_zimbra.billing.whmcs_names import extra_of, plain

from ..conftest import Params
from .conftest import Start
from .shop import SMALL, Shop, opened

CYCLES = (
    "msetupfee", "qsetupfee", "ssetupfee", "asetupfee", "bsetupfee", "tsetupfee",
    "monthly", "quarterly", "semiannually", "annually", "biennially", "triennially",
)  # fmt: skip
TABLES = (
    "CREATE TABLE tblproductconfiggroups (id INTEGER PRIMARY KEY, name TEXT, description TEXT)",
    "CREATE TABLE tblcurrencies (id INTEGER PRIMARY KEY, code TEXT)",
    "CREATE TABLE tblpricing (id INTEGER PRIMARY KEY, type TEXT, currency INTEGER, relid INTEGER,"
    f" {', '.join(f'{name} TEXT' for name in CYCLES)})",
)
TICKED = {"puqzimbra_options": "1"}


@pytest.fixture
def shop(tmp_path: Path, whmcs_params: Params) -> Iterator[Shop]:
    """A product with limits of mailboxes and of its space, in a WHMCS with two currencies."""
    with opened(tmp_path / "whmcs.sqlite", whmcs_params) as shop:
        for table in TABLES:
            shop.make(table)
        shop.add("tblcurrencies", id=1, code="PLN")
        shop.add("tblcurrencies", id=2, code="EUR")
        yield shop


def options(shop: Shop) -> list[tuple[Any, ...]]:
    """The configurable options that there are."""
    columns = "optionname, optiontype, qtyminimum, qtymaximum, hidden"
    return shop.rows("tblproductconfigoptions", columns)


def test_a_tick_makes_the_options_of_the_limits(start: Start, shop: Shop) -> None:
    """Hidden, with a price of nothing in each currency; a second tick makes nothing more."""
    module = start()

    def hook(point: str, pid: int = SMALL, **more: Any) -> Any:
        told = module.call(f"hook {point}", {"pid": pid}, stub=shop.stub(language=""), **more)
        assert [line for line in told.activity if "left out" in line] == []
        return told.value

    offered = hook("AdminProductConfigFields")["PUQ Zimbra"]
    assert 'name="puqzimbra_options"' in offered
    assert offered.endswith("Additional mailboxes, Additional space (GB)</label>")
    hook("AdminProductConfigFieldsSave")
    hook("AdminProductConfigFieldsSave", pid=9, post=TICKED)
    assert options(shop) == []

    hook("AdminProductConfigFieldsSave", post=TICKED)
    hook("AdminProductConfigFieldsSave", post=TICKED)
    assert options(shop) == [
        ("+mailboxes|Additional mailboxes", "4", 0, 1000, 1),
        ("+domain_quota_gb|Additional space (GB)", "4", 0, 1000, 1),
    ]
    assert shop.rows("tblproductconfiggroups", "name") == [(f"PUQ Zimbra: Mail S (#{SMALL})",)]
    assert shop.rows("tblproductconfiglinks", "gid, pid") == [(1, SMALL)]
    assert shop.rows("tblproductconfigoptionssub", "configid, optionname, hidden") == [
        (1, "Mailbox", 0), (2, "GB", 0),
    ]  # fmt: skip
    prices = shop.rows("tblpricing", "type, currency, relid, monthly, tsetupfee")
    assert sorted(prices) == [
        ("configoptions", currency, value, "0", "0") for currency in (1, 2) for value in (1, 2)
    ]
    assert hook("AdminProductConfigFields")["PUQ Zimbra"].startswith("Every limit")
    assert hook("AdminProductConfigFields", pid=9) == []

    # One more limit, later: its option joins the others.
    shop.change("tblproducts", SMALL, configoption6="50")
    hook("AdminProductConfigFieldsSave", post=TICKED)
    assert [name for name, *_ in options(shop)][2:] == ["+aliases|Additional aliases"]
    assert len(shop.rows("tblproductconfiggroups")) == 1


def test_tables_that_are_others_than_known_are_left_alone(start: Start, shop: Shop) -> None:
    """All of the set is made or nothing, and the product is saved all the same."""
    shop.drop("tblpricing")
    told = start().call(
        "hook AdminProductConfigFieldsSave", {"pid": SMALL}, stub=shop.stub(), post=TICKED
    )

    assert told.thrown == ""
    assert "AdminProductConfigFieldsSave was left out" in told.activity[0]
    assert options(shop) == shop.rows("tblproductconfiggroups") == []


def test_the_engine_understands_every_option_of_the_sets() -> None:
    """As WHMCS hands them on: the part before the bar, with a number."""
    for options_ in option_set().values():
        for one in options_:
            extra = extra_of(plain(one["name"]))
            assert extra is not None
            assert extra.option is not None
            assert extra.option.position == one["position"]
            assert (extra.unit == "gb") is (one["unit"] == "GB")
