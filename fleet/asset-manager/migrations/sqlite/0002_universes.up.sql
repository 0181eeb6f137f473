-- Story universes and what lives in them. Ids are UUIDv7, so that their order is the order of creation.
CREATE TABLE universes (
    id          TEXT PRIMARY KEY NOT NULL,
    owner_id    TEXT NOT NULL REFERENCES users (id) ON DELETE RESTRICT,
    name        TEXT NOT NULL,
    description TEXT NOT NULL,
    visibility  TEXT NOT NULL CHECK (visibility IN ('private', 'public')),
    version     INTEGER NOT NULL DEFAULT 1,
    created_at  TEXT NOT NULL,
    updated_at  TEXT NOT NULL
) STRICT;
CREATE INDEX universes_by_owner ON universes (owner_id, id);

CREATE TABLE elements (
    id          TEXT PRIMARY KEY NOT NULL,
    universe_id TEXT NOT NULL REFERENCES universes (id) ON DELETE CASCADE,
    kind        TEXT NOT NULL,
    name        TEXT NOT NULL,
    summary     TEXT NOT NULL,
    version     INTEGER NOT NULL DEFAULT 1,
    created_at  TEXT NOT NULL,
    updated_at  TEXT NOT NULL
) STRICT;
CREATE INDEX elements_by_universe ON elements (universe_id, id);
