"""A service's life through the module, the engine and the simulated Zimbra."""

from __future__ import annotations

from puq_zimbra.simulator import Simulator

from ..conftest import Params
from .php import Module


def test_a_life_over_the_command(
    over_command: Module, whmcs_params: Params, simulator: Simulator
) -> None:
    """Each of the core functions answers the literal success, and repeats it."""
    for function in (
        "TestConnection", "CreateAccount", "CreateAccount", "SuspendAccount", "UnsuspendAccount",
        "ChangePackage", "ChangePassword", "Renew", "Check", "Repair", "TerminateAccount",
        "TerminateAccount",
    ):  # fmt: skip
        told = over_command.call(function, whmcs_params)
        expected = {"success": True, "error": ""} if function == "TestConnection" else "success"
        assert told.value == expected, function

    assert simulator.domain("firma.example") is None
