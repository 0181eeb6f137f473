-- Expand: release 2 keeps e-mail address and telephone number apart; release 1 goes on with the one text. While both run,
-- whichever a release writes, the other is kept in step.
ALTER TABLE beneficiaries ADD COLUMN email text NOT NULL DEFAULT '';
ALTER TABLE beneficiaries ADD COLUMN phone text NOT NULL DEFAULT '';

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

UPDATE beneficiaries
    SET email = coalesce(substring(contact from '[^[:space:],;]+@[^[:space:],;]+'), ''),
        phone = btrim(replace(contact, coalesce(substring(contact from '[^[:space:],;]+@[^[:space:],;]+'), ''), ''), ' ,;')
    WHERE contact <> '';

UPDATE schema_revision SET revision = 5;
