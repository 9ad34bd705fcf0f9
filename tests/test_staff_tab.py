"""Staff's tab of the billing host: sold beside held, operations, differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from puq_zimbra.engine.dispatch import dispatch
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator
from puq_zimbra.zimbra.client import Zimbra

from .conftest import Params

Fields = Callable[..., dict[str, str]]


@pytest.fixture
def fields(whmcs_params: Params, runtime: Runtime) -> Fields:
    """The rows of the tab; keyword arguments take the place of parameters."""

    def ask(**changes: Any) -> dict[str, str]:
        rows: dict[str, str] = dispatch(
            "whmcs", "AdminServicesTabFields", {**whmcs_params, **changes}, runtime
        ).value
        return rows

    return ask


def test_the_tab_says_what_was_sold_and_what_is_held(
    fields: Fields, whmcs_params: Params, runtime: Runtime, simulator: Simulator, zimbra: Zimbra
) -> None:
    """Class, counts, the last operation with its reference, what waits, and what differs."""

    def press(event: str) -> Any:
        return dispatch("whmcs", event, {**whmcs_params, "configoption10": "delete"}, runtime).value

    assert press("CreateAccount") == "success"
    rows = fields()
    assert rows["State"] == "Active"
    assert rows["Class of service"] == "business"
    assert "Mailboxes: 25 sold, no data held" in rows["Sold and held"]
    assert rows["Last operation"].startswith("Service set up: Done, ")
    assert ", op-" in rows["Last operation"]
    assert rows["Operations that wait"] == rows["Differences from what was sold"] == "none"

    press("UsageUpdate")
    domain = simulator.domain("firma.example")
    assert domain is not None
    zimbra.modify_domain(domain.id, {"zimbraDomainMaxAccounts": "3"})
    rows = fields()
    assert "Mailboxes: 25 sold, 1 held<br>Aliases: unlimited sold, 0 held" in rows["Sold and held"]
    assert rows["Differences from what was sold"] == "limits (firma.example)"

    simulator.drop_next("DeleteAccountRequest", times=9)
    assert "op-" in press("TerminateAccount")
    waits = fields()["Operations that wait"]
    assert waits.startswith("Termination: ")
    assert ", op-" in waits


def test_the_tab_speaks_the_languages_of_the_staff(
    fields: Fields, whmcs_params: Params, runtime: Runtime
) -> None:
    """And shows what hostile names hold as text."""
    dispatch("whmcs", "CreateAccount", whmcs_params, runtime)
    rows = fields(clientsdetails={"language": "pl"}, configoption2="<b>{$x}</b>")

    assert "Stan" in rows
    assert "&lt;b&gt;&#123;$x&#125;&lt;/b&gt;" in rows.values()


def test_a_large_service_is_not_read_for_a_page(
    fields: Fields, whmcs_params: Params, runtime: Runtime, simulator: Simulator
) -> None:
    """WHMCS waits for the tab; staff press Check instead."""
    whmcs_params["configoption3"] = "600"
    dispatch("whmcs", "CreateAccount", whmcs_params, runtime)
    for number in range(501):
        simulator.create_account(f"u{number}@firma.example")
    dispatch("whmcs", "UsageUpdate", whmcs_params, runtime)
    simulator.reset_log()

    assert fields()["Differences from what was sold"] == "not read: press Check"
    assert len(simulator.log) < 5
