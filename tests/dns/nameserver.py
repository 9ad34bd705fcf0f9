"""A name server on loopback, over UDP and TCP, that answers as a test says: rightly or not."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from puq_zimbra.dns_settings import DnsSettings
from puq_zimbra.engine.runtime import Runtime

#: a question's message -> the bytes of the answer; None = silence
Behaviour = Callable[["NameServer", dns.message.Message, bool], bytes | None]
TTL = 300


def honest(server: NameServer, asked: dns.message.Message, over_tcp: bool) -> bytes | None:
    """Answer from the records."""
    return server.answer(asked).to_wire(max_size=65535)


def silent(server: NameServer, asked: dns.message.Message, over_tcp: bool) -> bytes | None:
    """Never answer."""
    return None


def truncated(server: NameServer, asked: dns.message.Message, over_tcp: bool) -> bytes | None:
    """Answer whole over TCP alone."""
    if over_tcp:
        return honest(server, asked, over_tcp)
    short = dns.message.make_response(asked)
    short.flags |= dns.flags.TC
    return short.to_wire()


def lying(server: NameServer, asked: dns.message.Message, over_tcp: bool) -> bytes | None:
    """Answer another question than the one that was asked."""
    other = dns.message.make_query("other.example", "TXT", id=asked.id)
    return dns.message.make_response(other).to_wire()


def garbled(server: NameServer, asked: dns.message.Message, over_tcp: bool) -> bytes | None:
    """Answer with the right id, and rubbish behind it."""
    return struct.pack("!H", asked.id) + b"\x84\x00" + b"\xff" * 200


def failing(server: NameServer, asked: dns.message.Message, over_tcp: bool) -> bytes | None:
    """Say that the server fails."""
    answer = dns.message.make_response(asked)
    answer.set_rcode(dns.rcode.SERVFAIL)
    return answer.to_wire()


def _one_port() -> tuple[socket.socket, socket.socket]:
    """Sockets on a port that is free for UDP and TCP alike; another test may have half of one."""
    while True:
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("127.0.0.1", 0))
        try:
            return udp, socket.create_server(udp.getsockname())
        except OSError:
            udp.close()


class NameServer:
    """What it knows, and how it behaves."""

    def __init__(self) -> None:
        self.records: dict[tuple[str, str], list[Any]] = {}
        self.behaviour: Behaviour = honest
        #: every question so far: type and name
        self.asked: list[tuple[str, str]] = []
        self.udp, self.tcp = _one_port()
        self.port: int = self.udp.getsockname()[1]

    @property
    def address(self) -> str:
        """As the setting `resolvers` wants it."""
        return f"127.0.0.1:{self.port}"

    def put(self, name: str, kind: str, *values: str) -> None:
        """Have records as a zone file writes them; without values none."""
        self.records[name, kind] = [
            dns.rdata.from_text("IN", kind, one, relativize=False) for one in values
        ]

    def text(self, name: str, *values: str | bytes) -> None:
        """Have TXT records, cut into strings of 255 bytes."""
        found = []
        for one in values:
            raw = one.encode() if isinstance(one, str) else one
            parts = [raw[at : at + 255] for at in range(0, len(raw), 255)] or [b""]
            wire = b"".join(bytes([len(part)]) + part for part in parts)
            kind = dns.rdatatype.TXT
            found.append(dns.rdata.from_wire(dns.rdataclass.IN, kind, wire, 0, len(wire)))
        self.records[name, "TXT"] = found

    def answer(self, asked: dns.message.Message) -> dns.message.Message:
        """What the records say."""
        question = asked.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        self.asked.append((kind, name))
        answer = dns.message.make_response(asked)
        held = self.records.get((name, kind), [])
        if held:
            answer.answer.append(dns.rrset.from_rdata_list(question.name, TTL, held))
        elif not any(known == name for known, _ in self.records):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer

    def _reply(self, raw: bytes, *, over_tcp: bool) -> bytes | None:
        return self.behaviour(self, dns.message.from_wire(raw), over_tcp)

    def serve_udp(self) -> None:
        """Answer until the socket is closed."""
        while True:
            try:
                raw, sender = self.udp.recvfrom(65535)
                if not raw:  # shut down
                    return
                reply = self._reply(raw, over_tcp=False)
                if reply is not None and len(reply) <= 1232:
                    self.udp.sendto(reply, sender)
                elif reply is not None:
                    short = truncated(self, dns.message.from_wire(raw), False)
                    assert short is not None
                    self.udp.sendto(short, sender)
            except OSError:
                return

    def serve_tcp(self) -> None:
        """Answer one question a connection until the socket is closed."""
        while True:
            try:
                connection, _ = self.tcp.accept()
            except OSError:
                return
            with connection:
                head = connection.recv(2)
                if len(head) < 2:
                    continue
                reply = self._reply(connection.recv(struct.unpack("!H", head)[0]), over_tcp=True)
                if reply is not None:
                    connection.sendall(struct.pack("!H", len(reply)) + reply)

    def close(self) -> None:
        """End both threads."""
        for one in (self.udp, self.tcp):
            # A blocked call returns only when the socket is shut down.
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


@contextmanager
def asked_alone(runtime: Runtime, seconds: float = 1.0) -> Iterator[NameServer]:
    """A server that is the one resolver of a runtime's settings."""
    with running() as server:
        dns = DnsSettings(resolvers=[server.address], seconds=seconds)
        runtime.settings = runtime.config.model_copy(update={"dns": dns})
        yield server


@contextmanager
def running() -> Iterator[NameServer]:
    """A server that answers."""
    server = NameServer()
    threads = [
        threading.Thread(target=one, daemon=True) for one in (server.serve_udp, server.serve_tcp)
    ]
    for thread in threads:
        thread.start()
    try:
        yield server
    finally:
        server.close()
        for thread in threads:
            thread.join(5)
