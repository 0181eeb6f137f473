CREATE TABLE users (
    id text PRIMARY KEY,
    email text NOT NULL UNIQUE,
    name text NOT NULL,
    role text NOT NULL CHECK (role IN ('user', 'operator')),
    password_hash text NOT NULL,
    created_at bigint NOT NULL
);

-- A refresh token is kept as its digest; each use gives a new one of the same family.
CREATE TABLE sessions (
    token_digest text PRIMARY KEY,
    family text NOT NULL,
    user_id text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    used_at bigint,
    expires_at bigint NOT NULL
);

CREATE INDEX sessions_by_family ON sessions (family);
CREATE INDEX sessions_by_user ON sessions (user_id);
