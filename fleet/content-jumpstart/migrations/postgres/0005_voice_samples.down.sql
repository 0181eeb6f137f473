DROP TRIGGER voice_samples_of_clients ON clients;
DROP FUNCTION mirror_voice_samples();
DROP TABLE voice_samples;
