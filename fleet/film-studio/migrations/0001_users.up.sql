-- People who may sign in. The password is an argon2id hash in PHC form.
CREATE TABLE users (
    id            CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    email         VARCHAR(254) COLLATE utf8mb4_bin NOT NULL UNIQUE,
    name          VARCHAR(80) NOT NULL,
    role          ENUM('member', 'operator') NOT NULL,
    password_hash VARCHAR(255) NOT NULL,
    created_at    DATETIME(3) NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
