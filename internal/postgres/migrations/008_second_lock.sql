-- The second lock. Whoever reads or acts for a person does it as otklik_reader,
-- with these settings of the transaction, and so gets no row of another region
-- even where a query forgets to ask for the region:
--
--   otklik.regions     codes with commas between, or *
--   otklik.visibility  public,partner,sealed
--   otklik.agencies    an executor's ids with commas between, or *
--   otklik.acting      the number of the incident that this transaction has
--                      locked: an executor may give it back, after which it is
--                      no longer theirs
--
-- What is not set sees nothing. Background work keeps the owner's role, to whom
-- no policy applies. The lock is against mistakes, not against whoever can send
-- SQL of their own: they could take the role off again.
DO $policies$
DECLARE
    here  text := $$((SELECT current_setting('otklik.regions', true)) = '*'
        OR region = ANY ((SELECT string_to_array(current_setting('otklik.regions', true), ','))::text[]))$$;
    name  text;
BEGIN
    FOREACH name IN ARRAY ARRAY['agency', 'rule', 'route', 'preset', 'search_hit', 'incident_key'] LOOP
        EXECUTE format('CREATE POLICY person ON %I USING (%s)', name, here);
    END LOOP;
    EXECUTE format($$CREATE POLICY person ON incident USING (%s
        AND visibility = ANY ((SELECT string_to_array(current_setting('otklik.visibility', true), ','))::text[])
        AND ((SELECT current_setting('otklik.agencies', true)) = '*'
            OR agency = ANY ((SELECT string_to_array(nullif(current_setting('otklik.agencies', true), '*'), ','))::bigint[])
            OR number = (SELECT nullif(current_setting('otklik.acting', true), '')::bigint)))$$, here);
    FOREACH name IN ARRAY ARRAY['incident_post', 'incident_event', 'notification'] LOOP
        EXECUTE format('CREATE POLICY person ON %1$I USING (EXISTS (SELECT FROM incident i WHERE i.number = %1$I.incident))', name);
    END LOOP;
    -- A copy is written by the statement that writes its post, which can't see it yet.
    EXECUTE format($$CREATE POLICY person ON incident_copy
        USING (EXISTS (SELECT FROM incident_post p WHERE p.region = incident_copy.region AND p.post_id = incident_copy.post_id))
        WITH CHECK (%s)$$, here);
    FOREACH name IN ARRAY ARRAY['agency', 'rule', 'route', 'preset', 'search_hit', 'incident_key', 'incident', 'incident_post', 'incident_event', 'notification', 'incident_copy'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    END LOOP;
END
$policies$;

-- second_lock_fits says whether this connection may take the role.
CREATE FUNCTION second_lock_fits() RETURNS boolean LANGUAGE sql STABLE AS $fits$
    SELECT coalesce((SELECT pg_has_role(oid, CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END)
        FROM pg_roles WHERE rolname = 'otklik_reader'), false)
$fits$;

-- second_lock makes the role, where the owner of the database may, and gives it
-- the desk's tables. It is called after every migration: where the owner may
-- not, an administrator of the server makes the role, and the next start finds it.
CREATE FUNCTION second_lock() RETURNS void LANGUAGE plpgsql AS $lock$
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
    FOREACH name IN ARRAY ARRAY['agency', 'rule', 'route', 'preset', 'search_hit', 'incident_key', 'incident', 'incident_post', 'incident_event', 'notification', 'incident_copy'] LOOP
        IF NOT has_table_privilege('otklik_reader', name, 'DELETE') THEN
            EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO otklik_reader', name);
        END IF;
    END LOOP;
    GRANT USAGE ON SEQUENCE incident_number_seq TO otklik_reader;
END
$lock$;
