"""The tables of imports: what was uploaded, and what became of each row."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text

from puq_zimbra.store.tables import metadata

bulk = Table(
    "bulk",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("installation", String(64), nullable=False),
    Column("service_id", String(64), nullable=False),
    Column("made_at", BigInteger, nullable=False),
    #: the rows with their passwords, encrypted; NULL once nothing of them is to be done any more
    Column("content", Text),
    #: reference of the operation that makes them; NULL = nobody has asked for that yet
    Column("operation", String(40)),
    Column("ended_at", BigInteger),
    #: addresses and generated passwords, encrypted, until they are fetched
    Column("passwords", Text),
    Index("bulk_service", "installation", "service_id"),
    Index("bulk_operation", "operation"),
)

#: the rows of an import that was begun
bulk_row = Table(
    "bulk_row",
    metadata,
    Column("bulk", ForeignKey("bulk.id"), primary_key=True),
    #: of the file
    Column("line", Integer, primary_key=True),
    Column("address", String(320), nullable=False),
    #: waiting, created, changed, same, error (nothing was tried) or failed
    Column("outcome", String(10), nullable=False),
    #: JSON: why, as a sentence and its values
    Column("message", Text),
)
