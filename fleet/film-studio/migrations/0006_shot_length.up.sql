-- callsheet: phase expand
-- A shot's length in milliseconds, beside the whole seconds that release 1 reads and writes. Triggers keep the two alike as long as both
-- releases run: whichever of them a release writes, the other follows.
ALTER TABLE shots ADD COLUMN duration_ms INT UNSIGNED NULL;

CREATE TRIGGER shots_length_new BEFORE INSERT ON shots FOR EACH ROW
    SET NEW.duration_ms = COALESCE(NEW.duration_ms, NEW.seconds * 1000),
        NEW.seconds = COALESCE(NEW.seconds, ROUND(NEW.duration_ms / 1000));

CREATE TRIGGER shots_length_changed BEFORE UPDATE ON shots FOR EACH ROW
    SET NEW.duration_ms = IF(NOT (NEW.seconds <=> OLD.seconds) AND NEW.duration_ms <=> OLD.duration_ms, NEW.seconds * 1000, NEW.duration_ms),
        NEW.seconds = IF(NOT (NEW.duration_ms <=> OLD.duration_ms), ROUND(NEW.duration_ms / 1000), NEW.seconds);

UPDATE shots SET duration_ms = seconds * 1000 WHERE seconds IS NOT NULL AND duration_ms IS NULL;
