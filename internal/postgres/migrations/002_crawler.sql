-- What the crawler has seen. The one place that knows.
CREATE SEQUENCE rev_seq;

CREATE TABLE ledger (
    id        text PRIMARY KEY,
    bucket    text NOT NULL,
    published timestamptz NOT NULL, -- clamped; frozen at first sight
    hash      text NOT NULL DEFAULT '',  -- of the last revision that the log acknowledged; '' is none
    counters  text NOT NULL DEFAULT '',
    rev       bigint NOT NULL DEFAULT 0,
    imported  boolean NOT NULL DEFAULT false, -- the last revision came from a file
    deleted   boolean NOT NULL DEFAULT false,
    forgotten boolean NOT NULL DEFAULT false
);
CREATE INDEX ledger_forgotten ON ledger (id) WHERE forgotten;

-- Bodies that the log does not carry: of sealed posts, and the whole text of
-- posts that are longer than a record may be.
CREATE TABLE post_body (
    id   text NOT NULL,
    rev  bigint NOT NULL,
    body jsonb NOT NULL,
    PRIMARY KEY (id, rev)
);

-- Secrets of the installation, made at its first start.
CREATE TABLE secret (
    name  text PRIMARY KEY,
    value bytea NOT NULL
);

CREATE TABLE source (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    network     text NOT NULL,
    address     text NOT NULL,
    external    text,                -- network:owner, known after the first connection
    title       text NOT NULL DEFAULT '',
    regions     text[] NOT NULL,
    visibility  text NOT NULL DEFAULT 'public',
    class       text NOT NULL DEFAULT 'standard',
    every       interval NOT NULL,
    backfill    integer NOT NULL DEFAULT 0, -- posts to read backwards at first
    enabled     boolean NOT NULL DEFAULT true,
    cursor      jsonb,
    health      text NOT NULL DEFAULT 'new',
    detail      text NOT NULL DEFAULT '',
    health_at   timestamptz NOT NULL,
    last_ok     timestamptz,
    last_read   timestamptz,
    last_new    timestamptz,
    next_at     timestamptz NOT NULL,
    failures    integer NOT NULL DEFAULT 0,
    posts       bigint NOT NULL DEFAULT 0,
    subscribers bigint,
    worker      text,
    lease       bigint NOT NULL DEFAULT 0, -- generation of the lease
    lease_until timestamptz,
    created_at  timestamptz NOT NULL,
    UNIQUE (network, address)
);
-- A channel under two addresses would be read twice; a newspaper has several
-- feeds, whose owner is its host.
CREATE UNIQUE INDEX source_external ON source (external) WHERE external IS NOT NULL AND network <> 'rss';
CREATE INDEX source_by_external ON source (external) WHERE external IS NOT NULL;
CREATE INDEX source_due ON source (next_at) WHERE enabled;
