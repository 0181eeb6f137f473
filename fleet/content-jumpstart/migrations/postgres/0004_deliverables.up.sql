CREATE TABLE deliverables (
    id text PRIMARY KEY,
    project_id text NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    format text NOT NULL CHECK (format IN ('docx', 'pdf', 'txt')),
    file_name text NOT NULL,
    content bytea NOT NULL,
    sha256 text NOT NULL,
    size_bytes bigint NOT NULL,
    posts bigint NOT NULL,
    -- Letters that the format cannot show.
    letters_lost bigint NOT NULL,
    recipient text NOT NULL,
    delivered_by text NOT NULL,
    delivered_at bigint NOT NULL,
    downloads bigint NOT NULL DEFAULT 0,
    downloaded_at bigint
);

CREATE INDEX deliverables_by_project ON deliverables (project_id, id);
