"""The OpenAPI document: what FastAPI does not know by itself.

Source: OpenAPI 3.1; the Standard Webhooks specification 1.0.0.
"""

from __future__ import annotations

from typing import Any

from puq_zimbra import registry
from puq_zimbra.hooks.describe import REPLY
from puq_zimbra.http.openapi_pages import EXAMPLES, SCHEMAS
from puq_zimbra.http.signatures import ID, SIGNATURE, TIME, TOLERANCE
from puq_zimbra.reply import CODES
from puq_zimbra.request import Request

TITLE = "puq_zimbra"
DESCRIPTION = f"""\
Provisions Zimbra mail for a billing platform. Requests to `/v1/hook` are signed as Standard
Webhooks are: HMAC-SHA256 over id, time (within {TOLERANCE} s) and body. So are the answers: the
same id, the time of the answer. Reject an answer whose signature is wrong. Hosts that cannot sign
bear their installation's secret as a token instead; answers to them are not signed."""

#: an answer of the service itself; unsigned, except for 404
REJECTED: dict[str, Any] = {
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
#: status -> when; besides those in `CODES`
_REJECTED = {
    "400": "The address has a query; or the hook's answer `invalid`.",
    "401": "The signature is wrong, or the time is outside the tolerance.",
    "404": "There is no such event; or the hook's answer `not_found`.",
    "408": "The body did not arrive in time.",
    "413": "The body is too large.",
    "503": "Too many requests wait, or the service stops; or the hook's answer `unavailable`.",
}


def operation(host: str) -> dict[str, Any]:
    """The operation of a host's hooks, added to what FastAPI says."""
    declared = registry.host_of(host)
    is_plain = declared.is_plain
    answer: dict[str, Any] = REPLY if is_plain else {}
    return {
        "parameters": [
            {
                "name": "event",
                "in": "path",
                "required": True,
                "schema": {"type": "string", "enum": list(registry.events(host))},
            },
            *(_TOKEN if declared.bearer else _SIGNED),
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": _input() if is_plain else {"type": "object"},
                    **({"examples": EXAMPLES} if is_plain else {}),
                }
            },
        },
        "responses": _responses(answer, {} if declared.bearer else REJECTED),
    }


def _responses(answer: dict[str, Any], rejected: dict[str, Any]) -> dict[str, Any]:
    said: dict[str, list[str]] = {}
    for code, (_, _, number) in CODES.items():
        said.setdefault(str(number), []).append(code)
    found: dict[str, Any] = {}
    for status in sorted(said.keys() | _REJECTED.keys()):
        schemas = [answer] if status in said else []
        if status in _REJECTED:
            schemas.append(rejected)
        text = _REJECTED.get(status) or f"The hook's answer: {', '.join(said[status])}."
        schema = schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
        found[status] = {
            "description": text,
            "content": {"application/json": {"schema": schema}},
        }
    return found


def complete(document: dict[str, Any]) -> None:
    """Add to FastAPI's document the schemas of the host plain's input and of its pages' data."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas.update(_schema()["$defs"])
    schemas.update(SCHEMAS)


def _input() -> dict[str, Any]:
    return {key: value for key, value in _schema().items() if key != "$defs"}


def _schema() -> dict[str, Any]:
    return Request.model_json_schema(ref_template="#/components/schemas/{model}")


def _header(name: str, text: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": True,
        "description": text,
        "schema": {"type": "string"},
    }


_TOKEN = (_header("authorization", "`Bearer ` and a secret of the installation."),)
_SIGNED = (
    _header(ID, "The request's id: `[A-Za-z0-9_-]`, at most 200 characters."),
    _header(TIME, "Seconds since 1970 (UTC)."),
    _header(SIGNATURE, "`v1,` and base64; several separated by blanks."),
)
