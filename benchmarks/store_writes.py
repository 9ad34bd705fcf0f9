"""What the store costs: the whole usage sync against reading alone, and operations side by side.

100,000 mailboxes in 500 domains, each of them a service. The store is SQLite, and PostgreSQL where
PUQZ_TEST_POSTGRES names one (a URL; the tables stand in a schema of their own, which is dropped
afterwards). By the wall clock, because the database works in another process. Each round is a later
reading of the same services, as under cron.

Operations are committed by 1, 4, 8 and 16 processes at once, each with services of its own: with a
lock for each service, and in turn with the one lock for all that version 0.1 took. It says
something only where a commit reaches the disk: `PUQZ_TEST_FSYNC=on .ci/with-postgres`.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

import ours
import sqlalchemy as sa
from mailboxes import Mailboxes
from pydantic import SecretStr
from rounds import medians
from store_clients import COMMITS, clients
from verdict import Figure, Options, main
from zimbra_replay import Replay, replay

from puq_zimbra.config import Config, StoreSettings
from puq_zimbra.store.database import Store

MAILBOXES, DOMAINS = 100_000, 500
#: the sync over the collector alone
MOST = 2.5
#: operations of a round, and processes that carry them out
OPERATIONS, CLIENTS = 160, (1, 4, 8, 16)
#: commits a second over those with one lock, from so many clients on
LEAST, CROWD = 2.5, 8
POSTGRES = "PUQZ_TEST_POSTGRES"
_SCHEMA = "puqz_benchmark"


def settings(directory: str) -> dict[str, StoreSettings]:
    """The stores that there are."""
    stores = {"SQLite": StoreSettings(dir=f"{directory}/sqlite")}
    if url := os.environ.get(POSTGRES):
        options = {"options": f"-csearch_path={_SCHEMA}"}
        own = sa.make_url(url).update_query_dict(options).render_as_string(hide_password=False)
        stores["PostgreSQL"] = StoreSettings(url=SecretStr(own), dir=f"{directory}/postgresql")
    return stores


@contextlib.contextmanager
def own_schema() -> Iterator[str]:
    """Make a schema in the PostgreSQL that is named, and drop it; say which PostgreSQL it is."""
    if not (url := os.environ.get(POSTGRES)):
        yield f"{POSTGRES} names no database"
        return
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    drop = f"DROP SCHEMA IF EXISTS {_SCHEMA} CASCADE"
    with engine.connect() as connection:
        connection.exec_driver_sql(drop)
        connection.exec_driver_sql(f"CREATE SCHEMA {_SCHEMA}")
        version, safe = (
            connection.exec_driver_sql(f"SHOW {what}").scalar_one()
            for what in ("server_version", "fsync")
        )
        try:
            yield f"PostgreSQL {version}, fsync {safe}"
        finally:
            connection.exec_driver_sql(drop)
            engine.dispose()


def synced(server: Replay, data: Mailboxes, store: Store, times: Iterator[datetime]) -> None:
    """One sync, later than the last."""
    found = ours.synced(server.urls[0], server.ca_file, store, next(times))
    assert found == data.customers, "the sync counted wrong"


def collected(server: Replay, data: Mailboxes) -> None:
    """One reading without a store."""
    found = ours.collected(server.urls[0], server.ca_file)
    assert found == data.customers, "the collector counted wrong"


def hours() -> Iterator[datetime]:
    """One hour after the other."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    while True:
        yield at
        at += timedelta(hours=1)


def measure(options: Options) -> Iterator[Figure]:
    """Both parts."""
    yield from syncs(options)
    with own_schema() as kind:
        yield from commits(options, kind)


def commits(options: Options, kind: str) -> Iterator[Figure]:
    """Operations of many clients, with a lock for each service over one lock for all."""
    taken: dict[str, float] = {}
    total = options.size(OPERATIONS)
    if kind.endswith("fsync on") or options.small:
        taken = committed(options, total)
    for count in CLIENTS:
        what = f"commits of {count} clients, a lock for each service over one lock for all"
        least = LEAST if count >= CROWD else None
        if not taken:
            yield Figure(what, None, "x", kind, least=least)
            continue
        done = total // count * count * COMMITS
        new, old = taken[f"new {count}"], taken[f"old {count}"]
        evidence = f"{done / new:.0f} over {done / old:.0f} commits a second, {kind}"
        yield Figure(what, old / new, "x", evidence, least=least)


def committed(options: Options, total: int) -> dict[str, float]:
    """The median seconds of all operations for each number of clients and each kind of lock."""
    with tempfile.TemporaryDirectory() as directory:
        stores = settings(directory)
        if "PostgreSQL" not in stores:
            return {}
        config = Config(store=stores["PostgreSQL"])
        Store.open(config).close()
        with clients(config, max(CLIENTS)) as ready:
            calls: dict[str, Callable[[], object]] = {
                f"{name} {count}": partial(ready.work, count, total // count, old=name == "old")
                for count in CLIENTS
                for name in ("old", "new")
            }
            return medians(calls, options.runs, time.perf_counter)


def syncs(options: Options) -> Iterator[Figure]:
    """The sync, with every store that there is."""
    count = options.size(MAILBOXES)
    data = Mailboxes(count, options.size(DOMAINS))
    with tempfile.TemporaryDirectory() as directory, replay([data]) as server, own_schema() as kind:
        calls: dict[str, Callable[[], object]] = {"alone": partial(collected, server, data)}
        stores = {name: Store.open(Config(store=s)) for name, s in settings(directory).items()}
        for name, store in stores.items():
            calls[name] = partial(synced, server, data, store, hours())
        seconds = medians(calls, options.runs, time.perf_counter)
        for store in stores.values():
            store.close()
    for name, more in (("SQLite", f"SQLite {sqlite3.sqlite_version}"), ("PostgreSQL", kind)):
        what = f"sync with {name} written, over reading alone"
        if name not in seconds:
            yield Figure(what, None, "x", more, most=MOST)
            continue
        taken = f"{seconds[name]:.2f} s over {seconds['alone']:.2f} s"
        evidence = f"{taken}, {count} mailboxes in {data.domains} services, {more}"
        yield Figure(what, seconds[name] / seconds["alone"], "x", evidence, most=MOST)


if __name__ == "__main__":
    sys.exit(main(__doc__, measure))
