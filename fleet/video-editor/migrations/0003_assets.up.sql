-- Uploaded media; the files lie in the media folder, by id.
CREATE TABLE assets (
    id uuid PRIMARY KEY,
    project_id uuid NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('video', 'audio', 'image')),
    file_name text NOT NULL,
    media_type text NOT NULL,
    ending text NOT NULL,
    size_bytes bigint NOT NULL,
    sha256 text NOT NULL,
    duration_ms bigint NOT NULL,
    width integer NOT NULL,
    height integer NOT NULL,
    has_audio boolean NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX assets_by_project ON assets (project_id, id);

UPDATE schema_revision SET revision = 3;
