-- Story universes and what lives in them. Ids are UUIDv7, so that their order is the order of creation.
CREATE TABLE universes (
    id          uuid PRIMARY KEY,
    owner_id    uuid NOT NULL REFERENCES users (id) ON DELETE RESTRICT,
    name        text NOT NULL,
    description text NOT NULL,
    visibility  text NOT NULL CHECK (visibility IN ('private', 'public')),
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL
);
CREATE INDEX universes_by_owner ON universes (owner_id, id);

CREATE TABLE elements (
    id          uuid PRIMARY KEY,
    universe_id uuid NOT NULL REFERENCES universes (id) ON DELETE CASCADE,
    kind        text NOT NULL,
    name        text NOT NULL,
    summary     text NOT NULL,
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL
);
CREATE INDEX elements_by_universe ON elements (universe_id, id);
