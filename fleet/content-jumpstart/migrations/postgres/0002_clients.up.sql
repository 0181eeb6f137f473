CREATE TABLE clients (
    id text PRIMARY KEY,
    owner_id text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name text NOT NULL,
    industry text NOT NULL,
    audience text NOT NULL,
    tone text NOT NULL,
    website text NOT NULL,
    -- A JSON list of texts.
    voice_samples text NOT NULL DEFAULT '[]',
    version bigint NOT NULL DEFAULT 1,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);

CREATE INDEX clients_by_owner ON clients (owner_id, id);

CREATE TABLE briefs (
    id text PRIMARY KEY,
    client_id text NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    title text NOT NULL,
    source text NOT NULL CHECK (source IN ('form', 'upload')),
    -- What the posts are made from, as JSON.
    content text NOT NULL,
    -- The uploaded text as it came.
    original text,
    created_at bigint NOT NULL
);

CREATE INDEX briefs_by_client ON briefs (client_id, id);
