-- What was decided about records that could not be processed (package
-- internal/stream/rejected). The records lie in the log, of which Kafka can't
-- remove single ones, so the decisions lie here, on either log. topic is the one
-- that a record was rejected from; part and seq are its place in that topic's
-- rejected one. A record that is not here waits.
CREATE TABLE rejected_decision (
    topic text        NOT NULL,
    part  smallint    NOT NULL,
    seq   bigint      NOT NULL,
    what  text        NOT NULL CHECK (what IN ('replayed', 'dropped')),
    at    timestamptz NOT NULL,
    who   bigint      NOT NULL, -- 0: somebody at the command line
    name  text        NOT NULL, -- theirs, then
    PRIMARY KEY (topic, part, seq)
);

-- Every decision that was ever made, also those that were taken back.
CREATE TABLE rejected_event (
    id    bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic text        NOT NULL,
    part  smallint    NOT NULL,
    seq   bigint      NOT NULL,
    what  text        NOT NULL CHECK (what IN ('replayed', 'dropped', 'restored')),
    at    timestamptz NOT NULL,
    who   bigint      NOT NULL,
    name  text        NOT NULL
);
CREATE INDEX rejected_event_of ON rejected_event (topic, part, seq, id);

-- Notifications that somebody should look at, for the page of the
-- installation's state: few among many.
CREATE INDEX notification_trouble ON notification (made) WHERE state <> 'sent';
