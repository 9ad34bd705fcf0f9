"""A server at work, as its users see it: its addresses, and its failures on demand."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from puq_zimbra.simulator import breaking
from puq_zimbra.simulator.tls import TlsFiles

if TYPE_CHECKING:
    from puq_zimbra.simulator.server import Server


@dataclass
class Running:
    """A server at work."""

    admin_url: str
    user_url: str
    ca_file: Path
    fingerprint: str
    #: Admin addresses of all mailbox servers, by their names.
    admin_urls: dict[str, str]
    _servers: tuple[Server, ...] = field(default=(), repr=False)
    _tls: TlsFiles | None = field(default=None, repr=False)

    @contextlib.contextmanager
    def refusing(self) -> Iterator[None]:
        """Listen on no port while the context is open: connections are refused, open ones gone."""
        for each in self._servers:
            each.stop()
        try:
            yield
        finally:
            for each in self._servers:
                each.start()

    @contextlib.contextmanager
    def unreachable(self) -> Iterator[None]:
        """Leave every connection waiting for its beginning while the context is open."""
        with self.refusing(), contextlib.ExitStack() as held:
            for each in self._servers:
                breaking.crowd(each.server_address[1], held)
            yield

    @contextlib.contextmanager
    def presenting(self, tls: TlsFiles) -> Iterator[None]:
        """Show another certificate while the context is open."""
        assert self._tls is not None
        for each in self._servers:
            each.show(tls)
        try:
            yield
        finally:
            for each in self._servers:
                each.show(self._tls)
