-- A project's picture is described by `settings`: {"width": …, "height": …, "fps": …}. Its timeline is a shared document.
CREATE TABLE projects (
    id uuid PRIMARY KEY,
    owner_id uuid NOT NULL REFERENCES users (id),
    name text NOT NULL,
    settings jsonb NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

-- The document: updates in no particular order; merged now and then into one.
CREATE TABLE document_updates (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id uuid NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    content bytea NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX document_updates_by_project ON document_updates (project_id, id);

CREATE TABLE edits (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id uuid NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users (id),
    kind text NOT NULL,
    detail jsonb NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX edits_by_project ON edits (project_id, id);

UPDATE schema_revision SET revision = 2;
