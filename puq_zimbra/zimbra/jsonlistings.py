"""Decode a long JSON answer straight into the structs that are kept of it.

Each field is checked while it is decoded, in C. That takes a tenth of the time of dictionaries and
checks in Python, and is most of the work of a sync of 100,000 mailboxes. If it fails, each row is
decoded by itself. A row that cannot be read is left out and named, so that only the service that it
belongs to is incomplete.

Source: `soap/Element.java` (JSON form); msgspec.
"""

from __future__ import annotations

import typing
from functools import cache
from typing import Annotated, Any, TypeVar

import msgspec

from puq_zimbra.zimbra import answers
from puq_zimbra.zimbra.transport import Answer

Listing = TypeVar("Listing")


def read(answer: Answer, request: str, kind: type[Listing]) -> tuple[Listing, str | None]:
    """The response of an answer as ``kind``, and the id of the admin session.

    Raises:
        Fault: Zimbra refused.
        NoAnswer: it does not answer this request.
    """
    if answer.status not in answers.STATUSES or answer.body[:1] == b"<":
        answers.read(answer, request)  # a fault may come as XML
        raise answers.garbled()
    shape: Any = kind
    try:
        try:
            envelope = _decoder(request, shape).decode(answer.body)
        except msgspec.ValidationError:
            envelope = _row_by_row(request, shape, answer.body)
    except msgspec.ValidationError as error:
        raise answers.garbled() from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise answers.not_soap(answer) from error
    if envelope.Body.response is msgspec.UNSET:
        answers.read_json(answers.parse_json(answer), request)
        raise answers.garbled()
    return envelope.Body.response, _session(envelope.Header)


def _row_by_row(request: str, kind: Any, body: bytes) -> Any:
    """The answer without the rows that cannot be read; their names are in ``unreadable``.

    Raises:
        msgspec.ValidationError: the fault is outside the rows, or such a row has no name.
    """
    envelope = _decoder(request, _of_raw_rows(kind)).decode(body)
    if envelope.Body.response is not msgspec.UNSET:
        envelope.Body.response = _readable(envelope.Body.response, kind)
    return envelope


def _readable(raw: Any, kind: Any) -> Any:
    """A listing of the rows that can be read."""
    found: dict[str, Any] = {}
    unreadable: list[str] = []
    for one in msgspec.structs.fields(kind):
        value = getattr(raw, one.name)
        if _is_of_rows(one):
            rows = []
            for row in value:
                try:
                    rows.append(msgspec.json.decode(row, type=typing.get_args(one.type)[0]))
                except msgspec.ValidationError:
                    unreadable.append(msgspec.json.decode(row, type=_Named).name)
            value = tuple(rows)
        found[one.name] = value
    return kind(**{**found, "unreadable": tuple(unreadable)})


#: more than a page has; without a limit millions of tiny rows would fill the memory
_RawRows = Annotated[tuple[msgspec.Raw, ...], msgspec.Meta(max_length=20_000)]


class _Named(msgspec.Struct):
    """The least that a row must have."""

    name: str


@cache
def _of_raw_rows(kind: Any) -> Any:
    """The type of a listing whose rows are not decoded."""
    return msgspec.defstruct(
        kind.__name__,
        [
            (
                one.name,
                _RawRows if _is_of_rows(one) else one.type,
                msgspec.field(name=one.encode_name, default=one.default),
            )
            for one in msgspec.structs.fields(kind)
        ],
    )


def _is_of_rows(field: msgspec.structs.FieldInfo) -> bool:
    return typing.get_origin(field.type) is tuple


@cache
def _decoder(request: str, kind: Any) -> msgspec.json.Decoder[Any]:
    name = request + "Response"
    response = (
        "response",
        kind | msgspec.UnsetType,
        msgspec.field(name=name, default=msgspec.UNSET),
    )
    body = msgspec.defstruct("Body", [response])
    header = ("Header", Any, None)
    return msgspec.json.Decoder(msgspec.defstruct("Envelope", [("Body", body), header]))


def _session(header: Any) -> str | None:
    found = header
    for key in ("context", "session", "id"):
        if isinstance(found, list) and found:
            found = found[0]
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, str) else None
