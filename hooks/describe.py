"""Describe: the contract of the hook door, as JSON Schema and tables.

The call's ``form`` comes back as it arrived, so that whoever built a way to this door can see that
it carries every character unchanged. Put nothing secret in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from puq_zimbra import __version__
from puq_zimbra.billing.plain import EVENTS
from puq_zimbra.call import Call
from puq_zimbra.model import CODES, Reply

from .needs import NEEDS
from .runtime import Runtime

#: a reply of the host plain, as JSON Schema
REPLY = {
    "type": "object",
    "required": ["ok", "code", "message", "reference", "retryable"],
    "properties": {
        "ok": {"type": "boolean"},
        "code": {"enum": list(CODES)},
        "message": {"type": "string"},
        "reference": {"type": "string"},
        "retryable": {"type": "boolean"},
        "data": {"type": "object"},
        "html": {"type": "string"},
    },
    "additionalProperties": False,
}


def run(call: Call, runtime: Runtime) -> Reply:
    """Say what goes in and what comes out."""
    data = {**_contract(), "form": call.form} if call.form else _contract()
    return Reply("unchanged", "This is puq_zimbra %(version)s.", {"version": __version__}, data)


@cache
def _contract() -> Mapping[str, Any]:
    events = {event: list(NEEDS[event]) for event in EVENTS}
    codes = {
        code: {"ok": ok, "exit": status, "http": http} for code, (ok, status, http) in CODES.items()
    }
    return {
        "version": __version__,
        "events": events,
        "codes": codes,
        "input": Call.model_json_schema(),
        "output": REPLY,
    }
