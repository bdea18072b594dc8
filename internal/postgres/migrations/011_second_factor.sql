-- Sign-ins through a provider that wait for a code of the second factor; each
-- serves once.
CREATE TABLE signin_half (
    hash    bytea PRIMARY KEY, -- of the cookie
    person  bigint NOT NULL REFERENCES person (id),
    made_at timestamptz NOT NULL
);
CREATE INDEX signin_half_person ON signin_half (person, made_at);
