-- What was last found in the DNS of a service's domain.
CREATE TABLE dns_check (
    installation VARCHAR(64) NOT NULL,
    service_id VARCHAR(64) NOT NULL,
    domain VARCHAR(255) NOT NULL,
    setup TEXT NOT NULL,
    wanted_at BIGINT,
    found TEXT,
    checked_at BIGINT,
    PRIMARY KEY (installation, service_id, domain)
);
CREATE INDEX dns_check_wanted ON dns_check (wanted_at);

-- Keys for the signatures of a domain's mail.
CREATE TABLE dkim_key (
    installation VARCHAR(64) NOT NULL,
    service_id VARCHAR(64) NOT NULL,
    domain VARCHAR(255) NOT NULL,
    selector VARCHAR(64) NOT NULL,
    public TEXT NOT NULL,
    private BYTEA,
    made_at BIGINT NOT NULL,
    used_at BIGINT,
    replaced_at BIGINT,
    PRIMARY KEY (installation, service_id, domain, selector)
);

-- One-use addresses of device profiles that were used.
CREATE TABLE used_link (
    nonce VARCHAR(64) NOT NULL,
    until BIGINT NOT NULL,
    PRIMARY KEY (nonce)
);
