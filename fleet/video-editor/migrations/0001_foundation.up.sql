-- Which release may run on this schema: each migration says how far it is, whichever tool applies it.
CREATE TABLE schema_revision (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    revision integer NOT NULL,
    oldest_release integer NOT NULL
);
INSERT INTO schema_revision (revision, oldest_release) VALUES (1, 1);

-- Whether people may change anything: switched off while the schema or the data is being repaired.
CREATE TABLE maintenance (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    writes_locked boolean NOT NULL DEFAULT false,
    reason text NOT NULL DEFAULT '',
    since timestamptz
);
INSERT INTO maintenance DEFAULT VALUES;

CREATE TABLE users (
    id uuid PRIMARY KEY,
    email text NOT NULL UNIQUE,
    name text NOT NULL,
    role text NOT NULL CHECK (role IN ('editor', 'operator')),
    password_hash text NOT NULL,
    created_at timestamptz NOT NULL
);
