-- Expand: samples become rows of their own, with a label. Release 1 goes on writing its column; the triggers bring that over.
CREATE TABLE voice_samples (
    client_id text NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    position bigint NOT NULL,
    label text NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (client_id, position)
);

INSERT INTO voice_samples (client_id, position, label, body)
SELECT clients.id, sample.key, '', sample.value FROM clients, json_each(clients.voice_samples) AS sample;

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
