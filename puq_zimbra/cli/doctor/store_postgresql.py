"""What `puq-zimbra doctor` says of a store in PostgreSQL, which is not changed.

Source: PostgreSQL "Access Privilege Inquiry Functions", "Client Connection Defaults"
(transaction_read_only).
"""

from __future__ import annotations

import shlex

import sqlalchemy as sa

from puq_zimbra.cli.doctor import store_contents
from puq_zimbra.cli.doctor.endings import UNSAID, unsaid
from puq_zimbra.cli.doctor.findings import Finding, Findings
from puq_zimbra.config import Config
from puq_zimbra.errors import StoreAway, StoreUnusable
from puq_zimbra.store import engine, files, migrations
from puq_zimbra.store.tables import VERSION, operation


def check(config: Config) -> Findings:
    """Check that the database is reached, writable, of this version, and fits its key."""
    try:
        database = engine.make(config)
        try:
            with database.connect() as connection:
                yield from _database(config, connection)
        finally:
            database.dispose()
    except (StoreAway, StoreUnusable) as error:
        url = engine.address(config)
        host = [f"-h {shlex.quote(url.host)}"] if url.host else []
        command = " ".join(["pg_isready", *host, f"-p {url.port or 5432}"])
        yield Finding("store", "error", str(error), (command,))


def _database(config: Config, connection: sa.Connection) -> Findings:
    version = migrations.found(connection)
    if version is None:
        key = files.key_file(config)
        if not key.exists():
            yield store_contents.none_yet("the database")
            return
        words = f"The database is empty, but the key {key} is of a store that was used."
        yield Finding("store", "error", words, ("pg_restore --dbname=DATABASE puq-zimbra.dump",))
        return
    read_only = connection.exec_driver_sql("SHOW transaction_read_only").scalar() == "on"
    # has_table_privilege with several words is true for any one of them.
    changes = ("INSERT", "UPDATE", "DELETE")
    may = sa.and_(*(sa.func.has_table_privilege(operation.name, word) for word in changes))
    if read_only:
        words = "The store's database cannot be written: it is a standby, or set to be read only."
        yield Finding("store", "error", words, ("psql -c 'SELECT pg_is_in_recovery()'",))
    elif not connection.execute(sa.select(may)).scalar():
        words = "The user of [store] url may not write to the store's database."
        schema = connection.exec_driver_sql("SELECT current_schema()").scalar()
        role = engine.address(config).username or "ROLE"
        grant = f"GRANT SELECT, {', '.join(changes)} ON ALL TABLES IN SCHEMA {schema} TO {role}"
        yield Finding("store", "error", words, (f"psql -c {shlex.quote(grant)}",))
    yield from store_contents.version(version)
    used = connection.execute(sa.select(operation.c.id).limit(1)).first() is not None
    yield from store_contents.key(config, used=used)
    if version == VERSION:
        waiting = connection.exec_driver_sql(store_contents.UNFINISHED).all()
        yield from store_contents.held_operations(
            config, [store_contents.Waiting(*row) for row in waiting]
        )
        yield from unsaid(connection.exec_driver_sql(UNSAID).all())
