-- The script as written, its scenes as read, and what each scene needs.
CREATE TABLE scripts (
    project_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    revision   INT UNSIGNED NOT NULL,
    fountain   MEDIUMTEXT NOT NULL,
    updated_at DATETIME(3) NOT NULL,
    CONSTRAINT scripts_project FOREIGN KEY (project_id) REFERENCES projects (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE scenes (
    id         CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    project_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    position   INT UNSIGNED NOT NULL,
    number     VARCHAR(16) NOT NULL,
    heading    VARCHAR(400) NOT NULL,
    setting    VARCHAR(8) NOT NULL,
    place      VARCHAR(200) NOT NULL,
    time       VARCHAR(80) NOT NULL,
    synopsis   TEXT NOT NULL,
    eighths    INT UNSIGNED NOT NULL,
    -- What happens, as JSON.
    elements   MEDIUMTEXT NOT NULL,
    -- No longer in the script, but shots were planned for it.
    omitted    BOOLEAN NOT NULL DEFAULT FALSE,
    KEY scenes_by_project (project_id, position),
    CONSTRAINT scenes_project FOREIGN KEY (project_id) REFERENCES projects (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE scene_items (
    scene_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    kind     ENUM('cast', 'place', 'prop') NOT NULL,
    name     VARCHAR(80) COLLATE utf8mb4_bin NOT NULL,
    source   ENUM('script', 'person') NOT NULL,
    PRIMARY KEY (scene_id, kind, name),
    CONSTRAINT scene_items_scene FOREIGN KEY (scene_id) REFERENCES scenes (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
