-- The tables as version 0.1 made them last, in SQLite. A new store begins with them; one that is
-- older is opened with version 0.1 first.
-- What the columns hold: puq_zimbra/store/tables.py.

CREATE TABLE answer (
    id VARCHAR(200) NOT NULL,
    digest VARCHAR(64) NOT NULL,
    timestamp BIGINT NOT NULL,
    status INTEGER NOT NULL,
    final INTEGER NOT NULL,
    body BLOB,
    at BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX answer_at ON answer (at);

CREATE TABLE audit (
    number INTEGER NOT NULL,
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
    number INTEGER NOT NULL,
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

CREATE TABLE schema (version INTEGER NOT NULL);

CREATE TABLE service (
    id INTEGER NOT NULL,
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

CREATE TABLE notice (
    id INTEGER NOT NULL,
    service INTEGER NOT NULL,
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
    service INTEGER NOT NULL,
    month VARCHAR(7) NOT NULL,
    figure VARCHAR(300) NOT NULL,
    value BIGINT NOT NULL,
    measured_at BIGINT NOT NULL,
    PRIMARY KEY (service, month, figure),
    FOREIGN KEY(service) REFERENCES service (id)
);

CREATE TABLE step (
    operation INTEGER NOT NULL,
    number INTEGER NOT NULL,
    at BIGINT NOT NULL,
    request VARCHAR(60) NOT NULL,
    target VARCHAR(320) NOT NULL,
    answer VARCHAR(60),
    PRIMARY KEY (operation, number),
    FOREIGN KEY(operation) REFERENCES operation (number)
);

CREATE TABLE usage (
    service INTEGER NOT NULL,
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
);

CREATE TABLE mailbox (
    service INTEGER NOT NULL,
    account VARCHAR(64) NOT NULL,
    address VARCHAR(320) NOT NULL,
    used BIGINT NOT NULL,
    quota BIGINT,
    status VARCHAR(20) NOT NULL,
    cos VARCHAR(64) NOT NULL,
    PRIMARY KEY (service, account),
    FOREIGN KEY(service) REFERENCES service (id)
) WITHOUT ROWID;

CREATE TABLE mailbox_day (
    service INTEGER NOT NULL,
    day INTEGER NOT NULL,
    account VARCHAR(64) NOT NULL,
    used BIGINT NOT NULL,
    PRIMARY KEY (service, day, account),
    FOREIGN KEY(service) REFERENCES service (id)
) WITHOUT ROWID;
