-- People who may sign in. The password is an argon2id hash in PHC form.
CREATE TABLE users (
    id            uuid PRIMARY KEY,
    email         text NOT NULL UNIQUE,
    name          text NOT NULL,
    role          text NOT NULL CHECK (role IN ('member', 'admin')),
    password_hash text NOT NULL,
    created_at    timestamptz NOT NULL
);
