"""A service's life through the module, the engine and the simulated Zimbra."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from puq_zimbra import __version__
from puq_zimbra.simulator import Simulator

from ..conftest import Params
from .conftest import Start
from .php import Module, command
from .service import serving


def lived(module: Module, params: Params, simulator: Simulator) -> None:
    """Each of the core functions answers the literal success, and repeats it."""
    for function in (
        "TestConnection", "CreateAccount", "CreateAccount", "SuspendAccount", "UnsuspendAccount",
        "ChangePackage", "ChangePassword", "Renew", "Check", "Repair", "TerminateAccount",
        "TerminateAccount",
    ):  # fmt: skip
        told = module.call(function, params)
        expected = {"success": True, "error": ""} if function == "TestConnection" else "success"
        assert told.value == expected, function

    assert simulator.domain("firma.example") is None


def test_a_life_over_the_command(
    start: Start, settings: str, tmp_path: Path, whmcs_params: Params, simulator: Simulator
) -> None:
    """Where there is no service, only a program."""
    program = command(Path(settings), tmp_path / "engine")
    lived(start(engine="command", program=str(program)), whmcs_params, simulator)


@pytest.mark.parametrize("where", ["127.0.0.1:0", "unix:{}/hook.sock"])
def test_a_life_over_the_service(
    start: Start,
    settings: str,
    tmp_path: Path,
    whmcs_params: Params,
    simulator: Simulator,
    where: str,
) -> None:
    """One secret pasted, nothing else set."""
    with serving(settings, where.format(tmp_path)) as lines:
        whmcs_params["serveraccesshash"] += lines
        lived(start(), whmcs_params, simulator)


def whmcs_table(folder: Path) -> str:
    """WHMCS's table of services, with the domain as the customer typed it; PDO's name of it."""
    table = sqlite3.connect(folder / "whmcs.sqlite", isolation_level=None)
    table.execute("CREATE TABLE tblhosting (id INTEGER PRIMARY KEY, server INTEGER, domain TEXT)")
    table.execute("INSERT INTO tblhosting VALUES (42, 1, 'Firma.Example')")
    table.close()
    return f"sqlite:{folder}/whmcs.sqlite"


def test_every_answer_is_of_a_kind_that_whmcs_takes(
    start: Start, service: str, whmcs_params: Params, tmp_path: Path
) -> None:
    """From the service itself, and what it says of a wrong secret."""
    module = start()
    right = whmcs_params | {"serveraccesshash": whmcs_params["serveraccesshash"] + service}
    assert module.call("CreateAccount", right).value == "success"
    assert module.call("ServiceSingleSignOn", right).value["redirectTo"].startswith("https://")
    assert module.call("AdminSingleSignOn", right).value["redirectTo"].startswith("https://")
    host = {"database": whmcs_table(tmp_path)}
    listed = module.call("ListAccounts", right, stub=host).value["accounts"]
    assert [one["uniqueIdentifier"] for one in listed] == ["Firma.Example"]
    assert "business" in module.call("LoadClassesOfService", right).value
    assert "puqz" in module.call("ClientArea", right).value["templateVariables"]["puqFragment"]
    fields = module.call("AdminServicesTabFields", right).value
    assert "Zimbra" not in fields
    assert fields["Versions"] == f"engine {__version__}, module {__version__}"
    assert module.call("MetricProvider usage", right, stub=host).value["Firma.Example"]
    wrong = right | {"serveraccesshash": right["serveraccesshash"] + "secret=whsec_" + "A" * 44}
    assert "compare the secret" in module.call("Renew", wrong).value
    unknown = module.call("engine NoSuchFunction", {**wrong, "serveraccesshash": service})

    assert "no such event" in unknown.value["message"]
