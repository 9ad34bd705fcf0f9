"""Product addons: what is done to one becomes a change of its service's package."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ..conftest import Params
from .engine import Engine
from .shop import SERVICE, Shop, opened

CHANGE = [["ModuleChangePackage", {"serviceid": SERVICE}]]


@pytest.fixture
def shop(tmp_path: Path, whmcs_params: Params) -> Iterator[Shop]:
    """A service with addons of ours, one of another module, and some that do not count."""
    with opened(tmp_path / "whmcs.sqlite", whmcs_params) as shop:
        shop.add("tbladdons", id=1, name="+10 mailboxes", module="puqzimbra")
        shop.add("tbladdons", id=2, name="Daily &amp; nightly backup", module="")
        for number, (addon, name, quantity, status) in enumerate(
            (
                (1, "", 2, "Active"),
                (1, "+5 GB", None, "Active"),
                (2, "", 1, "Active"),
                (1, "", 1, "Pending"),
                (1, "", 1, "Terminated"),
                (1, "", 1, "Suspended"),
            ),
            start=1,
        ):
            row = {"addonid": addon, "name": name, "qty": quantity, "status": status}
            shop.add("tblhostingaddons", id=number, hostingid=SERVICE, **row)
        shop.add("tblhostingaddons", id=9, hostingid=SERVICE + 1, addonid=1, status="Active")
        yield shop


def addons(engine: Engine, shop: Shop, function: str) -> list[tuple[str, int, str]]:
    """The addons that the engine is told of in a call for the service."""
    engine.door.seen.clear()
    engine.call(function, stub=shop.stub())
    told = engine.door.seen[0].params["_puq"].get("addons", [])
    return [(one["name"], one["quantity"], one["module"]) for one in told]


def test_the_engine_is_told_of_a_services_addons(engine: Engine, shop: Shop) -> None:
    """Of those that are active; whether one is for the mail, the engine decides by its name."""
    active = [
        ("+10 mailboxes", 2, "1"), ("+5 GB", 1, "1"), ("Daily & nightly backup", 1, ""),
    ]  # fmt: skip
    for function in ("CreateAccount", "ChangePackage", "Check", "Repair"):
        assert addons(engine, shop, function) == active
    assert addons(engine, shop, "TestConnection") == []

    # Suspended along with their service, they still are what the customer pays for again.
    shop.change("tblhosting", SERVICE, domainstatus="Suspended")
    assert len(addons(engine, shop, "Check")) == 4
    shop.drop("tblhostingaddons")
    assert addons(engine, shop, "ChangePackage") == []


def test_what_is_done_to_an_addon_changes_the_package_of_its_service(
    engine: Engine, shop: Shop
) -> None:
    """WHMCS gives the id of the service: nothing but its limits may be touched."""
    failed = {"ModuleChangePackage": {"result": "error", "message": "Zimbra refuses."}}
    nothing = {"ModuleChangePackage": {"result": "error"}}
    for function, status, answers, api, told in (
        ("CreateAccount", "Active", {}, CHANGE, "success"),
        ("UnsuspendAccount", "Active", {}, CHANGE, "success"),
        ("SuspendAccount", "Active", {}, CHANGE, "success"),
        ("TerminateAccount", "Active", {}, CHANGE, "success"),
        ("TerminateAccount", "Terminated", {}, [], "success"),
        ("Renew", "Active", {}, [], "success"),
        ("CreateAccount", "Active", failed, CHANGE, "Zimbra refuses."),
        ("CreateAccount", "Active", nothing, CHANGE, "The package of service 42 was not changed"),
        ("Restore", "Terminated", {}, [], "This is for the service itself"),
        ("ChangePassword", "Active", {}, [], "The mail server gives no answer just now"),
    ):
        shop.change("tblhosting", SERVICE, domainstatus=status)
        stub = shop.stub(answers=answers)
        done = engine.call(function, params={"addonId": 4}, stub=stub)
        assert (done.thrown, done.api) == ("", api), function
        assert str(done.value).startswith(told), (function, done.value)
    assert engine.door.seen == []

    shop.change("tblhosting", SERVICE, packageid=9)
    other = engine.call("CreateAccount", params={"addonId": 4}, stub=shop.stub())
    assert other.value == "The service of this product addon is of another module."
    assert other.api == []


def test_the_addon_that_is_being_changed_counts_as_it_will_be(engine: Engine, shop: Shop) -> None:
    """WHMCS sets its status only after the function has answered."""
    for function, number, names in (
        ("CreateAccount", 4, 4),
        ("UnsuspendAccount", 6, 4),
        ("TerminateAccount", 1, 2),
        ("SuspendAccount", 2, 2),
    ):
        engine.door.seen.clear()
        stub = shop.stub(packages=engine.params | {"serveraccesshash": _lines(engine)})
        done = engine.call(function, params={"addonId": number}, stub=stub)
        assert done.value == "success", function
        (seen,) = engine.door.seen
        assert seen.path.endswith("/ChangePackage")
        assert len(seen.params["_puq"]["addons"]) == names, function


def _lines(engine: Engine) -> str:
    lines: str = engine.params["serveraccesshash"] + engine.door.access_hash
    return lines
