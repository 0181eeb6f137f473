-- callsheet: phase contract
-- Only when no instance of release 1 is left, and nobody will go back to it without `down` first.
DROP TRIGGER contacts_in_step ON beneficiaries;
DROP FUNCTION keep_contacts_in_step;
-- callsheet: allow drop-column, its content is in e-mail address and telephone number, from which the way down makes it again
ALTER TABLE beneficiaries DROP COLUMN contact;
UPDATE schema_revision SET revision = 6, oldest_release = 2;
