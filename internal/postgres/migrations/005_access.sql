-- Who acts: people who sign in, and services that only hold a token. Both have
-- the same rights by the same columns, and the audit trail names both. login is
-- lower case; null where somebody only comes through a provider. Nobody is
-- removed: the audit trail names them.
CREATE TABLE person (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind        text NOT NULL DEFAULT 'human' CHECK (kind IN ('human', 'service')),
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
    recovery    bytea[] NOT NULL DEFAULT '{}', -- SHA-256 of the codes that are left
    CHECK (kind = 'human' OR login IS NULL AND email = '' AND password = '')
);

-- What happened to people and their ways in: who did it, when, from where.
CREATE TABLE person_event (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person  bigint NOT NULL REFERENCES person (id),
    at      timestamptz NOT NULL,
    kind    text NOT NULL,
    who     bigint NOT NULL DEFAULT 0, -- 0: nobody who was signed in
    by      text NOT NULL DEFAULT '', -- their name then
    address text NOT NULL DEFAULT '',
    data    jsonb
);
CREATE INDEX person_event_of ON person_event (person, id);

-- API tokens. The secret itself is nowhere: only its SHA-256. What a token may
-- do is what its person may do now. A revoked token stays, because the audit
-- trail names it.
CREATE TABLE token (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hash         bytea NOT NULL UNIQUE CHECK (octet_length(hash) = 32),
    person       bigint NOT NULL REFERENCES person (id),
    name         text NOT NULL,
    regions      text[], -- only these of the person's; null: all
    created_at   timestamptz NOT NULL,
    created_by   text NOT NULL,
    expires_at   timestamptz, -- null: never
    last_used_at timestamptz, -- to the minute
    revoked_at   timestamptz
);
CREATE INDEX token_person ON token (person);
