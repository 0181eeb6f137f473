-- Expand: release 2 keeps width, height and frames a second in columns; release 1 goes on with `settings`. While both run,
-- whichever a release writes, the other is kept in step.
ALTER TABLE projects ADD COLUMN width integer;
ALTER TABLE projects ADD COLUMN height integer;
ALTER TABLE projects ADD COLUMN fps integer;

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

UPDATE projects
    SET width = (settings ->> 'width')::integer, height = (settings ->> 'height')::integer, fps = (settings ->> 'fps')::integer
    WHERE width IS NULL;

UPDATE schema_revision SET revision = 5;
