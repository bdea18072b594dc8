-- Which incidents a transaction has written, so that a reader can ask what has
-- changed since a snapshot: see store.Touched. A trigger does it: what any
-- statement changes is seen, also one that will be written later.
ALTER TABLE incident ADD COLUMN touched xid8 NOT NULL DEFAULT '0';
CREATE INDEX incident_touched ON incident (touched);

CREATE FUNCTION incident_touch() RETURNS trigger LANGUAGE plpgsql AS $touch$
BEGIN
    NEW.touched := pg_current_xact_id();
    RETURN NEW;
END
$touch$;
CREATE TRIGGER incident_touch BEFORE INSERT OR UPDATE ON incident FOR EACH ROW EXECUTE FUNCTION incident_touch();

-- Who has an incident open now. Nothing of it is kept: rows are dropped half a
-- minute after their last sign, and all of them by a crash of the server.
CREATE UNLOGGED TABLE presence (
    incident bigint NOT NULL REFERENCES incident (number),
    person   bigint NOT NULL,
    name     text NOT NULL,
    seen_at  timestamptz NOT NULL,
    PRIMARY KEY (incident, person)
);
CREATE POLICY person ON presence USING (EXISTS (SELECT FROM incident i WHERE i.number = presence.incident));
ALTER TABLE presence ENABLE ROW LEVEL SECURITY;

-- Of the second of two savers.
ALTER TABLE preset ADD COLUMN version integer NOT NULL DEFAULT 1;

-- As before, for every table that has policies rather than for a list of them.
CREATE OR REPLACE FUNCTION second_lock() RETURNS void LANGUAGE plpgsql AS $lock$
DECLARE
    name text;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'otklik_reader') THEN
        BEGIN
            CREATE ROLE otklik_reader NOLOGIN; -- of the whole server: other databases of it share the name
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN NULL; -- another database's migration was faster
            WHEN insufficient_privilege THEN RETURN;
        END;
    END IF;
    IF NOT second_lock_fits() THEN
        BEGIN
            EXECUTE format('GRANT otklik_reader TO %I', current_user);
        EXCEPTION WHEN insufficient_privilege THEN NULL;
        END;
    END IF;
    FOR name IN SELECT relname FROM pg_class WHERE relrowsecurity AND relkind = 'r' AND pg_table_is_visible(oid) LOOP
        IF NOT has_table_privilege('otklik_reader', name, 'DELETE') THEN
            EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO otklik_reader', name);
        END IF;
    END LOOP;
    GRANT USAGE ON SEQUENCE incident_number_seq TO otklik_reader;
END
$lock$;
