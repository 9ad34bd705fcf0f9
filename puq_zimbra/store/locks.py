"""Which writing transactions wait for each other in PostgreSQL; SQLite has one writer.

Every writing transaction shares the lock of the store and takes the locks of what it writes: its
service, its server. What concerns everything (migrations, pruning) takes the store's lock alone.
Locks are taken in one order, so that no two transactions wait for each other: the store, the
service or the server, the request id, and last, just before the commit, the audit trail or the
notices.

The store's lock is the one that version 0.1 took for every write. The two versions exclude each
other while machines are upgraded one by one.

Source: PostgreSQL "Advisory Locks", "Deadlocks", "Serialization Failure Handling".
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import wraps
from typing import ParamSpec, TypeVar

from sqlalchemy.engine import Connection

from puq_zimbra.store.trouble import Undone

#: what is locked: its kind, then what names it
Lock = tuple[str, ...]

AUDIT: Lock = ("audit",)
NOTICES: Lock = ("notices",)
SYNC_RUN: Lock = ("sync_run",)
LINKS: Lock = ("links",)
SWEEP: Lock = ("sweep",)

#: "puq_zimb"
_STORE = int.from_bytes(b"puq_zimb")
#: how often a transaction is tried that the database undoes
_TRIES = 4

_P = ParamSpec("_P")
_R = TypeVar("_R")


def service(installation: str, service_id: str) -> Lock:
    """The lock of a service: its lease, its operations, their steps."""
    return ("service", installation, service_id)


def request(installation: str, request_id: str) -> Lock:
    """The lock of a request id, which two services must not use at once."""
    return ("request", installation, request_id)


def server(host_port: str) -> Lock:
    """The lock of a server's readings."""
    return ("server", host_port)


def account(account_id: str) -> Lock:
    """The lock of what is known of an account's password."""
    return ("account", account_id)


def statement(held: Sequence[Lock]) -> str:
    """What a writing transaction begins with: the locks in their order, none = the store alone."""
    if not held:
        return f"SELECT pg_advisory_xact_lock({_STORE})"
    taken = "".join(f", pg_advisory_xact_lock({_key(lock)})" for lock in held)
    return f"SELECT pg_advisory_xact_lock_shared({_STORE}){taken}"


def take(connection: Connection, lock: Lock) -> None:
    """Take a lock that comes last, until the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_key(lock)})")


def retried(transaction: Callable[_P, _R]) -> Callable[_P, _R]:
    """Repeat a transaction that the database undid because of another one, a few times."""

    @wraps(transaction)
    def tried(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        for _ in range(_TRIES - 1):
            with suppress(Undone):
                return transaction(*args, **kwargs)
        return transaction(*args, **kwargs)

    return tried


def _key(lock: Lock) -> int:
    digest = hashlib.blake2b("\0".join(lock).encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)
