CREATE SCHEMA audit;

-- Who did what, for ever: rows are added and never changed.
CREATE TABLE audit.entry (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL,
    actor_id uuid,
    actor_role text NOT NULL,
    action text NOT NULL,
    entity text NOT NULL,
    entity_id text NOT NULL,
    before jsonb,
    after jsonb,
    ip text,
    request_id text
);
CREATE INDEX entry_entity ON audit.entry (entity, entity_id, id);
CREATE INDEX entry_actor ON audit.entry (actor_id, id);

CREATE FUNCTION audit.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit.entry is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.entry
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
