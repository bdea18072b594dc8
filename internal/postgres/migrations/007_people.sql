-- Who of a provider is whom of ours.
CREATE TABLE person_identity (
    provider text NOT NULL,
    subject  text NOT NULL,
    person   bigint NOT NULL REFERENCES person (id),
    made_at  timestamptz NOT NULL,
    PRIMARY KEY (provider, subject)
);

-- Sessions. Only the SHA-256 of the cookie is here.
CREATE TABLE session (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hash       bytea NOT NULL UNIQUE CHECK (octet_length(hash) = 32),
    person     bigint NOT NULL REFERENCES person (id),
    way        text NOT NULL, -- password, oidc
    agent      text NOT NULL, -- of the browser, shortened
    address    text NOT NULL,
    created_at timestamptz NOT NULL,
    seen_at    timestamptz NOT NULL, -- to the minute
    expires_at timestamptz NOT NULL, -- however much it is used
    ended_at   timestamptz
);
CREATE INDEX session_person ON session (person) WHERE ended_at IS NULL;

-- Proofs that failed, for a quarter of an hour: by whom, as far as that is
-- known, and of which name. One that is being looked at is here too, until it
-- turns out to be good.
CREATE TABLE signin_failure (
    id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at     timestamptz NOT NULL,
    login  text NOT NULL,
    client text NOT NULL, -- a network, or a device that has signed in before
    known  boolean NOT NULL -- such a device
);
CREATE INDEX signin_failure_login ON signin_failure (login, at);
CREATE INDEX signin_failure_client ON signin_failure (client, at);
CREATE INDEX signin_failure_at ON signin_failure (at);

-- What a sign-in through a provider waits for; each serves once.
CREATE TABLE signin_state (
    hash     bytea PRIMARY KEY,
    provider text NOT NULL,
    nonce    text NOT NULL,
    verifier text NOT NULL,
    back     text NOT NULL, -- path to go on with
    made_at  timestamptz NOT NULL
);
