DROP TABLE document_beneficiaries;
DROP TABLE beneficiaries;
UPDATE schema_revision SET revision = 2;
