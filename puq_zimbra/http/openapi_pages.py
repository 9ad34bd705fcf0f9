"""What the OpenAPI document says of the customer's pages as JSON: their data, and examples.

Source: `puq_zimbra.clientarea.twin`, which gives the data; `puq_zimbra.engine.actions`, which
carries out forms.
"""

from __future__ import annotations

from typing import Any

_TEXT: dict[str, Any] = {"type": "string"}
_MAYBE_TEXT: dict[str, Any] = {"type": ["string", "null"]}
_NUMBER: dict[str, Any] = {"type": ["integer", "null"]}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}


def _list_of(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


_SPACE = _object(
    {"used": _NUMBER, "limit": _NUMBER, "unlimited": {"type": "boolean"}, "percent": _NUMBER}
)
_FIELD = _object(
    {
        "name": _TEXT,
        "label": _TEXT,
        "kind": _TEXT,
        "value": _TEXT,
        "hint": _TEXT,
        "required": {"type": "boolean"},
        "choices": _list_of(_list_of(_TEXT)),
        "autocomplete": _TEXT,
        "error": _TEXT,
    }
)
_FORM = _object(
    {
        "action": _TEXT,
        "keys": {
            "type": "object",
            "additionalProperties": _TEXT,
            "description": "Send them back as they are, beside the fields: the signed token among"
            " them says which form it is, for whom and until when.",
        },
        "errors": _list_of(_TEXT),
        "fields": _list_of(_FIELD),
    }
)
#: schemas of `data`, by the event that answers it
SCHEMAS: dict[str, dict[str, Any]] = {
    "PageData": {
        "description": "`data` of `client_page`. Spaces are bytes, times UTC; words are in the"
        " language of `locale`.",
        **_object(
            {
                "page": _TEXT,
                "title": _TEXT,
                "usable": {"type": "boolean"},
                "parts": _list_of(_object({"page": _TEXT, "title": _TEXT})),
                "state": _object(
                    {
                        "kind": {
                            "enum": [
                                "ok", "near_box", "near_whole", "over_box", "over_whole",
                                "suspended", "locked", "ending", "unknown", "new",
                            ]
                        },
                        "mail": _TEXT,
                        "until": _MAYBE_TEXT,
                        "reason": _TEXT,
                        "space": _SPACE,
                        "mailboxes": _NUMBER,
                        "mailbox_limit": _NUMBER,
                        "measured_at": _MAYBE_TEXT,
                    }
                ),
                "notice": _MAYBE_TEXT,
                "problem": _MAYBE_TEXT,
                "values": {"type": "object"},
                "forms": _list_of(_FORM),
            }
        ),
    },
    "FormData": {
        "description": "`data` of `client_action`. After a form that was carried out: the page to"
        " go on with, its keys, and the id that `query.notice` of that page turns into a sentence;"
        " a generated password is there once. After `invalid`: what is wrong, by field.",
        "type": "object",
        "properties": {
            "page": _TEXT,
            "query": {"type": "object", "additionalProperties": _TEXT},
            "next": _TEXT,
            "notice": _TEXT,
            "password": _TEXT,
            "errors": _list_of(_object({"field": _TEXT, "message": _TEXT})),
        },
    },
}  # fmt: skip

_SERVICE = {
    "id": "42",
    "domain": "firma.example",
    "customer_id": "7",
    "plan": {"self_service": ["standard"]},
}
_CALL = {"installation": "crm.example", "locale": "en", "service": _SERVICE}
_ACTOR = {"kind": "customer", "id": "7", "name": "Anna Nowak"}
#: requests of the host plain, by their events
EXAMPLES: dict[str, dict[str, Any]] = {
    "client_page": {
        "summary": "client_page: a mailbox as JSON",
        "description": "`data` is a PageData.",
        "value": {**_CALL, "actor": _ACTOR, "page": "mailbox", "query": {"id": "c0dda90d-e18a"}},
    },
    "client_action": {
        "summary": "client_action: a form of that page",
        "description": "`form` holds the form's `keys` and its fields; `query` says that the host"
        " knows the pages. `data` is a FormData.",
        "value": {
            **_CALL,
            "actor": _ACTOR,
            "query": {},
            "form": {
                "puqz_action": "edit_mailbox",
                "puqz_object": "c0dda90d-e18a",
                "puqz_token": "as the form had it",
                "name": "anna",
                "display_name": "Anna Nowak",
                "limit": "5",
            },
        },
    },
}
