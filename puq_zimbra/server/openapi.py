"""What the door's OpenAPI document says beside what FastAPI knows by itself.

Source: OpenAPI 3.1; the Standard Webhooks specification 1.0.0.
"""

from __future__ import annotations

from typing import Any

from puq_zimbra.billing import plain, whmcs
from puq_zimbra.call import Call
from puq_zimbra.hooks.describe import REPLY
from puq_zimbra.hooks.dispatch import Host
from puq_zimbra.model import CODES
from puq_zimbra.server.signatures import ID, SIGNATURE, TIME, TOLERANCE

#: host -> its module
HOSTS: dict[str, Host] = {"plain": plain, "whmcs": whmcs}

TITLE = "puq_zimbra"
DESCRIPTION = f"""\
Provisions Zimbra mail for a billing platform. Requests to `/v1/hook` are signed as Standard
Webhooks are: HMAC-SHA256 over id, time (within {TOLERANCE} s) and body. So are the answers: the
same id, the time of the answer. An answer without a right signature is not ours."""

#: what the door says itself, unsigned unless it is 404
TURNED_AWAY: dict[str, Any] = {
    "type": "object",
    "required": ["ok", "code", "message", "retryable"],
    "properties": {
        "ok": {"const": False},
        "code": {"enum": ["invalid", "refused", "not_found", "unavailable"]},
        "message": {"type": "string"},
        "retryable": {"type": "boolean"},
    },
    "additionalProperties": False,
}
#: status -> when; what is not in `CODES` besides
_TURNED_AWAY = {
    "400": "The address has a query; or the hook's answer `invalid`.",
    "401": "The signature is not right, or the time not within the tolerance.",
    "404": "There is no such event; or the hook's answer `not_found`.",
    "408": "The body did not come in time.",
    "413": "The body is too large.",
    "503": "Too many hooks wait, or the service stops; or the hook's answer `unavailable`.",
}


def operation(host: str) -> dict[str, Any]:
    """The operation of a host's hooks, laid over what FastAPI says."""
    answer: dict[str, Any] = REPLY if host == "plain" else {}
    return {
        "parameters": [
            {
                "name": "event",
                "in": "path",
                "required": True,
                "schema": {"type": "string", "enum": list(HOSTS[host].EVENTS)},
            },
            _header(ID, "The request's id: `[A-Za-z0-9_-]`, 200 at the most."),
            _header(TIME, "Seconds since 1970 (UTC)."),
            _header(SIGNATURE, "`v1,` and base64; several separated by blanks."),
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": _input() if host == "plain" else {"type": "object"},
                }
            },
        },
        "responses": _responses(answer),
    }


def _responses(answer: dict[str, Any]) -> dict[str, Any]:
    said: dict[str, list[str]] = {}
    for code, (_, _, number) in CODES.items():
        said.setdefault(str(number), []).append(code)
    found: dict[str, Any] = {}
    for status in sorted(said.keys() | _TURNED_AWAY.keys()):
        schemas = [answer] if status in said else []
        if status in _TURNED_AWAY:
            schemas.append(TURNED_AWAY)
        text = _TURNED_AWAY.get(status) or f"The hook's answer: {', '.join(said[status])}."
        schema = schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
        found[status] = {
            "description": text,
            "content": {"application/json": {"schema": schema}},
        }
    return found


def complete(document: dict[str, Any]) -> None:
    """Add to FastAPI's document the schemas that the input of the host plain refers to."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas.update(_schema()["$defs"])


def _input() -> dict[str, Any]:
    return {key: value for key, value in _schema().items() if key != "$defs"}


def _schema() -> dict[str, Any]:
    return Call.model_json_schema(ref_template="#/components/schemas/{model}")


def _header(name: str, text: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": True,
        "description": text,
        "schema": {"type": "string"},
    }
