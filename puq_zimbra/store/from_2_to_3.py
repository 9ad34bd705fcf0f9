"""What brings a store of version 2 to version 3: each mailbox's last reading and one a day; counts,
peaks, notices, runs of the sync.

The table of mailboxes is made anew. A reading that a program of version 2 wants to keep meanwhile
fails, and figures are read again.
"""

from __future__ import annotations

FROM_2_TO_3 = (
    "ALTER TABLE service ADD COLUMN address VARCHAR(320) DEFAULT '' NOT NULL",
    "ALTER TABLE usage ADD COLUMN mailbox_limits BIGINT",
    "ALTER TABLE usage ADD COLUMN classes TEXT DEFAULT '{{}}' NOT NULL",
    "ALTER TABLE usage ADD COLUMN aliases INTEGER DEFAULT '0' NOT NULL",
    "ALTER TABLE usage ADD COLUMN lists INTEGER DEFAULT '0' NOT NULL",
    "ALTER TABLE usage ADD COLUMN alias_domains INTEGER DEFAULT '0' NOT NULL",
    "CREATE TABLE mailbox_now ("
    " service {reference} NOT NULL REFERENCES service (id),"
    " account VARCHAR(64) NOT NULL,"
    " address VARCHAR(320) NOT NULL,"
    " used BIGINT NOT NULL,"
    " quota BIGINT,"
    " status VARCHAR(20) NOT NULL,"
    " cos VARCHAR(64) NOT NULL,"
    " PRIMARY KEY (service, account)){without_rowid}",
    "INSERT INTO mailbox_now SELECT old.service, old.account, old.address, old.used, old.quota,"
    " old.status, '' FROM mailbox AS old JOIN"
    " (SELECT service, max(measured_at) AS at FROM usage GROUP BY service) AS newest"
    " ON newest.service = old.service AND newest.at = old.measured_at"
    " WHERE old.used IS NOT NULL",
    "DROP TABLE mailbox",
    "ALTER TABLE mailbox_now RENAME TO mailbox",
    "CREATE TABLE mailbox_day ("
    " service {reference} NOT NULL REFERENCES service (id),"
    " day INTEGER NOT NULL,"
    " account VARCHAR(64) NOT NULL,"
    " used BIGINT NOT NULL,"
    " PRIMARY KEY (service, day, account)){without_rowid}",
    "CREATE TABLE peak ("
    " service {reference} NOT NULL REFERENCES service (id),"
    " month VARCHAR(7) NOT NULL,"
    " figure VARCHAR(300) NOT NULL,"
    " value BIGINT NOT NULL,"
    " measured_at BIGINT NOT NULL,"
    " PRIMARY KEY (service, month, figure))",
    "CREATE TABLE notice ("
    " id {key} NOT NULL,"
    " service {reference} NOT NULL REFERENCES service (id),"
    " account VARCHAR(64) NOT NULL,"
    " address VARCHAR(320) NOT NULL,"
    " used BIGINT NOT NULL,"
    " quota BIGINT NOT NULL,"
    " crossed_at BIGINT NOT NULL,"
    " ended_at BIGINT,"
    " PRIMARY KEY (id))",
    "CREATE INDEX notice_service ON notice (service, account)",
    "CREATE TABLE sync_run (began_at BIGINT NOT NULL, ended_at BIGINT, PRIMARY KEY (began_at))",
)
