-- What is attached to an element. `content` is JSON whose shape `kind` decides; not jsonb, which would forget the order of attributes.
CREATE TABLE components (
    id          uuid PRIMARY KEY,
    element_id  uuid NOT NULL REFERENCES elements (id) ON DELETE CASCADE,
    kind        text NOT NULL,
    title       text NOT NULL,
    content     json NOT NULL,
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL
);
CREATE INDEX components_by_element ON components (element_id, id);
