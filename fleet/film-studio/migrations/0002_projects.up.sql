-- Films in the making, and who works on them.
CREATE TABLE projects (
    id         CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    title      VARCHAR(160) NOT NULL,
    logline    TEXT NOT NULL,
    currency   CHAR(3) NOT NULL,
    -- Rises with everything that a list of scenes shows; what is cached is cached under it.
    content    BIGINT NOT NULL DEFAULT 0,
    version    BIGINT NOT NULL DEFAULT 1,
    created_at DATETIME(3) NOT NULL,
    updated_at DATETIME(3) NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE members (
    project_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    user_id    CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    role       ENUM('owner', 'editor', 'viewer') NOT NULL,
    job        VARCHAR(80) NOT NULL DEFAULT '',
    PRIMARY KEY (project_id, user_id),
    KEY members_by_user (user_id, project_id),
    CONSTRAINT members_project FOREIGN KEY (project_id) REFERENCES projects (id) ON DELETE CASCADE,
    CONSTRAINT members_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
