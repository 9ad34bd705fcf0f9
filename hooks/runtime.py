"""What a hook works with: the settings, Zimbra, the store, the clock.

One runtime serves a process, so there is one log-in per process and server. The store is opened
when a hook first asks for it and not before.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from puq_zimbra.call import Call, Server
from puq_zimbra.config import Config, load
from puq_zimbra.errors import StoreUnusable

if TYPE_CHECKING:
    from puq_zimbra.store.database import Store
    from puq_zimbra.zimbra.client import Zimbra


#: servers and credentials for which a log-in is kept
_MOST_SERVERS = 200


def _utc_now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)  # as the store keeps it


@dataclass
class Runtime:
    """A process's settings and what it has opened."""

    #: the settings, or the file to read them from; None = the usual places
    settings: Config | Path | None = None
    now: Callable[[], datetime] = _utc_now
    _zimbras: dict[Server, Zimbra] = field(default_factory=dict, repr=False)
    _store: Store | None = field(default=None, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def config(self) -> Config:
        """The settings, read at the first use.

        Raises:
            Misconfigured: they cannot be used.
        """
        if not isinstance(self.settings, Config):
            self.settings = load(self.settings)
        return self.settings

    def zimbra(self, call: Call) -> Zimbra:
        """The client of the call's server; dispatch has seen to it that the call names one."""
        return self.zimbra_of(call.given_server)

    def zimbra_of(self, server: Server) -> Zimbra:
        """The client of a server; the same one for the same server and credentials."""
        from puq_zimbra.zimbra.client import Zimbra

        with self._lock:
            zimbra = self._zimbras.pop(server, None)
            if zimbra is None:
                limits, directory = self.config.limits, self._state_directory()
                zimbra = Zimbra(server, limits, directory)
            self._zimbras[server] = zimbra
            while len(self._zimbras) > _MOST_SERVERS:
                # The one unused for longest; not closed, for somebody may be at it after all.
                del self._zimbras[next(iter(self._zimbras))]
            return zimbra

    def log_ins(self) -> dict[str, bool]:
        """Host and port of every server met so far, and whether no log-in there is even tried."""
        with self._lock:
            met = list(self._zimbras.items())
        return {server.place: zimbra.connection.is_shut for server, zimbra in met}

    def _state_directory(self) -> Path | None:
        """What the machine's processes share; a hook that needs no store works without it."""
        try:
            return self.config.store_directory()
        except StoreUnusable:
            return None

    def store(self) -> Store:
        """Our own memory, opened at the first use."""
        from puq_zimbra.store.database import Store

        with self._lock:
            if self._store is None:
                self._store = Store.open(self.config)
            return self._store

    def close(self) -> None:
        """Log off everywhere and close the store."""
        with self._lock:
            while self._zimbras:
                self._zimbras.popitem()[1].close()
            if self._store is not None:
                self._store.close()
                self._store = None
