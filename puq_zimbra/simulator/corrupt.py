"""Good answers made bad on their way: what proxies, truncation and wrong settings do to them."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable

Corrupted = tuple[bytes, str, dict[str, str]]
_XML = "text/xml; charset=utf-8"
_HUGE = 50 * 1024 * 1024


def _truncated(body: bytes) -> Corrupted:
    return body[: len(body) // 2], _XML, {}


def _malformed(body: bytes) -> Corrupted:
    return body.replace(b"</", b"<//", 1), _XML, {}


def _doctype(body: bytes) -> Corrupted:
    return b'<!DOCTYPE x [<!ENTITY e "v">]>' + body, _XML, {}


def _charset(body: bytes) -> Corrupted:
    return b'<?xml version="1.0" encoding="utf-16"?>' + body, "text/xml; charset=utf-16", {}


def _gzip(body: bytes) -> Corrupted:
    return gzip.compress(body), _XML, {"Content-Encoding": "gzip"}


def _huge(body: bytes) -> Corrupted:
    return body + b" " * _HUGE, _XML, {}


def _empty(_body: bytes) -> Corrupted:
    return b"", _XML, {}


def _latin2(body: bytes) -> Corrupted:
    return body.replace(b"</", "ł</".encode("iso-8859-2"), 1), _XML, {}


def _nul(body: bytes) -> Corrupted:
    return body.replace(b"</", b"\0</", 1), _XML, {}


def _elements(body: bytes) -> Corrupted:
    """Just below 8 MB of empty elements, or of empty objects."""
    if body[:1] == b"{":
        return body[:-1] + b',"x":[' + b"{}," * 2_600_000 + b"{}]}", _XML, {}
    head, mark, tail = body.rpartition(b"</")
    return head + b"<x/>" * 1_900_000 + mark + tail, _XML, {}


def _attributes(body: bytes) -> Corrupted:
    many = b"".join(b' a%x="1"' % number for number in range(100_000))
    return re.sub(rb"<(domain|account|cos|server|info)\b", rb"<\1" + many, body, count=1), _XML, {}


def _bomb(_body: bytes) -> Corrupted:
    pack = zlib.compressobj(9, wbits=31)
    packed = b"".join(pack.compress(bytes(1 << 20)) for _ in range(300)) + pack.flush()
    return packed, _XML, {"Content-Encoding": "gzip"}


def _laughs(body: bytes) -> Corrupted:
    ten = "".join(
        f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(10)
    ).encode()
    return b"<!DOCTYPE x [" + ten + b"]>" + body.replace(b"</", b"&e9;</", 1), _XML, {}


def _xxe(body: bytes) -> Corrupted:
    entity = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
    return entity + body.replace(b"</", b"&e;</", 1), _XML, {}


def _external(body: bytes) -> Corrupted:
    return b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">' + body, _XML, {}


# -- well-formed, but not what Zimbra would say; unchanged where there is nothing to change --------


def _namespace(body: bytes) -> Corrupted:
    return re.sub(rb"urn:zimbra(Admin|Account)\b", rb"urn:other\1", body), _XML, {}


def _no_id(body: bytes) -> Corrupted:
    without = re.sub(rb'(<(?!session)\w+[^>]*) id="[^"]*"', rb"\1", body)
    return re.sub(rb'"id":"[^"]*",?', b"", without), _XML, {}


def _twice(body: bytes) -> Corrupted:
    """The answer's first object stands twice."""
    found = re.search(rb"<(domain|account|cos|server|info|authToken)\b.*?</\1>", body, re.DOTALL)
    if found is not None:
        return body.replace(found[0], found[0] * 2, 1), _XML, {}
    row = re.search(rb'"account":\[(\{[^}]*\})', body)
    return (body.replace(row[1], row[1] + b"," + row[1], 1) if row else body), _XML, {}


_IN_XML = re.compile(
    rb'( (?:used|limit|total|searchTotal)="|<lifetime>|<a n="zimbra\w*(?:Quota|MaxAccounts)">)-?\d+'
)
_IN_JSON = re.compile(rb'("(?:used|limit|total|searchTotal)":)-?\d+')


def _number(body: bytes) -> Corrupted:
    return _IN_JSON.sub(rb'\g<1>"12O4"', _IN_XML.sub(rb"\g<1>12O4", body)), _XML, {}


def _negative(body: bytes) -> Corrupted:
    return _IN_JSON.sub(rb"\g<1>-7", _IN_XML.sub(rb"\g<1>-7", body)), _XML, {}


#: Ways to corrupt, by name.
WAYS: dict[str, Callable[[bytes], Corrupted]] = {
    "truncated": _truncated,
    "malformed": _malformed,
    "doctype": _doctype,
    "laughs": _laughs,
    "xxe": _xxe,
    "external": _external,
    "charset": _charset,
    "latin2": _latin2,
    "nul": _nul,
    "gzip": _gzip,
    "bomb": _bomb,
    "huge": _huge,
    "elements": _elements,
    "attributes": _attributes,
    "empty": _empty,
    "namespace": _namespace,
    "no id": _no_id,
    "twice": _twice,
    "number": _number,
    "negative": _negative,
}
