-- Expand: samples become rows of their own, with a label. Release 1 goes on writing its column; the trigger brings that over.
CREATE TABLE voice_samples (
    client_id text NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    position bigint NOT NULL,
    label text NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (client_id, position)
);

INSERT INTO voice_samples (client_id, position, label, body)
SELECT clients.id, sample.place - 1, '', sample.body
FROM clients, jsonb_array_elements_text(CAST(clients.voice_samples AS jsonb)) WITH ORDINALITY AS sample (body, place);

CREATE FUNCTION mirror_voice_samples() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM voice_samples WHERE client_id = NEW.id;
    INSERT INTO voice_samples (client_id, position, label, body)
    SELECT NEW.id, sample.place - 1, '', sample.body
    FROM jsonb_array_elements_text(CAST(NEW.voice_samples AS jsonb)) WITH ORDINALITY AS sample (body, place);
    RETURN NEW;
END
$$;

CREATE TRIGGER voice_samples_of_clients AFTER INSERT OR UPDATE OF voice_samples ON clients
FOR EACH ROW EXECUTE FUNCTION mirror_voice_samples();
