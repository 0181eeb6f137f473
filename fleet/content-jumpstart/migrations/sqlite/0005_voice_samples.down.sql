DROP TRIGGER voice_samples_of_changed_clients;
DROP TRIGGER voice_samples_of_new_clients;
DROP TABLE voice_samples;
