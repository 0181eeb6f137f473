DROP TRIGGER contacts_in_step ON beneficiaries;
DROP FUNCTION keep_contacts_in_step;
ALTER TABLE beneficiaries DROP COLUMN email;
ALTER TABLE beneficiaries DROP COLUMN phone;
UPDATE schema_revision SET revision = 4;
