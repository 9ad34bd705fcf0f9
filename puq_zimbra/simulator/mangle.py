"""Good answers made bad on their way: what proxies, truncation and wrong settings do to them."""

from __future__ import annotations

import gzip
from collections.abc import Callable

Mangled = tuple[bytes, str, dict[str, str]]
_XML = "text/xml; charset=utf-8"
_HUGE = 50 * 1024 * 1024


def _truncated(body: bytes) -> Mangled:
    return body[: len(body) // 2], _XML, {}


def _malformed(body: bytes) -> Mangled:
    return body.replace(b"</", b"<//", 1), _XML, {}


def _doctype(body: bytes) -> Mangled:
    return b'<!DOCTYPE x [<!ENTITY e "v">]>' + body, _XML, {}


def _charset(body: bytes) -> Mangled:
    return b'<?xml version="1.0" encoding="utf-16"?>' + body, "text/xml; charset=utf-16", {}


def _gzip(body: bytes) -> Mangled:
    return gzip.compress(body), _XML, {"Content-Encoding": "gzip"}


def _huge(body: bytes) -> Mangled:
    return body + b" " * _HUGE, _XML, {}


def _empty(_body: bytes) -> Mangled:
    return b"", _XML, {}


#: Ways to mangle, by name.
WAYS: dict[str, Callable[[bytes], Mangled]] = {
    "truncated": _truncated,
    "malformed": _malformed,
    "doctype": _doctype,
    "charset": _charset,
    "gzip": _gzip,
    "huge": _huge,
    "empty": _empty,
}
