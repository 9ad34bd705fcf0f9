"""Canary secrets never come out: not in the answer, not in a log at any level, not in the store."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from puq_zimbra.simulator import Simulator

from .conftest import Hook

ADMIN_PASSWORD = "test123"
CANARY = "Canary-Secret-9"
NEW_CANARY = "Canary-Secret-10"

FAULTS = ("none", "fault", "page", "drop", "left open", "expired", "token in a fault")
WRITES = ("CreateDomain", "CreateAccount", "ModifyDomain", "SetPassword", "DeleteAccount")


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(
    "event",
    [
        "create",
        "suspend",
        "change_password",
        "client_area",
        "client_action",
        "usage",
        "terminate",
        "plan",
        "drift",
    ],
)
def test_canaries_stay_inside(
    hook: Hook,
    simulator: Simulator,
    caplog: pytest.LogCaptureFixture,
    log_fields: Callable[[], list[dict[str, Any]]],
    tmp_path: Path,
    event: str,
    fault: str,
) -> None:
    """Every library's DEBUG level is on, and something goes wrong in the middle."""
    caplog.set_level(logging.DEBUG)
    admin = {"admin": {"password": CANARY, "display_name": "Biuro"}}
    if event != "create":
        hook("create", service=admin)
    break_next(simulator, fault)
    form = {"puqz_action": "change_admin_password", "password": NEW_CANARY}
    answer = hook(
        event,
        service=admin,
        new_password=NEW_CANARY,
        form={**form, "password_again": NEW_CANARY},
    )

    tokens = list(simulator.state.tokens._known)
    assert tokens
    seen = json.dumps(answer.value) + caplog.text + repr(log_fields())
    seen += "".join(path.read_bytes().decode("latin-1") for path in tmp_path.rglob("store.db*"))
    for secret in (ADMIN_PASSWORD, CANARY, NEW_CANARY, *tokens):
        assert secret not in seen


def break_next(simulator: Simulator, fault: str) -> None:
    """Make the next look at the domain go wrong."""
    if fault == "fault":
        simulator.fail_next("GetDomainRequest", "service.FAILURE", text=CANARY, times=3)
    elif fault == "page":
        simulator.http_next(
            "GetDomainRequest", status=502, body=b"<html/>", content_type="text/html", times=3
        )
    elif fault == "drop":
        simulator.drop_next("GetDomainRequest", times=3)
    elif fault == "left open":
        # The call is kept with the operation, to be carried on.
        for name in WRITES:
            simulator.drop_next(f"{name}Request", times=2)
    elif fault == "expired":
        simulator.expire_tokens()
    elif fault == "token in a fault":
        simulator.fail_next("GetDomainRequest", "service.PERM_DENIED", text=NEW_CANARY)
