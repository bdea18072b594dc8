-- The number of the oldest build, by the newest migration that it knows, that
-- works on this schema. A migration only adds; one that takes away what builds
-- still use comes a release later, and raises this.
CREATE TABLE schema_fits (
    one    boolean PRIMARY KEY DEFAULT true CHECK (one),
    oldest integer NOT NULL
);
INSERT INTO schema_fits (oldest) VALUES (13);

-- search_posts_make makes a table for the posts of a bucket, under a name of
-- its own: a bucket may be made anew beside the one that is searched.
CREATE FUNCTION search_posts_make(posts text) RETURNS void LANGUAGE plpgsql AS $make$
BEGIN
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
END
$make$;

CREATE OR REPLACE FUNCTION search_bucket_make(bucket text) RETURNS void LANGUAGE plpgsql AS $make$
BEGIN
    INSERT INTO search_bucket (name) VALUES (bucket) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    PERFORM search_posts_make('search_post_' || replace(bucket, '-', '_'));
    EXECUTE format($ddl$
        CREATE TABLE %1$I (
            id     text COLLATE "C" NOT NULL,
            rev    bigint NOT NULL,
            record json NOT NULL,
            PRIMARY KEY (id, rev)
        )
    $ddl$, 'search_past_' || replace(bucket, '-', '_'));
END
$make$;

-- What was written to a bucket while it is made anew. Only a bucket of which
-- that is so has the trigger. One row a change, committed with it: whoever sees
-- the row sees the change.
CREATE TABLE search_changed (
    n     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    posts text NOT NULL, -- the table
    id    text COLLATE "C" NOT NULL
);

CREATE FUNCTION search_note_change() RETURNS trigger LANGUAGE plpgsql AS $note$
BEGIN
    INSERT INTO search_changed (posts, id) VALUES (TG_TABLE_NAME, coalesce(NEW.id, OLD.id));
    RETURN NULL;
END
$note$;

-- Buckets that were older than their class keeps, and what was dropped with each.
CREATE TABLE retention_drop (
    bucket text NOT NULL,
    at     timestamptz NOT NULL,
    hits   bigint NOT NULL, -- matches of standing searches
    seen   bigint NOT NULL, -- rows of the ledger
    bodies bigint NOT NULL, -- kept beside the log
    PRIMARY KEY (bucket, at)
);
