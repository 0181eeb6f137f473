DROP TRIGGER picture_in_step ON projects;
DROP FUNCTION keep_picture_in_step;
ALTER TABLE projects DROP COLUMN width;
ALTER TABLE projects DROP COLUMN height;
ALTER TABLE projects DROP COLUMN fps;
UPDATE schema_revision SET revision = 4;
