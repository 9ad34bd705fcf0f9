"""Describe: the contract with hosts, as JSON Schema and tables.

The request's ``form`` comes back as it arrived, so that a host's programmer can check that every
character arrives unchanged. Put nothing secret in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from puq_zimbra import __version__, registry
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.registry.hook import Hook
from puq_zimbra.reply import CODES, Reply
from puq_zimbra.request import Request

HOOK = Hook(
    needs=(),
    whmcs=("MetaData", "ConfigOptions"),
    wait="click",
)

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


def run(request: Request, runtime: Runtime) -> Reply:
    """Say what goes in and what comes out."""
    data = {**_contract(), "form": request.form} if request.form else _contract()
    return Reply("unchanged", "This is puq_zimbra %(version)s.", {"version": __version__}, data)


@cache
def _contract() -> Mapping[str, Any]:
    events = {event: list(hook.needs) for event, hook in registry.hooks().items() if hook.public}
    codes = {
        code: {"ok": ok, "exit": status, "http": http} for code, (ok, status, http) in CODES.items()
    }
    return {
        "version": __version__,
        "events": events,
        "codes": codes,
        "input": Request.model_json_schema(),
        "output": REPLY,
    }
