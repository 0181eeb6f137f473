CREATE TABLE beneficiaries (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    -- The tax number: sealed, under which key, and an index that tells equal ones without opening them.
    afm_sealed bytea NOT NULL,
    afm_key text NOT NULL,
    afm_index bytea NOT NULL UNIQUE,
    contact text NOT NULL DEFAULT '',
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX beneficiaries_by_key ON beneficiaries (afm_key);

CREATE TABLE document_beneficiaries (
    document_id uuid NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    beneficiary_id uuid NOT NULL REFERENCES beneficiaries (id),
    PRIMARY KEY (document_id, beneficiary_id)
);
CREATE INDEX document_beneficiaries_by_beneficiary ON document_beneficiaries (beneficiary_id);

UPDATE schema_revision SET revision = 3;
