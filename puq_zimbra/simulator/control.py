"""The side channel for disturbances: JSON under ``/simulator/chaos`` on the admin port.

Open only when asked for, and only to the administrator (HTTP Basic). GET counts what is planned,
POST adds a plan or a list of plans, DELETE forgets all. A plan names what `chaos.Plan` holds::

    {"name": "CreateAccountRequest", "kind": "http", "status": 504, "applied": true, "skip": 2}
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import json
from typing import Any, get_args

from puq_zimbra.simulator.chaos import CONNECTIONS, STALE, Chaos, Kind, Plan
from puq_zimbra.simulator.corrupt import WAYS
from puq_zimbra.simulator.directory import ACCOUNT_KINDS
from puq_zimbra.simulator.state import State

PATH = "/simulator/chaos"
_FIELDS = {field.name for field in dataclasses.fields(Plan)}


def read_plans(value: Any) -> list[Plan]:
    """Read one plan or a list; ValueError names what is wrong."""
    return [_plan(each) for each in (value if isinstance(value, list) else [value])]


def _plan(value: Any) -> Plan:
    if not isinstance(value, dict):
        raise ValueError("a plan is an object")
    unknown = set(value) - _FIELDS
    if unknown or "name" not in value or value.get("kind") not in get_args(Kind):
        known = ", ".join(get_args(Kind))
        raise ValueError(f"a plan needs name and kind ({known}); unknown: {sorted(unknown)}")
    if value["kind"] in CONNECTIONS and value["name"] != "*":
        raise ValueError("connections fail whatever is asked: name is *")
    if value["kind"] == "stale" and value["name"] not in STALE:
        raise ValueError(f"stale reads are {', '.join(STALE)}")
    if value["kind"] == "mangle" and value.get("how") not in WAYS:
        raise ValueError(f"how is one of {', '.join(WAYS)}")
    body, then = value.get("body", ""), value.get("then")
    made = {"body": body.encode() if isinstance(body, str) else b""}
    return Plan(**{**value, **made, "then": _plan(then) if then is not None else None})


def answer(
    state: State, chaos: Chaos, method: str, authorization: str | None, body: bytes
) -> tuple[int, bytes]:
    """Answer a request to the control URL: HTTP status and JSON."""
    if not _is_admin(state, authorization):
        return 401, b'{"error": "log in as the administrator"}'
    if method == "DELETE":
        chaos.clear()
    elif method == "POST":
        try:
            plans = read_plans(json.loads(body))
        except (ValueError, TypeError) as error:
            return 400, json.dumps({"error": str(error)}).encode()
        for plan in plans:
            chaos.add(plan)
    return 200, json.dumps({"pending": chaos.pending}).encode()


def _is_admin(state: State, authorization: str | None) -> bool:
    scheme, _, value = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        name, _, password = base64.b64decode(value).decode().partition(":")
    except (binascii.Error, UnicodeError):
        return False
    account = state.directory.at(name, *ACCOUNT_KINDS)
    return (
        account is not None
        and account.first("zimbraIsAdminAccount") == "TRUE"
        and account.password == password
    )
