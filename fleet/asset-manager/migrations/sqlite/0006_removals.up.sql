-- What people deleted, so that what is gone without a row here was lost. A row for what was deleted, none for what went with it.
CREATE TABLE removals (
    id         TEXT PRIMARY KEY NOT NULL,
    thing      TEXT NOT NULL CHECK (thing IN ('universe', 'element', 'component')),
    removed_at TEXT NOT NULL
) STRICT;
