-- What release may run on this schema: each migration says how far it is, whichever tool applies it.
CREATE TABLE schema_revision (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    revision integer NOT NULL,
    oldest_release integer NOT NULL
);
INSERT INTO schema_revision (revision, oldest_release) VALUES (1, 1);

CREATE TABLE users (
    id uuid PRIMARY KEY,
    email text NOT NULL UNIQUE,
    name text NOT NULL,
    role text NOT NULL CHECK (role IN ('viewer', 'editor', 'treasurer', 'admin')),
    password_hash text NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE audit_entries (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    user_id uuid REFERENCES users (id),
    action text NOT NULL,
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    detail jsonb NOT NULL
);
CREATE INDEX audit_entries_by_subject ON audit_entries (subject_id, id);
