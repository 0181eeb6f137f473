ALTER TABLE shots ADD COLUMN seconds INT UNSIGNED NULL;

UPDATE shots SET seconds = ROUND(duration_ms / 1000) WHERE duration_ms IS NOT NULL;

CREATE TRIGGER shots_length_new BEFORE INSERT ON shots FOR EACH ROW
    SET NEW.duration_ms = COALESCE(NEW.duration_ms, NEW.seconds * 1000),
        NEW.seconds = COALESCE(NEW.seconds, ROUND(NEW.duration_ms / 1000));

CREATE TRIGGER shots_length_changed BEFORE UPDATE ON shots FOR EACH ROW
    SET NEW.duration_ms = IF(NOT (NEW.seconds <=> OLD.seconds) AND NEW.duration_ms <=> OLD.duration_ms, NEW.seconds * 1000, NEW.duration_ms),
        NEW.seconds = IF(NOT (NEW.duration_ms <=> OLD.duration_ms), ROUND(NEW.duration_ms / 1000), NEW.seconds);
