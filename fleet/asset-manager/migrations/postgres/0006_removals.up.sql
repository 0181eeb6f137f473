-- What people deleted, so that what is gone without a row here was lost. A row for what was deleted, none for what went with it.
CREATE TABLE removals (
    id         uuid PRIMARY KEY,
    thing      text NOT NULL CHECK (thing IN ('universe', 'element', 'component')),
    removed_at timestamptz NOT NULL
);
