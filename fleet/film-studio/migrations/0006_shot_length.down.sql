DROP TRIGGER shots_length_changed;

DROP TRIGGER shots_length_new;

ALTER TABLE shots DROP COLUMN duration_ms;
