ALTER TABLE clients ADD COLUMN voice_samples text NOT NULL DEFAULT '[]';

UPDATE clients SET voice_samples = (
    SELECT CAST(coalesce(jsonb_agg(body ORDER BY position), '[]') AS text)
    FROM voice_samples WHERE client_id = clients.id
);

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
