-- Which regions this installation serves. The first 29 are those of the
-- network's own list; administrators switch others on.
CREATE TABLE region (
    code   text PRIMARY KEY,
    served boolean NOT NULL DEFAULT true
);
INSERT INTO region (code) VALUES
    ('RU-PRI'), ('RU-SA'), ('RU-ZAB'), ('RU-MAG'), ('RU-YEV'), ('RU-KHA'), ('RU-AMU'), ('RU-SAK'),
    ('RU-SAM'), ('RU-ULY'), ('RU-UD'), ('RU-PER'), ('RU-MO'),
    ('RU-KEM'), ('RU-OMS'), ('RU-KK'), ('RU-IRK'),
    ('RU-RYA'), ('RU-TVE'), ('RU-BEL'), ('RU-VLA'),
    ('RU-KHM'), ('RU-KGN'), ('RU-TYU'),
    ('RU-SE'), ('RU-STA'), ('RU-IN'),
    ('RU-VLG'), ('RU-VGG');

-- Standing searches. Every change is a new version and takes the next
-- generation; the indexers say which generation they match with.
CREATE TABLE search (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    version    integer NOT NULL DEFAULT 1,
    generation bigint NOT NULL,
    name       text NOT NULL,
    query      text NOT NULL,
    zone       text NOT NULL,
    regions    text[] NOT NULL,
    sealed     boolean NOT NULL DEFAULT false, -- its owner may see sealed posts
    owner      text NOT NULL,
    deleted    boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    past_done  boolean NOT NULL DEFAULT false, -- the past has been searched with this version
    past_found bigint NOT NULL DEFAULT 0       -- posts of the past that match it
);
CREATE INDEX search_generation ON search (generation);

CREATE TABLE search_version (
    search     bigint NOT NULL REFERENCES search (id),
    version    integer NOT NULL,
    name       text NOT NULL,
    query      text NOT NULL,
    regions    text[] NOT NULL,
    changed_by text NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (search, version)
);

-- The clock of generations: a row, not a sequence, so that generations become
-- visible in their order. A reader who has seen n has seen all up to n.
CREATE TABLE search_clock (
    one        boolean PRIMARY KEY DEFAULT true CHECK (one),
    generation bigint NOT NULL DEFAULT 0
);
INSERT INTO search_clock DEFAULT VALUES;

-- What each live indexer matches with. A row whose seen_at is old belongs to
-- an indexer that is gone and is waited for no longer.
CREATE TABLE indexer_generation (
    indexer    text PRIMARY KEY,
    generation bigint NOT NULL,
    seen_at    timestamptz NOT NULL
);
