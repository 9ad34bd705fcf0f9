-- Operations and the audit trail: who acted, as the host says it, and of a form of the customer's
-- page which action on which object.
ALTER TABLE operation ADD COLUMN actor_kind VARCHAR(10);
ALTER TABLE operation ADD COLUMN actor_id VARCHAR(64);
ALTER TABLE operation ADD COLUMN actor_name VARCHAR(200);
ALTER TABLE operation ADD COLUMN action VARCHAR(60);
ALTER TABLE operation ADD COLUMN object VARCHAR(320);
ALTER TABLE audit ADD COLUMN actor VARCHAR(300);
ALTER TABLE audit ADD COLUMN action VARCHAR(60);
ALTER TABLE audit ADD COLUMN object VARCHAR(320);
