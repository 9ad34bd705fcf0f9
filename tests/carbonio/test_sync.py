"""What a sync does not ask of Carbonio."""

from __future__ import annotations

from puq_zimbra.simulator import Simulator

from ..conftest import Command, Hook


def test_domains_are_not_summed_up(hook: Hook, command: Command, simulator: Simulator) -> None:
    """Carbonio counts each mailbox twice, and would shut a customer at half of his quota."""
    hook("create")
    simulator.add_mail("admin@firma.example", 30 * 2**30)
    simulator.reset_log()
    done = command("usage", "sync")
    usage = hook("usage").value["data"]

    assert done.status == 0
    assert simulator.calls("ComputeAggregateQuotaUsageRequest") == []
    assert "twice" in done.stdout + done.stderr
    assert usage["rows"][0]["disk_used_mb"] == 30 * 1024
