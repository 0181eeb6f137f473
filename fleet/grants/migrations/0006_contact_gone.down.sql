ALTER TABLE beneficiaries ADD COLUMN contact text NOT NULL DEFAULT '';
UPDATE beneficiaries SET contact = concat_ws(', ', nullif(email, ''), nullif(phone, ''));

CREATE FUNCTION keep_contacts_in_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (TG_OP = 'INSERT' AND NEW.contact <> '' AND NEW.email = '' AND NEW.phone = '')
        OR (TG_OP = 'UPDATE' AND NEW.contact IS DISTINCT FROM OLD.contact)
    THEN
        NEW.email := coalesce(substring(NEW.contact from '[^[:space:],;]+@[^[:space:],;]+'), '');
        NEW.phone := btrim(replace(NEW.contact, NEW.email, ''), ' ,;');
    ELSE
        NEW.contact := concat_ws(', ', nullif(NEW.email, ''), nullif(NEW.phone, ''));
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER contacts_in_step BEFORE INSERT OR UPDATE ON beneficiaries
    FOR EACH ROW EXECUTE FUNCTION keep_contacts_in_step();

UPDATE schema_revision SET revision = 5, oldest_release = 1;
