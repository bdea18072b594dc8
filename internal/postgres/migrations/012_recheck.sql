-- When a post is to be looked at again, to see whether it was edited or deleted
-- since; null is never. Only posts of a few weeks have a time, so the index is small.
ALTER TABLE ledger ADD COLUMN recheck timestamptz;
CREATE INDEX ledger_recheck ON ledger (split_part(id, '/', 1), recheck) WHERE recheck IS NOT NULL;
