"""What a hook works with: the settings, Zimbra, the store, the clock.

A process has one runtime, so there is one log-in per process and server. The store is opened when
it is first used.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from puq_zimbra import file_owner
from puq_zimbra.config import Config, load
from puq_zimbra.errors import StoreUnusable
from puq_zimbra.request import Request
from puq_zimbra.zimbra_server import Server

if TYPE_CHECKING:
    from puq_zimbra.store.database import Store
    from puq_zimbra.zimbra.client import Zimbra
    from puq_zimbra.zimbra.fleet import Shared


#: servers and credentials for which a log-in is kept
_MOST_SERVERS = 200


def shared_limit(config: Config, store: Callable[[], Store]) -> Shared | None:
    """By what machines share the rate limits of their Zimbras; None = there is only this one."""
    from puq_zimbra.zimbra.fleet import Shared

    if not config.has_workers:
        return None
    return Shared(config.cluster.nodes, lambda *asked: store().lease_slots(*asked))


def _utc_now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)  # as the store keeps it


@dataclass
class Runtime:
    """A process's settings and what it has opened."""

    #: the settings, or the file to read them from; None = the usual places
    settings: Config | Path | None = None
    now: Callable[[], datetime] = _utc_now
    #: set when an operation was left to be carried on, so that `serve` need not be waited for
    work_waits: threading.Event = field(default_factory=threading.Event, repr=False)
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

    def zimbra(self, request: Request) -> Zimbra:
        """The client of the request's server; `checks` made sure that it names one."""
        return self.zimbra_of(request.zimbra_server)

    def zimbra_of(self, server: Server) -> Zimbra:
        """The client of a server; the same one for the same server and credentials."""
        from puq_zimbra.zimbra.client import Zimbra

        with self._lock:
            zimbra = self._zimbras.pop(server, None)
            if zimbra is None:
                limits, directory = self.config.limits, self.state_directory()
                zimbra = Zimbra(server, limits, directory, shared_limit(self.config, self.store))
            self._zimbras[server] = zimbra
            while len(self._zimbras) > _MOST_SERVERS:
                # The least recently used; not closed, since another thread may use it.
                del self._zimbras[next(iter(self._zimbras))]
            return zimbra

    def log_ins(self) -> dict[str, bool]:
        """Host and port of every server used so far, and whether log-ins there are suspended."""
        with self._lock:
            met = list(self._zimbras.items())
        return {server.host_port: zimbra.pipeline.backoff.is_active for server, zimbra in met}

    def state_directory(self) -> Path | None:
        """The folder that the machine's processes share; None for a hook that can do without."""
        try:
            file_owner.require_ours(self.config)
            return self.config.store_directory()
        except StoreUnusable:
            return None

    def store(self) -> Store:
        """The store, opened at the first use, and again when it was replaced.

        Raises:
            Misconfigured: it cannot be used as configured.
            StoreAway: it cannot be used at the moment.
        """
        from puq_zimbra.store.database import Store

        with self._lock:
            if self._store is not None and not self._store.is_current():
                self._store.close()
                self._store = None
            if self._store is None:
                self._store = Store.open(self.config)
            return self._store

    def change(self, settings: Config) -> None:
        """Work with other settings from now on; what runs ends with those it began with."""
        with self._lock:
            self.settings = settings
            self._zimbras.clear()  # not closed, since another thread may use them
            if self._store is not None:
                self._store.close()
                self._store = None

    def close(self) -> None:
        """Log off everywhere and close the store."""
        with self._lock:
            while self._zimbras:
                self._zimbras.popitem()[1].close()
            if self._store is not None:
                self._store.close()
                self._store = None
