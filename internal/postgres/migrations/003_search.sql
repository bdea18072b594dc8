-- The index of posts (package indexer/search/postgres). Posts and their history
-- are in two tables a bucket, made when its first post comes, so that retention
-- drops whole ones. This is the list of buckets; a bucket is here exactly as
-- long as its tables are.
CREATE TABLE search_bucket (
    name text COLLATE "C" PRIMARY KEY -- class-YYYY-MM
);

-- search_bucket_make makes the tables of a bucket; callers see to it that only
-- one does so at a time.
--
-- words holds what package text makes of a post: keys after ~, surfaces after
-- =, both at the token's position, those of the title with weight A. No
-- configuration of Postgres analyses anything. tags holds net:, source: and
-- region: with their values. Both are in one GIN, so that an AND of words and
-- tags is one look into it; its list of pending entries, which every search
-- reads through, is kept short. What words say is not compressible enough to be
-- worth the time; frequent words must be known to the planner, which otherwise
-- sorts half a bucket to find its newest fifty.
CREATE FUNCTION search_bucket_make(bucket text) RETURNS void LANGUAGE plpgsql AS $make$
DECLARE
    posts text := 'search_post_' || replace(bucket, '-', '_');
    past  text := 'search_past_' || replace(bucket, '-', '_');
BEGIN
    INSERT INTO search_bucket (name) VALUES (bucket) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    EXECUTE format($ddl$
        CREATE TABLE %1$I (
            id         text COLLATE "C" PRIMARY KEY,
            rev        bigint NOT NULL,
            published  timestamptz NOT NULL,
            visibility text COLLATE "C" NOT NULL,
            tags       text[] COLLATE "C" NOT NULL,
            words      tsvector NOT NULL,
            record     json NOT NULL -- post.Record; json and not jsonb, which refuses \u0000
        ) WITH (fillfactor = 90, autovacuum_analyze_scale_factor = 0.05)
    $ddl$, posts);
    EXECUTE format('ALTER TABLE %I ALTER words SET STORAGE EXTERNAL, ALTER words SET STATISTICS 300', posts);
    EXECUTE format('CREATE INDEX ON %I (published, id)', posts);
    EXECUTE format('CREATE INDEX ON %I USING gin (words, tags) WITH (gin_pending_list_limit = 1024)', posts);
    EXECUTE format($ddl$
        CREATE TABLE %1$I (
            id     text COLLATE "C" NOT NULL,
            rev    bigint NOT NULL,
            record json NOT NULL,
            PRIMARY KEY (id, rev)
        )
    $ddl$, past);
END
$make$;
