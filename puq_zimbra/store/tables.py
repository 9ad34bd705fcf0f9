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
VERSION = 9

metadata = MetaData()
Key = BigInteger().with_variant(Integer, "sqlite")

schema = Table(
    "schema",
    metadata,
    Column("version", Integer, nullable=False),
    #: when it was last seen that the store can be written
    Column("proved_at", BigInteger),
)

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
    #: JSON: class of service's id -> status -> mailboxes; before version 5 its name
    Column("classes", Text, nullable=False),
    Column("aliases", Integer, nullable=False),
    Column("lists", Integer, nullable=False),
    Column("alias_domains", Integer, nullable=False),
    #: active rooms and equipment
    Column("resources", Integer, nullable=False, server_default="0"),
)

#: the names of classes of service, as last seen; a deleted one keeps its name
cos_name = Table(
    "cos_name",
    metadata,
    #: host and port of the Zimbra
    Column("server", String(300), primary_key=True),
    #: Zimbra's id
    Column("id", String(64), primary_key=True),
    Column("name", String(300), nullable=False),
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

#: followed by a class of service's id: its figure
COS_FIGURE = "cos:"
#: the highest figure of a month, with the reading that shows it
peak = Table(
    "peak",
    metadata,
    Column("service", ForeignKey("service.id"), primary_key=True),
    #: YYYY-MM (UTC)
    Column("month", String(7), primary_key=True),
    #: storage (bytes), mailboxes, resources, or `COS_FIGURE` with a class of service's id
    Column("figure", String(300), primary_key=True),
    Column("value", BigInteger, nullable=False),
    Column("measured_at", BigInteger, nullable=False),
)

#: crossings of a threshold, each noted once
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
    #: "unsaid" where a call whose plan counts left the service's ending to us
    Column("ending", String(10)),
    #: 1 if it replaces the unfinished operations of its aspects, 0 if those of its event alone
    Column("supersedes", Integer, nullable=False, server_default="1"),
    #: what it is about, see wishes.py, blanks between; "" (before version 5) = by its event
    Column("aspects", String(400), nullable=False, server_default=""),
    #: when it was asked for once more, by a person; 0 = it came back with a backup; see held.py
    Column("asked_at", BigInteger),
    #: who acted, as the host says it: customer, staff, automatic; NULL = it did not say
    Column("actor_kind", String(10)),
    Column("actor_id", String(64)),
    Column("actor_name", String(200)),
    #: of a form of the customer's page: the action, and Zimbra's id of what it is about
    Column("action", String(60)),
    Column("object", String(320)),
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

#: which process works on a service; at most one operation does
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
    #: the same in seconds of its own machine's monotonic clock, which cannot be set
    Column("until_here", BigInteger, nullable=False, server_default="0"),
)

#: the last password that the module set for an account, as a keyed digest
password = Table(
    "password",
    metadata,
    #: Zimbra's id
    Column("account", String(64), primary_key=True),
    Column("digest", String(64), nullable=False),
    #: zimbraPasswordModifiedTime afterwards
    Column("changed_at", String(40), nullable=False),
)

#: the operations that ended, in order; each line seals the one before
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
    #: who acted, as the host said it: kind, id and name with blanks between; NULL = it did not say
    Column("actor", String(300)),
    #: of a form of the customer's page: the action, and Zimbra's id of what it was about
    Column("action", String(60)),
    Column("object", String(320)),
    #: seals the line as it is now, where names gave way to pseudonyms; "" = it was wrong before
    Column("rewritten", String(64)),
)

#: the end of the audit trail, so that a missing last line is noticed
audit_end = Table(
    "audit_end",
    metadata,
    Column("number", BigInteger, nullable=False),
    Column("seal", String(64), nullable=False),
)

#: the answers given over HTTP in the last 15 minutes
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

#: what was last found in the DNS of a service's domain, and whether it is to be looked up again
dns_check = Table(
    "dns_check",
    metadata,
    Column("installation", String(64), primary_key=True),
    Column("service_id", String(64), primary_key=True),
    #: A-label form
    Column("domain", String(255), primary_key=True),
    #: JSON: what decides about its records, as of the last time that somebody wanted to know
    Column("setup", Text, nullable=False),
    #: since when it is to be looked up; NULL = it is not
    Column("wanted_at", BigInteger),
    #: JSON: type and name -> values, null = unknown; NULL = it was never looked up
    Column("found", Text),
    Column("checked_at", BigInteger),
    Index("dns_check_wanted", "wanted_at"),
)

#: keys for the signatures of a domain's mail; at most one of a domain waits for its record
dkim_key = Table(
    "dkim_key",
    metadata,
    Column("installation", String(64), primary_key=True),
    Column("service_id", String(64), primary_key=True),
    #: A-label form
    Column("domain", String(255), primary_key=True),
    Column("selector", String(64), primary_key=True),
    #: base64 of the DER form
    Column("public", Text, nullable=False),
    #: PEM, encrypted; NULL = it was handed to Zimbra, which alone has it now
    Column("private", LargeBinary),
    Column("made_at", BigInteger, nullable=False),
    #: since when Zimbra signs with it
    Column("used_at", BigInteger),
    #: since when Zimbra signs with another one
    Column("replaced_at", BigInteger),
)

#: one-use addresses of device profiles that were used, until they would have run out
used_link = Table(
    "used_link",
    metadata,
    Column("nonce", String(64), primary_key=True),
    Column("until", BigInteger, nullable=False),
)
