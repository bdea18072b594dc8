-- incidents

CREATE TABLE agency (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region         text NOT NULL,
    name           text NOT NULL,
    kind           text NOT NULL DEFAULT '',
    email          text NOT NULL DEFAULT '',
    webhook_url    text NOT NULL DEFAULT '',
    webhook_secret text NOT NULL DEFAULT '',
    shifts         jsonb, -- null: office hours
    is_default     boolean NOT NULL DEFAULT false,
    active         boolean NOT NULL DEFAULT true,
    changed_at     timestamptz NOT NULL,
    changed_by     text NOT NULL
);
CREATE UNIQUE INDEX agency_name ON agency (region, name);
CREATE UNIQUE INDEX agency_default ON agency (region) WHERE is_default;

-- The only thing that opens incidents by itself. search is search.id of the
-- standing searches; no foreign key, because a match may outlive its search.
CREATE TABLE rule (
    id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region            text NOT NULL,
    search            bigint NOT NULL,
    name              text NOT NULL,
    mode              text NOT NULL CHECK (mode IN ('suggest', 'auto')),
    severity          text NOT NULL CHECK (severity IN ('low', 'normal', 'raised', 'critical')),
    preset            text NOT NULL DEFAULT '',
    agency            bigint REFERENCES agency (id),
    enabled           boolean NOT NULL DEFAULT true,
    open_for_backfill boolean NOT NULL DEFAULT false,
    changed_at        timestamptz NOT NULL,
    changed_by        text NOT NULL
);
CREATE INDEX rule_search ON rule (search, region);

CREATE TABLE route (
    region     text PRIMARY KEY,
    version    integer NOT NULL,
    tree       jsonb NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by text NOT NULL
);

-- What a region has changed; the presets that are not here are the built-in ones.
CREATE TABLE preset (
    region     text NOT NULL,
    name       text NOT NULL,
    data       jsonb NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    PRIMARY KEY (region, name)
);

CREATE TABLE incident (
    number       bigserial PRIMARY KEY,
    region       text NOT NULL,
    state        text NOT NULL,
    before_state text NOT NULL DEFAULT '',
    is_open      boolean NOT NULL,
    version      integer NOT NULL,
    title        text NOT NULL,
    severity     text NOT NULL,
    visibility   text NOT NULL,
    agency       bigint REFERENCES agency (id),
    proposed     bigint REFERENCES agency (id),
    curator      text NOT NULL DEFAULT '',
    watchers     text[] NOT NULL DEFAULT '{}',
    preset       text NOT NULL,
    rule         bigint,
    search       bigint,
    published    timestamptz,
    detected     timestamptz,
    opened_at    timestamptz NOT NULL,
    state_at     timestamptz NOT NULL,
    assigned_at  timestamptz,
    reacted_at   timestamptz,
    answered_at  timestamptz,
    closed_at    timestamptz,
    capped_from  timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    due          timestamptz,
    due_clock    text NOT NULL DEFAULT '',
    due_from     timestamptz,
    warned       integer NOT NULL DEFAULT 0,
    posts        bigint NOT NULL DEFAULT 0,
    duplicate_of bigint REFERENCES incident (number),
    draft        jsonb,
    permalink    text NOT NULL DEFAULT '',
    promise      text NOT NULL DEFAULT '',
    promised_by  timestamptz,
    CHECK (duplicate_of <> number)
);
CREATE INDEX incident_region ON incident (region, number);
CREATE INDEX incident_agency ON incident (agency, number);
CREATE INDEX incident_due ON incident (region, due) WHERE due IS NOT NULL;
CREATE INDEX incident_opened ON incident (region, opened_at);

-- Evidence: which post belongs to which incident. The key is decision 7: a post
-- opens at most one incident per region.
CREATE TABLE incident_post (
    region      text NOT NULL,
    post_id     text NOT NULL,
    seq         bigint GENERATED ALWAYS AS IDENTITY,
    incident    bigint NOT NULL REFERENCES incident (number),
    rev         bigint NOT NULL, -- newest copy
    hash        text NOT NULL,   -- of the newest copy
    observed    timestamptz NOT NULL,
    published   timestamptz NOT NULL,
    visibility  text NOT NULL,
    joined_at   timestamptz NOT NULL,
    how         text NOT NULL,
    rule        bigint,
    search      bigint,
    deleted_at  timestamptz,
    deleted_rev bigint, -- of the reading that found it gone; null: it is there
    copies      integer NOT NULL DEFAULT 1,
    PRIMARY KEY (region, post_id)
);
CREATE UNIQUE INDEX incident_post_page ON incident_post (incident, seq);

-- Every revision of every post of an incident, as it was read.
CREATE TABLE incident_copy (
    region   text NOT NULL,
    post_id  text NOT NULL,
    rev      bigint NOT NULL,
    hash     text NOT NULL,
    observed timestamptz NOT NULL,
    body     jsonb NOT NULL,
    PRIMARY KEY (region, post_id, rev),
    FOREIGN KEY (region, post_id) REFERENCES incident_post (region, post_id) ON DELETE CASCADE
);

-- By what an incident is found again: one row for a text or a forwarded post,
-- however many posts repeat it.
CREATE TABLE incident_key (
    region   text NOT NULL,
    kind     text NOT NULL,
    key      text NOT NULL, -- a hash, so that it always fits the index
    incident bigint NOT NULL REFERENCES incident (number),
    first_at timestamptz NOT NULL, -- published, of the posts with this key
    last_at  timestamptz NOT NULL,
    PRIMARY KEY (region, kind, key, incident)
);

CREATE TABLE incident_event (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    incident  bigint NOT NULL REFERENCES incident (number),
    region    text NOT NULL,
    at        timestamptz NOT NULL,
    kind      text NOT NULL,
    who       bigint NOT NULL DEFAULT 0,
    name      text NOT NULL DEFAULT '',
    from_state text NOT NULL DEFAULT '',
    to_state  text NOT NULL DEFAULT '',
    version   integer NOT NULL,
    data      jsonb
);
CREATE INDEX incident_event_of ON incident_event (incident, id);

-- What searches have matched, so that they can count. bucket lets retention
-- drop rows with their posts.
CREATE TABLE search_hit (
    search    bigint NOT NULL,
    version   integer NOT NULL,
    region    text NOT NULL,
    post_id   text NOT NULL,
    published timestamptz NOT NULL,
    bucket    text NOT NULL,
    PRIMARY KEY (search, version, region, post_id)
);
CREATE INDEX search_hit_bucket ON search_hit (bucket);

CREATE TABLE notification (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    incident   bigint NOT NULL REFERENCES incident (number),
    region     text NOT NULL,
    agency     bigint REFERENCES agency (id), -- whose secret signs it
    channel    text NOT NULL,
    address    text NOT NULL,
    event      text NOT NULL,
    key        text NOT NULL UNIQUE, -- idempotency key and Message-ID
    subject    text NOT NULL,
    text       text NOT NULL,
    data       jsonb NOT NULL,
    state      text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sending', 'sent', 'doubtful', 'failed')),
    unsure     boolean NOT NULL DEFAULT false, -- an attempt may have arrived without our knowing
    attempts   integer NOT NULL DEFAULT 0,
    reason     text NOT NULL DEFAULT '',
    made       timestamptz NOT NULL,
    send_after timestamptz NOT NULL,
    sent_at    timestamptz
);
CREATE INDEX notification_incident ON notification (incident, id);
