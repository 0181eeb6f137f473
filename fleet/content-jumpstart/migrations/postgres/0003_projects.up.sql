CREATE TABLE projects (
    id text PRIMARY KEY,
    owner_id text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name text NOT NULL,
    status text NOT NULL CHECK (status IN ('draft', 'ready', 'generating', 'qa', 'delivered')),
    -- Where the wizard was left, 1 to 6.
    step bigint NOT NULL DEFAULT 1,
    client_id text REFERENCES clients (id) ON DELETE CASCADE,
    brief_id text REFERENCES briefs (id) ON DELETE SET NULL,
    -- JSON lists of names.
    platforms text NOT NULL,
    templates text NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);

CREATE INDEX projects_by_owner ON projects (owner_id, id);
CREATE INDEX projects_by_client ON projects (client_id);
CREATE INDEX projects_by_brief ON projects (brief_id);

CREATE TABLE runs (
    id text PRIMARY KEY,
    project_id text NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    status text NOT NULL CHECK (status IN ('running', 'done', 'failed', 'cancelled')),
    -- The instance that writes, and when it last said so: another one goes on if it falls silent.
    holder text NOT NULL,
    beat_at bigint NOT NULL,
    -- Of the request that began it.
    request_id text NOT NULL,
    fault text,
    started_at bigint NOT NULL,
    ended_at bigint
);

CREATE INDEX runs_by_project ON runs (project_id, id);
CREATE INDEX runs_by_status ON runs (status, beat_at);

CREATE TABLE posts (
    id text PRIMARY KEY,
    project_id text NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    run_id text NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    number bigint NOT NULL,
    platform text NOT NULL,
    template text NOT NULL,
    status text NOT NULL CHECK (status IN ('pending', 'written', 'failed', 'approved', 'rejected')),
    body text NOT NULL,
    -- A JSON list of flags.
    flags text NOT NULL,
    score bigint NOT NULL,
    attempt bigint NOT NULL,
    provider text NOT NULL,
    tokens bigint NOT NULL,
    note text NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    written_at bigint
);

CREATE UNIQUE INDEX posts_by_project ON posts (project_id, number);
CREATE INDEX posts_by_run ON posts (run_id, status);
CREATE INDEX posts_by_moment ON posts (written_at);
