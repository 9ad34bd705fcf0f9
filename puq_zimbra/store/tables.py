"""The tables.

Times are stored as whole seconds since 1970 (UTC), so that SQLite and PostgreSQL compare them
alike; sizes as bytes.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, MetaData, String, Table
from sqlalchemy import UniqueConstraint as Unique

#: raised when a table changes; a newer store is refused by older code
VERSION = 1

metadata = MetaData()
Key = BigInteger().with_variant(Integer, "sqlite")

schema = Table("schema", metadata, Column("version", Integer, nullable=False))

#: the services that were ever measured
service = Table(
    "service",
    metadata,
    Column("id", Key, primary_key=True),
    Column("installation", String(64), nullable=False),
    Column("service_id", String(64), nullable=False),
    #: host and port of the Zimbra
    Column("server", String(300), nullable=False),
    #: A-label form
    Column("domain", String(255), nullable=False),
    #: the last reading, good or not
    Column("failed_at", BigInteger),
    Unique("installation", "service_id"),
)

#: the last reading of all services of a server; no row = the last attempt failed
whole = Table(
    "whole",
    metadata,
    Column("server", String(300), primary_key=True),
    Column("measured_at", BigInteger, nullable=False),
)

#: a service at a time; all mailboxes were read
usage = Table(
    "usage",
    metadata,
    Column("service", ForeignKey("service.id"), primary_key=True),
    Column("measured_at", BigInteger, primary_key=True),
    Column("used", BigInteger, nullable=False),
    Column("quota", BigInteger),
    Column("mailboxes", Integer, nullable=False),
)

#: the mailboxes of a service at a time
mailbox = Table(
    "mailbox",
    metadata,
    Column("service", ForeignKey("service.id"), primary_key=True),
    Column("measured_at", BigInteger, primary_key=True),
    #: Zimbra's id
    Column("account", String(64), primary_key=True),
    Column("address", String(320), nullable=False),
    Column("used", BigInteger),
    Column("quota", BigInteger),
    Column("status", String(20), nullable=False),
)
