-- API tokens. The secret itself is nowhere: only its SHA-256. A revoked token
-- stays, because the audit trail names it.
CREATE TABLE token (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hash         bytea NOT NULL UNIQUE CHECK (octet_length(hash) = 32),
    name         text NOT NULL,
    role         text NOT NULL,
    regions      text[] NOT NULL,
    agency       bigint NOT NULL DEFAULT 0, -- an executor's; 0 for others
    sealed       boolean NOT NULL DEFAULT false,
    created_at   timestamptz NOT NULL,
    created_by   text NOT NULL,
    expires_at   timestamptz, -- null: never
    last_used_at timestamptz, -- to the minute
    revoked_at   timestamptz
);
