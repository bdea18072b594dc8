-- People who sign in. login is lower case; null where somebody only comes
-- through a provider. Nobody is removed: the audit trail names them.
CREATE TABLE person (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    version     integer NOT NULL DEFAULT 1,
    login       text UNIQUE CHECK (login = lower(login)),
    name        text NOT NULL,
    email       text NOT NULL DEFAULT '',
    role        text NOT NULL,
    regions     text[] NOT NULL,
    agencies    bigint[] NOT NULL DEFAULT '{}', -- an executor's
    sealed      boolean NOT NULL DEFAULT false,
    language    text NOT NULL DEFAULT 'ru' CHECK (language IN ('ru', 'en')),
    disabled_at timestamptz,
    created_at  timestamptz NOT NULL,
    created_by  text NOT NULL,
    changed_at  timestamptz NOT NULL,
    changed_by  text NOT NULL,
    password    text NOT NULL DEFAULT '', -- argon2id in PHC form; '' is none
    must_change boolean NOT NULL DEFAULT false, -- the password is somebody else's invention
    totp        text NOT NULL DEFAULT '', -- the secret, base32; '' is none
    totp_on     boolean NOT NULL DEFAULT false, -- a first code has shown that it works
    totp_step   bigint NOT NULL DEFAULT 0, -- of the last code that was taken: none serves twice
    recovery    bytea[] NOT NULL DEFAULT '{}' -- SHA-256 of the codes that are left
);

-- Who of a provider is whom of ours.
CREATE TABLE person_identity (
    provider text NOT NULL,
    subject  text NOT NULL,
    person   bigint NOT NULL REFERENCES person (id),
    made_at  timestamptz NOT NULL,
    PRIMARY KEY (provider, subject)
);

-- What happened to people and their ways in: who did it, when, from where.
CREATE TABLE person_event (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person  bigint NOT NULL REFERENCES person (id),
    at      timestamptz NOT NULL,
    kind    text NOT NULL,
    by      text NOT NULL DEFAULT '',
    address text NOT NULL DEFAULT '',
    data    jsonb
);
CREATE INDEX person_event_of ON person_event (person, id);

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

-- Sign-ins that failed, for a quarter of an hour: by whom, as far as that is
-- known, and under which name.
CREATE TABLE signin_failure (
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
