-- The shot list, and a storyboard picture for each shot.
CREATE TABLE shots (
    id          CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    scene_id    CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    position    INT UNSIGNED NOT NULL,
    size        VARCHAR(8) NOT NULL,
    angle       VARCHAR(16) NOT NULL,
    movement    VARCHAR(16) NOT NULL,
    description TEXT NOT NULL,
    seconds     INT UNSIGNED NULL,
    version     BIGINT NOT NULL DEFAULT 1,
    KEY shots_by_scene (scene_id, position),
    CONSTRAINT shots_scene FOREIGN KEY (scene_id) REFERENCES scenes (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE boards (
    shot_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    prompt  TEXT NOT NULL,
    width   INT UNSIGNED NOT NULL,
    height  INT UNSIGNED NOT NULL,
    sha256  CHAR(64) CHARACTER SET ascii NOT NULL,
    picture MEDIUMBLOB NOT NULL,
    CONSTRAINT boards_shot FOREIGN KEY (shot_id) REFERENCES shots (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
