ALTER TABLE projects ADD COLUMN settings jsonb;
UPDATE projects SET settings = jsonb_build_object('width', width, 'height', height, 'fps', fps);
ALTER TABLE projects ALTER COLUMN settings SET NOT NULL;

-- It may be there already: a restored snapshot of the time before does not take it away.
CREATE OR REPLACE FUNCTION keep_picture_in_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (TG_OP = 'INSERT' AND NEW.width IS NULL) OR (TG_OP = 'UPDATE' AND NEW.settings IS DISTINCT FROM OLD.settings) THEN
        NEW.width := (NEW.settings ->> 'width')::integer;
        NEW.height := (NEW.settings ->> 'height')::integer;
        NEW.fps := (NEW.settings ->> 'fps')::integer;
    ELSIF NEW.width IS NOT NULL THEN
        NEW.settings := jsonb_build_object('width', NEW.width, 'height', NEW.height, 'fps', NEW.fps);
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER picture_in_step BEFORE INSERT OR UPDATE ON projects
    FOR EACH ROW EXECUTE FUNCTION keep_picture_in_step();

UPDATE schema_revision SET revision = 5, oldest_release = 1;
