"""Several writes go to Zimbra in one HTTP request, and each is answered by itself."""

from __future__ import annotations

from puq_zimbra.errors import AddressExists, Fault, TokenRejected
from puq_zimbra.simulator import Simulator
from puq_zimbra.zimbra.batches import adding_account_alias, creating_account, modifying_account
from puq_zimbra.zimbra.client import Zimbra


def test_a_refused_write_stops_no_other(zimbra: Zimbra, simulator: Simulator) -> None:
    """Each has an answer of its own, in their order, and all of it is one HTTP request."""
    simulator.create_domain("firma.example")
    taken = simulator.create_account("anna@firma.example", "Old-Pass-1")
    simulator.traffic.arrivals.clear()
    answers = zimbra.batch(
        [
            creating_account("anna@firma.example", "Any-Pass-1", {}),
            creating_account("jan@firma.example", "Any-Pass-2", {"displayName": "Jan <Ł>"}),
            modifying_account(taken.id, {"displayName": "Anna"}),
            adding_account_alias(taken.id, "a@nowhere.example"),
        ]
    )

    assert isinstance(answers[0], AddressExists)
    assert isinstance(answers[3], Fault)
    assert [type(one).__name__ for one in answers[1:3]] == ["_Element", "_Element"]
    made = simulator.account("jan@firma.example")
    assert made is not None
    assert made.attrs["displayName"] == ["Jan <Ł>"]
    assert simulator.verify_password("jan@firma.example", "Any-Pass-2")
    assert len(simulator.traffic.arrivals) - len(simulator.calls("AuthRequest")) == 1


def test_a_token_that_died_is_renewed(zimbra: Zimbra, simulator: Simulator) -> None:
    """Zimbra answers such a batch by HTTP 200, with a fault in each place."""
    simulator.create_domain("firma.example")
    zimbra.get_all_cos()
    simulator.expire_tokens()
    answers = zimbra.batch([creating_account("jan@firma.example", "Any-Pass-2", {})])

    assert not isinstance(answers[0], TokenRejected)
    assert simulator.account("jan@firma.example") is not None
    assert len(simulator.calls("AuthRequest")) == 2
