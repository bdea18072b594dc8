-- The log (package internal/stream/postgres).

-- The next offset of every partition. An append locks the rows of its
-- partitions, in order, until it commits: so offsets are dense and in commit
-- order, and a reader that sees an offset sees every one before it.
-- The rows change with every append; the room left on their page keeps those
-- updates out of the index (HOT).
CREATE TABLE stream_head (
    topic text     NOT NULL,
    part  smallint NOT NULL,
    next  bigint   NOT NULL DEFAULT 0,
    PRIMARY KEY (topic, part)
) WITH (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

INSERT INTO stream_head (topic, part)
SELECT t, p
FROM unnest(ARRAY['posts', 'posts.rejected', 'indexed', 'indexed.rejected', 'matches', 'matches.rejected']) AS t,
     generate_series(0, 15) AS p;

-- The records. Key and value are bytes, as they are on Kafka; headers are json
-- and not jsonb, which refuses \u0000.
CREATE TABLE stream_record (
    topic   text        NOT NULL,
    part    smallint    NOT NULL,
    seq     bigint      NOT NULL, -- the offset
    at      timestamptz NOT NULL,
    key     bytea       NOT NULL,
    value   bytea       NOT NULL,
    headers json,
    PRIMARY KEY (topic, part, seq)
);

-- Who of a group reads which partition, and how far the group has come.
-- A commit counts only with the generation that its reader was given.
CREATE TABLE stream_lease (
    grp        text        NOT NULL,
    topic      text        NOT NULL,
    part       smallint    NOT NULL,
    committed  bigint      NOT NULL DEFAULT 0,
    owner      text,
    generation bigint      NOT NULL DEFAULT 0,
    expires    timestamptz NOT NULL DEFAULT '-infinity',
    PRIMARY KEY (grp, topic, part)
) WITH (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

-- The live members of a group: their number decides each one's share.
CREATE TABLE stream_member (
    grp     text        NOT NULL,
    topic   text        NOT NULL,
    member  text        NOT NULL,
    expires timestamptz NOT NULL,
    PRIMARY KEY (grp, topic, member)
) WITH (fillfactor = 50);
