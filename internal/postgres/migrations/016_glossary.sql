-- The words of the region, which no dictionary has. Every revision stays.
CREATE TABLE glossary (
    revision   integer PRIMARY KEY CHECK (revision > 0 AND revision < 1000000), -- a part of the number of an edition
    body       text NOT NULL,
    changed_by text NOT NULL,
    changed_at timestamptz NOT NULL
);

-- The editions: ways in which words became keys (text.Edition.Number), each of a
-- version of the code and a revision of the glossary. Of one that is not retired
-- there may be documents. n says in which order they came into force: the one of
-- the greatest n is what indexers write with, unless two builds work at once.
CREATE SEQUENCE edition_n;
CREATE TABLE edition (
    number  bigint PRIMARY KEY,
    n       bigint NOT NULL UNIQUE DEFAULT nextval('edition_n'),
    since   timestamptz NOT NULL DEFAULT now(),
    retired boolean NOT NULL DEFAULT false
);

-- Buckets that hold documents of one edition alone, as long as no other came into
-- force since: n is the newest edition's of that time.
CREATE TABLE renewed_bucket (
    bucket text PRIMARY KEY,
    n      bigint NOT NULL,
    posts  bigint NOT NULL,
    at     timestamptz NOT NULL
);

-- How far the index is with being made anew in the background.
CREATE TABLE renewal (
    one          boolean PRIMARY KEY DEFAULT true CHECK (one),
    edition      bigint NOT NULL,
    bucket       text NOT NULL,
    buckets_done integer NOT NULL,
    buckets      integer NOT NULL,
    done         bigint NOT NULL, -- posts
    posts        bigint NOT NULL, -- 0: not counted
    per_second   double precision NOT NULL,
    seconds_left double precision NOT NULL, -- of the bucket where posts is 0
    error        text NOT NULL,
    began_at     timestamptz NOT NULL,
    at           timestamptz NOT NULL,
    ended_at     timestamptz
);

-- What an indexer writes with. A build that knows of no editions says nothing:
-- it writes stems, which are edition 1.
ALTER TABLE indexer_generation ADD COLUMN edition bigint NOT NULL DEFAULT 1;

-- So edition 1 comes into force again with a build that was gone back to.
CREATE FUNCTION edition_of_stems() RETURNS trigger LANGUAGE plpgsql AS $stems$
BEGIN
    INSERT INTO edition (number) VALUES (1)
        ON CONFLICT (number) DO UPDATE SET n = nextval('edition_n'), since = now(), retired = false;
    RETURN NULL;
END
$stems$;
CREATE TRIGGER edition_of_stems AFTER INSERT ON indexer_generation FOR EACH ROW WHEN (NEW.edition = 1) EXECUTE FUNCTION edition_of_stems();

-- What is there was written by such a build.
INSERT INTO edition (number) SELECT 1
    WHERE EXISTS (SELECT FROM ledger) OR EXISTS (SELECT FROM search_bucket) OR EXISTS (SELECT FROM indexer_generation);
