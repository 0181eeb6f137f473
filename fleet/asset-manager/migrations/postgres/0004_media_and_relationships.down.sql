DROP INDEX components_pictures;
DROP INDEX components_by_target;
ALTER TABLE components DROP COLUMN target_id;
