-- callsheet: phase contract
-- Only when no instance of release 1 is left, and nobody will go back to it without `down` first.
DROP TRIGGER picture_in_step ON projects;
DROP FUNCTION keep_picture_in_step;
-- callsheet: allow drop-column, its content is in width, height and fps, from which the way down makes it again
ALTER TABLE projects DROP COLUMN settings;
UPDATE schema_revision SET revision = 6, oldest_release = 2;
