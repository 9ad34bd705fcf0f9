"""The hooks' calls, but the Zimbra at the other end of the wire is a Carbonio."""

from __future__ import annotations

import pytest

from puq_zimbra.simulator import Simulator

from ..models.conftest import mailbox, server  # noqa: F401 - the same calls of those models


@pytest.fixture
def simulator() -> Simulator:
    """A fresh Carbonio with the classes of service that the plans name."""
    simulator = Simulator(domain="example.test", admin_password="test123", flavour="carbonio")
    simulator.create_cos("business")
    simulator.create_cos("starter", zimbraMailQuota="1073741824")
    simulator.reset_log()
    return simulator
