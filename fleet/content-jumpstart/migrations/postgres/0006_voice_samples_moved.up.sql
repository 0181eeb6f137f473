-- Contract: nobody reads or writes the column any more, once releases 1.x and 2.0 are gone.
-- callsheet: phase contract
DROP TRIGGER voice_samples_of_clients ON clients;
DROP FUNCTION mirror_voice_samples();
ALTER TABLE clients DROP COLUMN voice_samples;
