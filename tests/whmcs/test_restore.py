"""What was terminated and lives again is billed again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from . import shop
from .engine import Engine
from .shop import SERVICE

ACTIVE = ["UpdateClientProduct", {"serviceid": SERVICE, "status": "Active"}]


FINE = {"result": "success"}
#: what the engine says, WHMCS's status, what WHMCS's command says -> what staff read, and whether
#: the command was given
RESTORED: list[tuple[str, str, dict[str, Any], str, bool]] = [
    ("success", "Terminated", FINE, "success", True),
    ("success", "Cancelled", FINE, "success", True),
    ("success", "Suspended", FINE, "success", False),
    ("success", "Active", FINE, "success", False),
    ("It is gone. (op-1)", "Terminated", FINE, "It is gone. (op-1)", False),
    (
        "success",
        "Terminated",
        {"result": "error", "message": "Service ID Not Found"},
        "set the status of the service to Active yourself, or nobody is billed for it"
        " (UpdateClientProduct: Service ID Not Found).",
        True,
    ),
    ("success", "Terminated", {}, "(UpdateClientProduct: no reason was given).", True),
]


def test_restore_makes_whmcs_bill_again(engine: Engine, tmp_path: Path) -> None:
    """Only the status is written, and a command that failed is told."""
    with shop.opened(tmp_path / "whmcs.sqlite", engine.params) as tables:
        for engine_says, status, whmcs_says, told, written in RESTORED:
            engine.answer = engine_says
            tables.change("tblhosting", SERVICE, domainstatus=status)
            stub = tables.stub(answers={"UpdateClientProduct": whmcs_says})
            answer = engine.call("Restore", stub=stub)
            assert answer.value.endswith(told), (engine_says, status)
            assert answer.api == ([ACTIVE] if written else []), (engine_says, status)
            assert bool(answer.activity) == (whmcs_says != FINE)


def test_restore_says_so_where_whmcs_cannot_be_read(engine: Engine, tmp_path: Path) -> None:
    """The mail lives: that nobody is billed must not be passed over."""
    answer = engine.call("Restore", stub={"database": f"sqlite:{tmp_path}/nothing"})

    assert "set the status of the service to Active yourself" in answer.value
    assert len(answer.activity) == 1


@pytest.mark.parametrize(
    ("ok", "action", "written"),
    [(True, "call_off_deletion", True), (False, "call_off_deletion", False), (True, "x", False)],
)
def test_a_customer_who_takes_his_service_back_is_billed(
    engine: Engine, tmp_path: Path, ok: bool, action: str, written: bool
) -> None:
    """What WHMCS refuses then is for staff: the customer has his mail."""
    engine.answer = {"ok": ok, "message": "It was restored."}
    with shop.opened(tmp_path / "whmcs.sqlite", engine.params) as tables:
        tables.change("tblhosting", SERVICE, domainstatus="Terminated")
        stub = tables.stub(token="t", answers={"UpdateClientProduct": {"result": "error"}})
        post = {"token": "t", "puqz_action": action}
        answer = engine.call("client_action", stub=stub, post=post, method="POST")

    assert answer.value == ("success" if ok else "It was restored.")
    assert answer.api == ([ACTIVE] if written else [])
    assert len(answer.activity) == written
