-- Usage: classes of service are counted by their id and named once; rooms are counted.
CREATE TABLE cos_name (
    server VARCHAR(300) NOT NULL,
    id VARCHAR(64) NOT NULL,
    name VARCHAR(300) NOT NULL,
    PRIMARY KEY (server, id)
);
ALTER TABLE usage ADD COLUMN resources INTEGER DEFAULT '0' NOT NULL;

-- Operations: what each is about, when a person asked for it again, and whether the host left to us
-- what becomes of the mail in the end.
ALTER TABLE operation ADD COLUMN aspects VARCHAR(400) DEFAULT '' NOT NULL;
ALTER TABLE operation ADD COLUMN asked_at BIGINT;
ALTER TABLE operation ADD COLUMN ending VARCHAR(10);

-- When it was last seen that the store can be written.
ALTER TABLE schema ADD COLUMN proved_at BIGINT;
