ALTER TABLE clients ADD COLUMN voice_samples text NOT NULL DEFAULT '[]';

UPDATE clients SET voice_samples = (
    SELECT coalesce(json_group_array(body), '[]')
    FROM (SELECT body FROM voice_samples WHERE client_id = clients.id ORDER BY position)
);

CREATE TRIGGER voice_samples_of_new_clients AFTER INSERT ON clients
BEGIN
    INSERT INTO voice_samples (client_id, position, label, body)
    SELECT NEW.id, sample.key, '', sample.value FROM json_each(NEW.voice_samples) AS sample;
END;

CREATE TRIGGER voice_samples_of_changed_clients AFTER UPDATE OF voice_samples ON clients
BEGIN
    DELETE FROM voice_samples WHERE client_id = NEW.id;
    INSERT INTO voice_samples (client_id, position, label, body)
    SELECT NEW.id, sample.key, '', sample.value FROM json_each(NEW.voice_samples) AS sample;
END;
