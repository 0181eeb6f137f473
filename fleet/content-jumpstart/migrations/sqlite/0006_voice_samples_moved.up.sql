-- Contract: nobody reads or writes the column any more, once releases 1.x and 2.0 are gone.
-- callsheet: phase contract
DROP TRIGGER voice_samples_of_changed_clients;
DROP TRIGGER voice_samples_of_new_clients;
ALTER TABLE clients DROP COLUMN voice_samples;
