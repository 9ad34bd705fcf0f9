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
	PRIMARY KEY (installation, service_id)
);
CREATE TABLE mailbox (
	service INTEGER NOT NULL, 
	measured_at BIGINT NOT NULL, 
	account VARCHAR(64) NOT NULL, 
	address VARCHAR(320) NOT NULL, 
	used BIGINT, 
	quota BIGINT, 
	status VARCHAR(20) NOT NULL, 
	PRIMARY KEY (service, measured_at, account), 
	FOREIGN KEY(service) REFERENCES service (id)
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
	PRIMARY KEY (number), 
	UNIQUE (id)
);
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
	id INTEGER NOT NULL, 
	installation VARCHAR(64) NOT NULL, 
	service_id VARCHAR(64) NOT NULL, 
	server VARCHAR(300) NOT NULL, 
	domain VARCHAR(255) NOT NULL, 
	domain_id VARCHAR(64) NOT NULL, 
	failed_at BIGINT, 
	suspect BIGINT, 
	PRIMARY KEY (id), 
	UNIQUE (installation, service_id, domain_id)
);
CREATE TABLE usage (
	service INTEGER NOT NULL, 
	measured_at BIGINT NOT NULL, 
	used BIGINT NOT NULL, 
	quota BIGINT, 
	mailboxes INTEGER NOT NULL, 
	PRIMARY KEY (service, measured_at), 
	FOREIGN KEY(service) REFERENCES service (id)
);
CREATE TABLE whole (
	server VARCHAR(300) NOT NULL, 
	measured_at BIGINT NOT NULL, 
	complete INTEGER NOT NULL, 
	PRIMARY KEY (server)
);
CREATE INDEX operation_request ON operation (installation, request_id);
CREATE INDEX operation_service ON operation (installation, service_id);
