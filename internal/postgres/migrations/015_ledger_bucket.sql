---- tern: disable-tx ----
-- What was seen is dropped with its bucket. Made while crawlers write; what a
-- broken try left is no index.
DROP INDEX CONCURRENTLY IF EXISTS ledger_bucket;
CREATE INDEX CONCURRENTLY ledger_bucket ON ledger (bucket);
