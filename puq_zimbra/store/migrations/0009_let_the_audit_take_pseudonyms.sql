-- The audit trail: a line in which names gave way to pseudonyms has a second seal.
ALTER TABLE audit ADD COLUMN rewritten VARCHAR(64);
