"""The tables.

Times are stored as whole seconds since 1970 (UTC), so that SQLite and PostgreSQL compare them
alike; sizes as bytes.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy import UniqueConstraint as Unique

#: raised when a table changes; a newer store is refused by older code
VERSION = 4

metadata = MetaData()
Key = BigInteger().with_variant(Integer, "sqlite")

schema = Table("schema", metadata, Column("version", Integer, nullable=False))

#: the services that were ever measured, and each domain that they had
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
    #: Zimbra's id of the domain, or of the account that was sold by itself
    Column("domain_id", String(64), nullable=False),
    #: the address of a mailbox sold by itself; "" for domains and servers
    Column("address", String(320), nullable=False, server_default=""),
    #: the last reading, if it failed; None after a good one
    Column("failed_at", BigInteger),
    #: bytes of a reading that fell so low that a second one must agree
    Column("suspect", BigInteger),
    Unique("installation", "service_id", "domain_id"),
)

#: the last reading of all services of a server; no row = the last attempt failed
whole = Table(
    "whole",
    metadata,
    Column("server", String(300), primary_key=True),
    Column("measured_at", BigInteger, nullable=False),
    #: 0 where a service's figures stayed behind
    Column("complete", Integer, nullable=False),
)

#: a service at a time; all mailboxes were read
usage = Table(
    "usage",
    metadata,
    Column("service", ForeignKey("service.id"), primary_key=True),
    Column("measured_at", BigInteger, primary_key=True),
    Column("used", BigInteger, nullable=False),
    Column("quota", BigInteger),
    #: the mailboxes' limits together; NULL when one is unlimited or none is there
    Column("mailbox_limits", BigInteger),
    Column("mailboxes", Integer, nullable=False),
    #: JSON: class of service's name -> status -> mailboxes
    Column("classes", Text, nullable=False),
    Column("aliases", Integer, nullable=False),
    Column("lists", Integer, nullable=False),
    Column("alias_domains", Integer, nullable=False),
)

#: the mailboxes of a service at its last reading
mailbox = Table(
    "mailbox",
    metadata,
    Column("service", ForeignKey("service.id"), primary_key=True),
    #: Zimbra's id
    Column("account", String(64), primary_key=True),
    Column("address", String(320), nullable=False),
    Column("used", BigInteger, nullable=False),
    Column("quota", BigInteger),
    Column("status", String(20), nullable=False),
    #: id of its own class of service; "" = the domain's
    Column("cos", String(64), nullable=False),
    sqlite_with_rowid=False,
)

#: the mailboxes of a service at its first reading of a day
mailbox_day = Table(
    "mailbox_day",
    metadata,
    Column("service", ForeignKey("service.id"), primary_key=True),
    #: days since 1970 (UTC)
    Column("day", Integer, primary_key=True),
    Column("account", String(64), primary_key=True),
    Column("used", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

#: the highest figure of a month, with the reading that shows it
peak = Table(
    "peak",
    metadata,
    Column("service", ForeignKey("service.id"), primary_key=True),
    #: YYYY-MM (UTC)
    Column("month", String(7), primary_key=True),
    #: storage (bytes), mailboxes, or cos: followed by the class of service's name
    Column("figure", String(300), primary_key=True),
    Column("value", BigInteger, nullable=False),
    Column("measured_at", BigInteger, nullable=False),
)

#: what passed a threshold; once per crossing
notice = Table(
    "notice",
    metadata,
    Column("id", Key, primary_key=True),
    Column("service", ForeignKey("service.id"), nullable=False),
    #: Zimbra's id; "" = the whole service
    Column("account", String(64), nullable=False),
    Column("address", String(320), nullable=False),
    Column("used", BigInteger, nullable=False),
    Column("quota", BigInteger, nullable=False),
    Column("crossed_at", BigInteger, nullable=False),
    #: when it fell below again; NULL = it is above still
    Column("ended_at", BigInteger),
    Index("notice_service", "service", "account"),
)

#: the last run of the usage sync
sync_run = Table(
    "sync_run",
    metadata,
    Column("began_at", BigInteger, primary_key=True),
    #: NULL = it was stopped
    Column("ended_at", BigInteger),
)

#: one hook call that may write
operation = Table(
    "operation",
    metadata,
    Column("number", Key, primary_key=True),
    #: the reference that the host was given
    Column("id", String(40), nullable=False, unique=True),
    Column("installation", String(64), nullable=False),
    Column("service_id", String(64), nullable=False),
    Column("event", String(40), nullable=False),
    Column("request_id", String(200)),
    #: what was asked for, as a keyed digest
    Column("fingerprint", String(64), nullable=False),
    #: running; open: to be carried on; done, failed; superseded: a later one took its place
    Column("state", String(10), nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    #: the reply, as JSON, without a page; of one that is not over, why it was not finished
    Column("reply", Text),
    #: the call as JSON, without any secret, until the operation has ended
    Column("call", Text),
    #: how often a process has taken it up
    Column("runs", Integer, nullable=False, server_default="1"),
    #: 1 when a write was sent, by it or by one whose place it took
    Column("written", Integer, nullable=False, server_default="0"),
    #: 1 if it takes the place of all that is not over, 0 if of its like alone (a new password)
    Column("supersedes", Integer, nullable=False, server_default="1"),
    Index("operation_request", "installation", "request_id"),
    Index("operation_service", "installation", "service_id"),
    Index("operation_state", "state"),
)

#: the writes of an operation, in order, each noted before it is sent
step = Table(
    "step",
    metadata,
    Column("operation", ForeignKey("operation.number"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", BigInteger, nullable=False),
    #: Zimbra's name, without "Request"
    Column("request", String(60), nullable=False),
    #: name or Zimbra's id of what is written
    Column("target", String(320), nullable=False),
    #: done, Zimbra's code, "not sent" or "unknown"; None = none was noted
    Column("answer", String(60)),
)

#: who works on a service; at most one operation does
lease = Table(
    "lease",
    metadata,
    Column("installation", String(64), primary_key=True),
    Column("service_id", String(64), primary_key=True),
    Column("operation", String(40), nullable=False),
    #: the process, see owner.py
    Column("owner", String(300), nullable=False),
    #: seconds since 1970; afterwards its process counts as dead on other machines
    Column("until", BigInteger, nullable=False),
    #: the same in seconds of its own machine's monotonic clock, which nobody can set
    Column("until_here", BigInteger, nullable=False, server_default="0"),
)

#: the last password that we set for an account, as a keyed digest
password = Table(
    "password",
    metadata,
    #: Zimbra's id
    Column("account", String(64), primary_key=True),
    Column("digest", String(64), nullable=False),
    #: zimbraPasswordModifiedTime afterwards
    Column("changed_at", String(40), nullable=False),
)

#: what was done, in order; each line seals the one before
audit = Table(
    "audit",
    metadata,
    Column("number", Key, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("installation", String(64), nullable=False),
    Column("service_id", String(64), nullable=False),
    Column("event", String(40), nullable=False),
    Column("operation", String(40), nullable=False),
    Column("code", String(20), nullable=False),
    Column("seal", String(64), nullable=False),
)

#: the end of the audit trail, so that its last lines cannot be taken away unnoticed
audit_end = Table(
    "audit_end",
    metadata,
    Column("number", BigInteger, nullable=False),
    Column("seal", String(64), nullable=False),
)

#: what was answered over HTTP in the last quarter of an hour
answer = Table(
    "answer",
    metadata,
    #: the request's
    Column("id", String(200), primary_key=True),
    #: what was asked for, as a keyed digest
    Column("digest", String(64), nullable=False),
    #: seconds since 1970, as the request said; the latest of its retries
    Column("timestamp", BigInteger, nullable=False),
    Column("status", Integer, nullable=False),
    #: 1 if the sender's retry changes nothing
    Column("final", Integer, nullable=False),
    #: packed by zlib; NULL = it holds a secret and is not kept
    Column("body", LargeBinary),
    Column("at", BigInteger, nullable=False),
    Index("answer_at", "at"),
)
