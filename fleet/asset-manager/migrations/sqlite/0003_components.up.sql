-- What is attached to an element. `content` is JSON whose shape `kind` decides.
CREATE TABLE components (
    id          TEXT PRIMARY KEY NOT NULL,
    element_id  TEXT NOT NULL REFERENCES elements (id) ON DELETE CASCADE,
    kind        TEXT NOT NULL,
    title       TEXT NOT NULL,
    content     TEXT NOT NULL CHECK (json_valid(content)),
    version     INTEGER NOT NULL DEFAULT 1,
    created_at  TEXT NOT NULL,
    updated_at  TEXT NOT NULL
) STRICT;
CREATE INDEX components_by_element ON components (element_id, id);
