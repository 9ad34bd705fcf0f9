"""A store as version 4 left it, in literal SQL: what was released stays what it was."""

from __future__ import annotations

TABLES = """
CREATE TABLE answer (
    id VARCHAR(200) NOT NULL,
    digest VARCHAR(64) NOT NULL,
    timestamp BIGINT NOT NULL,
    status INTEGER NOT NULL,
    final INTEGER NOT NULL,
    body {bytes},
    at BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX answer_at ON answer (at);
CREATE TABLE audit (
    number {key} NOT NULL,
    at BIGINT NOT NULL,
    installation VARCHAR(64) NOT NULL,
    service_id VARCHAR(64) NOT NULL,
    event VARCHAR(40) NOT NULL,
    operation VARCHAR(40) NOT NULL,
    code VARCHAR(20) NOT NULL,
    seal VARCHAR(64) NOT NULL,
    PRIMARY KEY (number)
);
CREATE TABLE audit_end (
    number BIGINT NOT NULL,
    seal VARCHAR(64) NOT NULL
);
CREATE TABLE lease (
    installation VARCHAR(64) NOT NULL,
    service_id VARCHAR(64) NOT NULL,
    operation VARCHAR(40) NOT NULL,
    owner VARCHAR(300) NOT NULL,
    until BIGINT NOT NULL,
    until_here BIGINT DEFAULT '0' NOT NULL,
    PRIMARY KEY (installation, service_id)
);
CREATE TABLE operation (
    number {key} NOT NULL,
    id VARCHAR(40) NOT NULL,
    installation VARCHAR(64) NOT NULL,
    service_id VARCHAR(64) NOT NULL,
    event VARCHAR(40) NOT NULL,
    request_id VARCHAR(200),
    fingerprint VARCHAR(64) NOT NULL,
    state VARCHAR(10) NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT,
    reply TEXT,
    call TEXT,
    runs INTEGER DEFAULT '1' NOT NULL,
    written INTEGER DEFAULT '0' NOT NULL,
    supersedes INTEGER DEFAULT '1' NOT NULL,
    PRIMARY KEY (number),
    UNIQUE (id)
);
CREATE INDEX operation_request ON operation (installation, request_id);
CREATE INDEX operation_service ON operation (installation, service_id);
CREATE INDEX operation_state ON operation (state);
CREATE TABLE password (
    account VARCHAR(64) NOT NULL,
    digest VARCHAR(64) NOT NULL,
    changed_at VARCHAR(40) NOT NULL,
    PRIMARY KEY (account)
);
CREATE TABLE schema (
    version INTEGER NOT NULL
);
CREATE TABLE service (
    id {key} NOT NULL,
    installation VARCHAR(64) NOT NULL,
    service_id VARCHAR(64) NOT NULL,
    server VARCHAR(300) NOT NULL,
    domain VARCHAR(255) NOT NULL,
    domain_id VARCHAR(64) NOT NULL,
    address VARCHAR(320) DEFAULT '' NOT NULL,
    failed_at BIGINT,
    suspect BIGINT,
    PRIMARY KEY (id),
    UNIQUE (installation, service_id, domain_id)
);
CREATE TABLE sync_run (
    began_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (began_at)
);
CREATE TABLE whole (
    server VARCHAR(300) NOT NULL,
    measured_at BIGINT NOT NULL,
    complete INTEGER NOT NULL,
    PRIMARY KEY (server)
);
CREATE TABLE mailbox (
    service {reference} NOT NULL,
    account VARCHAR(64) NOT NULL,
    address VARCHAR(320) NOT NULL,
    used BIGINT NOT NULL,
    quota BIGINT,
    status VARCHAR(20) NOT NULL,
    cos VARCHAR(64) NOT NULL,
    PRIMARY KEY (service, account),
    FOREIGN KEY(service) REFERENCES service (id)
){without_rowid};
CREATE TABLE mailbox_day (
    service {reference} NOT NULL,
    day INTEGER NOT NULL,
    account VARCHAR(64) NOT NULL,
    used BIGINT NOT NULL,
    PRIMARY KEY (service, day, account),
    FOREIGN KEY(service) REFERENCES service (id)
){without_rowid};
CREATE TABLE notice (
    id {key} NOT NULL,
    service {reference} NOT NULL,
    account VARCHAR(64) NOT NULL,
    address VARCHAR(320) NOT NULL,
    used BIGINT NOT NULL,
    quota BIGINT NOT NULL,
    crossed_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (id),
    FOREIGN KEY(service) REFERENCES service (id)
);
CREATE INDEX notice_service ON notice (service, account);
CREATE TABLE peak (
    service {reference} NOT NULL,
    month VARCHAR(7) NOT NULL,
    figure VARCHAR(300) NOT NULL,
    value BIGINT NOT NULL,
    measured_at BIGINT NOT NULL,
    PRIMARY KEY (service, month, figure),
    FOREIGN KEY(service) REFERENCES service (id)
);
CREATE TABLE step (
    operation {reference} NOT NULL,
    number INTEGER NOT NULL,
    at BIGINT NOT NULL,
    request VARCHAR(60) NOT NULL,
    target VARCHAR(320) NOT NULL,
    answer VARCHAR(60),
    PRIMARY KEY (operation, number),
    FOREIGN KEY(operation) REFERENCES operation (number)
);
CREATE TABLE usage (
    service {reference} NOT NULL,
    measured_at BIGINT NOT NULL,
    used BIGINT NOT NULL,
    quota BIGINT,
    mailbox_limits BIGINT,
    mailboxes INTEGER NOT NULL,
    classes TEXT NOT NULL,
    aliases INTEGER NOT NULL,
    lists INTEGER NOT NULL,
    alias_domains INTEGER NOT NULL,
    PRIMARY KEY (service, measured_at),
    FOREIGN KEY(service) REFERENCES service (id)
)
"""
#: the types that the two databases have for the same column
TYPES = {
    "sqlite": {
        "key": "INTEGER",
        "reference": "INTEGER",
        "bytes": "BLOB",
        "without_rowid": " WITHOUT ROWID",
    },
    "postgresql": {
        "key": "BIGSERIAL",
        "reference": "BIGINT",
        "bytes": "BYTEA",
        "without_rowid": "",
    },
}
#: the key that seals what is below
KEY = b"k" * 32
ROWS = """
INSERT INTO schema VALUES (4);
INSERT INTO service (installation, service_id, server, domain, domain_id)
    VALUES ('crm.example', '42', 'mail.example:7071', 'firma.example', 'd-1');
INSERT INTO usage VALUES (1, 1767225600, 31457280, 53687091200, NULL, 1,
    '{"business": {"active": 1}}', 0, 0, 0);
INSERT INTO mailbox VALUES (1, 'a-1', 'admin@firma.example', 31457280, NULL, 'active', '');
INSERT INTO peak VALUES (1, '2026-01', 'cos:business', 1, 1767225600);
INSERT INTO operation (id, installation, service_id, event, request_id, fingerprint, state,
    started_at, ended_at, reply)
    VALUES ('op-0000000000000001', 'crm.example', '42', 'create', 'r-1',
    '1111111111111111111111111111111111111111111111111111111111111111', 'done', 1767225600,
    1767225602, '{"code": "created", "message": "It was done.", "places": {}, "data": {}}');
INSERT INTO operation (id, installation, service_id, event, request_id, fingerprint, state,
    started_at, ended_at, reply)
    VALUES ('op-0000000000000002', 'crm.example', '42', 'suspend', NULL,
    '2222222222222222222222222222222222222222222222222222222222222222', 'abandoned', 1767229202,
    NULL, NULL);
INSERT INTO operation (id, installation, service_id, event, request_id, fingerprint, state,
    started_at, ended_at, reply)
    VALUES ('op-0000000000000003', 'crm.example', '42', 'suspend', NULL,
    '3333333333333333333333333333333333333333333333333333333333333333', 'done', 1767232802,
    1767232804, '{"code": "updated", "message": "It was done.", "places": {}, "data": {}}');
INSERT INTO operation (id, installation, service_id, event, fingerprint, state, started_at)
    VALUES ('op-0000000000000004', 'crm.example', '43', 'create', 'f', 'running', 1767236404);
INSERT INTO operation (id, installation, service_id, event, fingerprint, state, started_at, call)
    VALUES ('op-0000000000000005', 'crm.example', '44', 'suspend', 'f', 'open', 1767236405, '{}');
INSERT INTO lease VALUES ('crm.example', '43', 'op-0000000000000004', 'elsewhere:1:1', 1767236500,
    0);
INSERT INTO audit VALUES (1, 1767225602, 'crm.example', '42', 'create', 'op-0000000000000001',
    'created', '435a22c6a80e936a20db924f8f5ef766c6dbd63bde309d5cda10e0be530a5241');
INSERT INTO audit VALUES (2, 1767232804, 'crm.example', '42', 'suspend', 'op-0000000000000003',
    'updated', '1d81c3abcde734c09a955aec2ae182c46ff3f177ce6e995548af18aad0c35fcf');
INSERT INTO audit_end VALUES (2,
    'd44625b41c7e6be3271c9e10f201b5bdba55b3479b047efe7ac9e8405f203646');
"""


def statements(dialect: str) -> list[str]:
    """What makes the store, one statement each."""
    text = TABLES.format(**TYPES[dialect]) + ";" + ROWS
    return [one.strip() for one in text.split(";") if one.strip()]
