-- Who changed what, outside incidents, which have a trail of their own. It
-- takes over what was kept of people alone. Nothing here is ever changed.
ALTER TABLE person_event RENAME TO audit_event;
ALTER INDEX person_event_of RENAME TO audit_event_person;
ALTER TABLE audit_event
    ALTER person DROP NOT NULL, -- whom it is about; null: nobody
    ADD COLUMN thing text NOT NULL DEFAULT 'person',
    ADD COLUMN of text NOT NULL DEFAULT '', -- its id
    ADD COLUMN name text NOT NULL DEFAULT '', -- what it was called then
    ADD COLUMN regions text[] NOT NULL DEFAULT '{*}', -- that it had before or after; * is all
    ADD COLUMN sealed boolean NOT NULL DEFAULT false; -- shows what is sealed
UPDATE audit_event e SET of = p.id::text, name = p.name, regions = p.regions FROM person p WHERE p.id = e.person;
UPDATE audit_event SET thing = 'token', of = data ->> 'token', name = data ->> 'name',
    kind = CASE kind WHEN 'token made' THEN 'created' ELSE 'revoked' END WHERE kind LIKE 'token %';
UPDATE audit_event SET kind = CASE kind WHEN 'second factor on' THEN 'totp_on' WHEN 'second factor off' THEN 'totp_off'
    WHEN 'password changed' THEN 'password' ELSE replace(kind, ' ', '_') END;
UPDATE audit_event SET data = (SELECT jsonb_object_agg(k, jsonb_build_object('is', v)) FROM jsonb_each(data) d (k, v)) WHERE jsonb_typeof(data) = 'object';
ALTER TABLE audit_event ALTER thing DROP DEFAULT, ALTER of DROP DEFAULT, ALTER name DROP DEFAULT, ALTER regions DROP DEFAULT, ALTER sealed DROP DEFAULT;
ALTER TABLE audit_event ALTER data SET DEFAULT '{}';
UPDATE audit_event SET data = '{}' WHERE data IS NULL OR jsonb_typeof(data) <> 'object';
ALTER TABLE audit_event ALTER data SET NOT NULL;
CREATE INDEX audit_event_who ON audit_event (who, id);
CREATE INDEX audit_event_at ON audit_event (at);

-- Who has looked at sealed incidents is asked across all of them.
CREATE INDEX incident_event_looked ON incident_event (id) WHERE kind = 'looked';

-- The second lock keeps it too. There is no policy for changing and removing.
DO $policies$
DECLARE
    mine text := $$(SELECT current_setting('otklik.agencies', true)) = '*'
        AND ((SELECT current_setting('otklik.regions', true)) = '*'
            OR regions <@ (SELECT string_to_array(current_setting('otklik.regions', true), ','))::text[])
        AND (NOT sealed OR 'sealed' = ANY ((SELECT string_to_array(current_setting('otklik.visibility', true), ','))::text[]))$$;
BEGIN
    EXECUTE format('CREATE POLICY person ON audit_event FOR SELECT USING (%s)', mine);
    EXECUTE format('CREATE POLICY adding ON audit_event FOR INSERT WITH CHECK (%s)', mine);
    ALTER TABLE audit_event ENABLE ROW LEVEL SECURITY;
END
$policies$;
