-- Shooting days with their scenes, the lines of the budget, and the service's own figures by day.
CREATE TABLE days (
    id         CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    project_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    number     INT UNSIGNED NOT NULL,
    date       DATE NOT NULL,
    call_time  CHAR(5) CHARACTER SET ascii NOT NULL,
    unit_base  VARCHAR(200) NOT NULL DEFAULT '',
    notes      TEXT NOT NULL,
    version    BIGINT NOT NULL DEFAULT 1,
    KEY days_by_project (project_id, number),
    CONSTRAINT days_project FOREIGN KEY (project_id) REFERENCES projects (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE day_scenes (
    scene_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    day_id   CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    position INT UNSIGNED NOT NULL,
    KEY day_scenes_by_day (day_id, position),
    CONSTRAINT day_scenes_scene FOREIGN KEY (scene_id) REFERENCES scenes (id) ON DELETE CASCADE,
    CONSTRAINT day_scenes_day FOREIGN KEY (day_id) REFERENCES days (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE budget_lines (
    id           CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    project_id   CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    account      CHAR(4) CHARACTER SET ascii NOT NULL,
    description  VARCHAR(200) NOT NULL,
    amount_cents BIGINT NOT NULL,
    KEY budget_lines_by_project (project_id, account),
    CONSTRAINT budget_lines_project FOREIGN KEY (project_id) REFERENCES projects (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE daily_figures (
    day    DATE NOT NULL,
    name   VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (day, name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
