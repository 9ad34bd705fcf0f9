"""Answers made bad on their way: well-formed but wrong, too much, in other charsets, with DTDs."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree


def changed(zimbra: Any, sim: Any, how: str, command: str) -> bytes:
    """The answer to a command, mangled."""
    sim.mangle_next(command.partition(" ")[0][1:], how)
    content: bytes = zimbra.post(zimbra.envelope(command, zimbra.token)).content
    return content


@pytest.mark.parametrize(
    ("how", "gone", "there"),
    [
        ("namespace", b"urn:zimbraAdmin", b"urn:otherAdmin"),
        ("no id", b' id="', b"<domain"),
        ("twice", b"", b"</domain><domain"),
        ("number", b'Accounts">9<', b'Accounts">12O4<'),
        ("negative", b'Accounts">9<', b'Accounts">-7<'),
    ],
)
def test_well_formed_but_wrong(zimbra: Any, sim: Any, how: str, gone: bytes, there: bytes) -> None:
    """What a parser lets pass and a reader must not."""
    sim.create_domain("limited.test", zimbraDomainMaxAccounts="9")
    command = '<GetDomainRequest xmlns="urn:zimbraAdmin"><domain by="name">limited.test</domain>'
    content = changed(zimbra, sim, how, command + "</GetDomainRequest>")
    body = etree.fromstring(content)[-1]

    assert body.tag.endswith("Body")
    assert there in content
    assert not gone or gone not in content.partition(b"Body>")[2]


@pytest.mark.parametrize("how", ["laughs", "xxe", "external"])
def test_document_types(zimbra: Any, sim: Any, how: str) -> None:
    """Entities that grow, that read files, that load from elsewhere."""
    assert changed(zimbra, sim, how, '<PingRequest xmlns="urn:zimbraAdmin"/>')[:10] == b"<!DOCTYPE "


def test_bodies_that_are_too_much(zimbra: Any, running: Any, sim: Any) -> None:
    """Two million elements, and 300 MB in 300 kB."""
    ping = '<PingRequest xmlns="urn:zimbraAdmin"/>'
    assert changed(zimbra, sim, "elements", ping).count(b"<x/>") == 1_900_000
    sim.mangle_next("PingRequest", "bomb")
    answer = zimbra.session.post(
        running.admin_url, data=zimbra.envelope(ping, zimbra.token), timeout=30, stream=True
    )
    packed = answer.raw.read(decode_content=False)

    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(packed) < 400_000


def test_attributes_that_are_too_many(zimbra: Any, sim: Any) -> None:
    """Of one element, each with a name of its own."""
    command = '<GetDomainRequest xmlns="urn:zimbraAdmin"><domain by="name">firma.test</domain>'
    content = changed(zimbra, sim, "attributes", command + "</GetDomainRequest>")

    domain = next(etree.fromstring(content).iterfind(".//{*}domain"))

    assert len(domain.attrib) > 100_000


@pytest.mark.parametrize("how", ["latin2", "nul"])
def test_bytes_that_are_no_utf_8_text(zimbra: Any, sim: Any, how: str) -> None:
    """A letter in another charset, and a NUL."""
    zimbra.token  # noqa: B018
    sim.mangle_next("PingRequest", how)
    with pytest.raises(etree.XMLSyntaxError):
        zimbra.admin("Ping")
