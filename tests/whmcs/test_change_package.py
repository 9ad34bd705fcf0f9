"""A change of package that Zimbra refuses: staff learn what is sold, and what is held."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ..conftest import Params
from . import shop
from .conftest import Start
from .php import Module
from .shop import LARGE, SERVICE, SMALL, Shop

REFUSED = "AfterModuleChangePackageFailed"
WHY = "It holds 3 mailboxes. (op-0123456789abcdef)"
TITLE = f"PUQ Zimbra: service #{SERVICE}, change of package"


@pytest.fixture
def tables(tmp_path: Path, whmcs_params: Params) -> Iterator[Shop]:
    """WHMCS's tables, after the upgrade was paid for."""
    with shop.opened(tmp_path / "whmcs.sqlite", whmcs_params) as tables:
        tables.change("tblhosting", SERVICE, packageid=LARGE)
        yield tables


def run(module: Module, tables: Shop, point: str, product: int, **more: Any) -> Any:
    """Run a hook after a function of the module."""
    params = {"serviceid": SERVICE, "pid": product, "moduletype": "puqzimbra", **more}
    given = {"params": params, "failureResponseMessage": WHY}
    return module.call(f"hook {point}", given, stub=tables.stub())


def test_the_to_do_names_both_packages_once(start: Start, tables: Shop) -> None:
    """Each attempt fails the same way; one open to-do says it."""
    module = start()
    run(module, tables, "AfterModuleCreate", SMALL)
    for _ in range(2):
        told = run(module, tables, REFUSED, LARGE)
    run(module, tables, REFUSED, LARGE, moduletype="cpanel")
    rows = tables.rows("tbltodolist", "title, description, status, admin")

    assert (told.api, told.activity) == ([], [])
    assert rows == [
        (
            TITLE,
            f'WHMCS sells "Mail L" (#{LARGE}), but Zimbra still has "Mail S" (#{SMALL}), because'
            f" the change was refused: {WHY}\nPut it right in Zimbra and press Change Package, or"
            " sell the old package again.",
            "New",
            0,
        )
    ]
    # Once it is done, a new refusal is news.
    tables.change("tbltodolist", 1, status="Completed")
    run(module, tables, "AfterModuleChangePackage", LARGE)
    run(module, tables, REFUSED, LARGE)
    (_, latest) = tables.rows("tbltodolist", "description")
    assert 'Zimbra still has "Mail L" (#4) with the options of before' in latest[0]


@pytest.mark.parametrize(
    ("setting", "command", "values"),
    [
        ("failures=mail", "SendAdminEmail", {"customsubject": TITLE, "type": "system"}),
        ("usage=x; Failures = ticket:7", "OpenTicket", {"deptid": 7, "subject": TITLE}),
        ("failures=none", None, {}),
    ],
)
def test_staff_hear_of_it_as_the_product_says(
    start: Start, tables: Shop, setting: str, command: str | None, values: Params
) -> None:
    """As mail or ticket once a day, of a service that was never seen before."""
    tables.change("tblproducts", LARGE, configoption15=setting)
    module = start()
    first, second = (run(module, tables, REFUSED, LARGE) for _ in range(2))

    assert second.api == []
    assert tables.rows("tbltodolist") == []
    if command is None:
        assert first.api == []
        return
    ((asked, given),) = first.api
    assert (asked, given | values) == (command, given)
    text = given.get("message") or given["custommessage"]
    assert "another package, whose name is not known" in text
    assert "clientid" not in given


def test_what_cannot_be_told_stands_in_the_activity_log(start: Start, tables: Shop) -> None:
    """Where WHMCS has no such list, or refuses the command."""
    tables.drop("tbltodolist")
    told = run(start(), tables, REFUSED, LARGE)

    assert WHY in told.activity[0]
    assert "the to-do list cannot be written" in told.activity[0]
