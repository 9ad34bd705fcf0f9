"""What would be refused after the payment is refused before it, and nothing is written."""

from __future__ import annotations

from typing import Any

import pytest

from puq_zimbra.engine.dispatch import dispatch
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator

from .conftest import Params

#: what differs from a good order -> what the customer reads; None = staff read it, "" = it can be
ORDERS: list[tuple[dict[str, Any], str | None]] = [
    ({}, ""),
    ({"domain": "zajęta.example"}, "zajęta.example is in use on this mail server already"),
    ({"domain": "www.firma.example"}, "www.firma.example is the name of a web site"),
    ({"domain": "gmail.com"}, "gmail.com belongs to a public mail provider"),
    ({"domain": "com.pl"}, "com.pl is a public suffix"),
    ({"domain": "a.zajęta.example"}, "lies above or below the domain of another customer"),
    ({"domain": "https://firma.example/"}, "Domain is not a domain name: leave out https://"),
    ({"domain": "jan@firma.example"}, "Domain is not a domain name: leave out the @"),
    ({"domain": "firma.example."}, "leave out the dot at its end"),
    ({"domain": "firma"}, "Domain is not a domain name"),
    ({"domain": ""}, "Domain is missing"),
    ({"configoptions": {"Mailboxes": "0"}}, "The plan allows no mailboxes"),
    ({"configoptions": {"Mailboxes": "many"}}, None),
    ({"configoptions": {"Colour": "red"}}, None),
    ({"configoption2": "no such class"}, None),
    # Without a server, as for a private one that is still to be set up.
    ({"serverhostname": "", "serverip": "", "domain": "zajęta.example"}, ""),
    ({"serverhostname": "", "serverip": "", "domain": "www.firma.example"}, "of a web site"),
]


def test_a_new_order_is_checked(
    whmcs_params: Params, runtime: Runtime, simulator: Simulator
) -> None:
    """The name in the customer's words; settings in staff's."""
    other = {**whmcs_params, "serviceid": "7", "userid": "8", "domain": "zajęta.example"}
    assert dispatch("whmcs", "CreateAccount", other, runtime).value == "success"
    simulator.reset_log()
    for changes, words in ORDERS:
        asked = {**whmcs_params, "serviceid": "new", **changes}
        told = dispatch("whmcs", "CheckOrder", asked, runtime).value
        if words is None:
            assert told["errors"] == [], changes
            assert told["blocked"], changes
            assert told["staff"], changes
        elif words == "":
            assert told == {"errors": []}, changes
        else:
            assert words in " ".join(told["errors"]), (changes, told)
            assert "(op-" not in told["errors"][0]

    assert simulator.writes() == []


def test_a_service_is_not_sold_less_than_it_holds(
    whmcs_params: Params, runtime: Runtime, simulator: Simulator
) -> None:
    """The page of upgrades says it with the numbers."""
    assert dispatch("whmcs", "CreateAccount", whmcs_params, runtime).value == "success"
    for name in ("anna", "jan"):
        simulator.create_account(f"{name}@firma.example", "Secret-Pass-1")
    simulator.reset_log()
    more = dispatch("whmcs", "CheckOrder", {**whmcs_params, "configoption3": "50"}, runtime)
    less = dispatch("whmcs", "CheckOrder", {**whmcs_params, "configoption3": "2"}, runtime)

    assert more.value == {"errors": []}
    assert "3" in less.value["errors"][0]
    assert simulator.writes() == []


@pytest.mark.parametrize("away", ["zimbra", "password"])
def test_a_cart_goes_on_without_zimbra(whmcs_params: Params, runtime: Runtime, away: str) -> None:
    """Nothing is known of the order then, and a shop that is shut sells nothing."""
    change = {"serverport": "1"} if away == "zimbra" else {"serverpassword": "wrong"}
    told = dispatch("whmcs", "CheckOrder", {**whmcs_params, **change}, runtime).value

    assert (told["errors"], told["blocked"]) == ([], False)
