"""Operations that go on, for the models ``mailbox`` and ``server``."""

from __future__ import annotations

import pytest

from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator

from ..conftest import Hook
from ..operations import carried_on

ADDRESS = "anna@poczta.example"


@pytest.mark.parametrize("event", ["suspend", "terminate"])
def test_a_pending_mailbox_is_finished_by_work(
    mailbox: Hook, worker: Runtime, simulator: Simulator, event: str
) -> None:
    """The kept call names the address, and nothing else of the provider's domain is touched."""
    mailbox("create")
    for name in ("ModifyAccountRequest", "DeleteAccountRequest"):
        simulator.drop_next(name, times=2)
    pending = mailbox(event)
    simulator.chaos.clear()

    assert pending.value["code"] == "pending"
    assert carried_on(pending.value["reference"], worker).code == "updated"
    assert (
        mailbox(event).value["code"] == {"suspend": "unchanged", "terminate": "already_gone"}[event]
    )
    assert simulator.domain("poczta.example") is not None


def test_a_pending_suspension_of_a_server_locks_every_domain(
    server: Hook, worker: Runtime, simulator: Simulator
) -> None:
    """One domain is locked, the answer for the next is lost: the rest follows."""
    server("create")
    simulator.create_domain("second.example")
    simulator.create_domain("third.example")
    simulator.drop_next("ModifyDomainRequest", times=2)
    pending = server("suspend")
    worked = carried_on(pending.value["reference"], worker)
    names = ("firma.example", "second.example", "third.example")

    assert (pending.value["code"], worked.code) == ("pending", "updated")
    assert {simulator.domain(name).first("zimbraDomainStatus") for name in names} == {"locked"}
