-- callsheet: phase contract
-- For the time after the last instance of release 1 is gone: nothing reads the whole seconds any more.
DROP TRIGGER shots_length_changed;

DROP TRIGGER shots_length_new;

-- callsheet: allow drop-column, release 2 reads duration_ms alone
ALTER TABLE shots DROP COLUMN seconds;
