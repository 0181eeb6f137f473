CREATE TABLE documents (
    id uuid PRIMARY KEY,
    title text NOT NULL,
    body text NOT NULL,
    status text NOT NULL CHECK (status IN ('draft', 'submitted', 'approved', 'rejected')),
    version bigint NOT NULL DEFAULT 1,
    created_by uuid NOT NULL REFERENCES users (id),
    updated_by uuid NOT NULL REFERENCES users (id),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

-- Every state that a document was in, the present one included.
CREATE TABLE document_versions (
    document_id uuid NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    version bigint NOT NULL,
    title text NOT NULL,
    body text NOT NULL,
    status text NOT NULL,
    changed_by uuid NOT NULL REFERENCES users (id),
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (document_id, version)
);

CREATE TABLE attachments (
    id uuid PRIMARY KEY,
    document_id uuid NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    file_name text NOT NULL,
    media_type text NOT NULL,
    size_bytes bigint NOT NULL CHECK (size_bytes > 0),
    sha256 text NOT NULL,
    created_by uuid NOT NULL REFERENCES users (id),
    created_at timestamptz NOT NULL
);
CREATE INDEX attachments_by_document ON attachments (document_id, id);

-- The bytes lie in the database, so that one backup and one point in time hold for both.
CREATE TABLE attachment_parts (
    attachment_id uuid NOT NULL REFERENCES attachments (id) ON DELETE CASCADE,
    number integer NOT NULL,
    bytes bytea NOT NULL,
    PRIMARY KEY (attachment_id, number)
);

UPDATE schema_revision SET revision = 2;
