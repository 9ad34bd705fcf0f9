"""The demonstration's DNS: a name server on loopback that holds the TXT records of its customer.

Nothing else is asked, so a question never leaves the machine.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import dns.exception
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
from lxml.html import fromstring

_TTL, _LARGEST = 60, 65535


class NameServer:
    """Answers over UDP; what it does not hold, there is not."""

    def __init__(self) -> None:
        #: name -> text
        self.records: dict[str, str] = {}
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))

    @property
    def address(self) -> str:
        """As the setting `resolvers` wants it."""
        host, port = self.socket.getsockname()
        return f"{host}:{port}"

    def set_as_told(self, page: str) -> None:
        """Set the record that a page of the customer's shows: its name, then its value."""
        read: Any = fromstring(f"<div>{page}</div>")
        told = [one.text_content() for one in read.xpath("//dd//*[contains(@class, 'puqz-code')]")]
        if told:
            name, value = told
            self.records[name] = value

    def serve(self) -> None:
        """Answer until the socket is shut."""
        while True:
            try:
                raw, sender = self.socket.recvfrom(_LARGEST)
                if not raw:
                    return
                self.socket.sendto(self._answer(raw), sender)
            except dns.exception.DNSException:  # no question that can be read
                continue
            except OSError:
                return

    def _answer(self, raw: bytes) -> bytes:
        asked = dns.message.from_wire(raw)
        answer = dns.message.make_response(asked)
        question = asked.question[0]
        held = self.records.get(question.name.to_text(omit_final_dot=True).lower())
        if held is None:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif question.rdtype == dns.rdatatype.TXT:
            answer.answer.append(dns.rrset.from_text(question.name, _TTL, "IN", "TXT", f'"{held}"'))
        return answer.to_wire()


@contextmanager
def running() -> Iterator[NameServer]:
    """A name server while it answers."""
    server = NameServer()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        with suppress(OSError):  # a blocked call returns only when the socket is shut down
            server.socket.shutdown(socket.SHUT_RDWR)
        server.socket.close()
        thread.join(5)
