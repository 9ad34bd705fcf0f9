-- Imports of many mailboxes: what was uploaded, and what became of each row.
CREATE TABLE bulk (
    id VARCHAR(64) NOT NULL,
    installation VARCHAR(64) NOT NULL,
    service_id VARCHAR(64) NOT NULL,
    made_at BIGINT NOT NULL,
    content TEXT,
    operation VARCHAR(40),
    ended_at BIGINT,
    passwords TEXT,
    PRIMARY KEY (id)
);
CREATE INDEX bulk_service ON bulk (installation, service_id);
CREATE INDEX bulk_operation ON bulk (operation);
CREATE TABLE bulk_row (
    bulk VARCHAR(64) NOT NULL REFERENCES bulk (id),
    line INTEGER NOT NULL,
    address VARCHAR(320) NOT NULL,
    outcome VARCHAR(10) NOT NULL,
    message TEXT,
    PRIMARY KEY (bulk, line)
);
