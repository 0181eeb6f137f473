//! Shots and their storyboard pictures.

use mysql_async::Row;

use super::rows::{BadColumn, get, id, text};
use super::{Store, StoreError};
use crate::film::{Board, NewShot, ProjectId, SceneId, Seat, Shot, ShotChange, ShotId, UserId};
use crate::release::Release;
use crate::values;

const VERSION: &str = "SELECT version FROM shots WHERE id = ?";
/// More than these no scene has; a list of them is one answer.
const SHOTS_MOST: i64 = 200;

/// Of `shots h` with `boards b`.
fn columns(release: Release) -> String {
    let length = match release {
        Release::First => "h.seconds * 1000",
        Release::Second => "h.duration_ms",
    };
    format!(
        "h.id, h.scene_id, h.position, h.size, h.angle, h.movement, h.description, {length}, h.version, \
         b.prompt, b.width, b.height, b.sha256"
    )
}

fn shot(row: &mut Row) -> Result<Shot, BadColumn> {
    let board = match get::<Option<String>>(row, 9)? {
        Some(prompt) => Some(Board { prompt, width: get(row, 10)?, height: get(row, 11)?, sha256: text(row, 12)? }),
        None => None,
    };
    Ok(Shot {
        id: id(row, 0)?,
        scene_id: id(row, 1)?,
        position: get(row, 2)?,
        size: text(row, 3)?,
        angle: text(row, 4)?,
        movement: text(row, 5)?,
        description: text(row, 6)?,
        seconds: get::<Option<u64>>(row, 7)?.map(|milliseconds| milliseconds as f64 / 1000.0),
        board,
        version: get(row, 8)?,
    })
}

/// A shot's length as the release writes it: column and value.
fn length(release: Release, milliseconds: Option<u32>) -> (&'static str, Option<u32>) {
    match release {
        Release::First => ("seconds", milliseconds.map(|length| (length + 500) / 1000)),
        Release::Second => ("duration_ms", milliseconds),
    }
}

impl Store {
    /// Those of a film in the order of the script.
    pub async fn shots(&self, project: ProjectId) -> Result<Vec<Shot>, StoreError> {
        let sql = format!(
            "SELECT {} FROM shots h JOIN scenes s ON s.id = h.scene_id LEFT JOIN boards b ON b.shot_id = h.id
             WHERE s.project_id = ? ORDER BY s.omitted, s.position, h.position, h.id",
            columns(self.release())
        );
        self.read("listing shots", &sql, (project.to_string(),), shot).await
    }

    /// Those of a scene.
    pub async fn scene_shots(&self, scene: SceneId) -> Result<Vec<Shot>, StoreError> {
        let sql = format!(
            "SELECT {} FROM shots h LEFT JOIN boards b ON b.shot_id = h.id WHERE h.scene_id = ? ORDER BY h.position, h.id",
            columns(self.release())
        );
        self.read("listing shots", &sql, (scene.to_string(),), shot).await
    }

    /// One with its scene's heading, if the asker is on the team of its film.
    pub async fn shot(&self, asker: UserId, of: ShotId) -> Result<Option<(Shot, String, ProjectId, Seat)>, StoreError> {
        let sql = format!(
            "SELECT {}, s.heading, s.project_id, m.role FROM shots h JOIN scenes s ON s.id = h.scene_id
             JOIN members m ON m.project_id = s.project_id AND m.user_id = ? LEFT JOIN boards b ON b.shot_id = h.id
             WHERE h.id = ?",
            columns(self.release())
        );
        let row = |row: &mut Row| {
            let (heading, project) = (text(row, 13)?, id(row, 14)?);
            let seat = Seat::named(&text(row, 15)?).ok_or(BadColumn(15))?;
            Ok((shot(row)?, heading, project, seat))
        };
        self.read_one("finding a shot", &sql, (asker.to_string(), of.to_string()), row).await
    }

    /// Adds one at the end of its scene.
    pub async fn add_shot(&self, project: ProjectId, scene: SceneId, new: NewShot) -> Result<ShotId, StoreError> {
        let shot = ShotId::fresh();
        let mut work = self.begin("adding a shot").await?;
        // The scene is locked, so that two shots get two places.
        let lock = "SELECT id FROM scenes WHERE id = ? FOR UPDATE";
        work.query(lock, (scene.to_string(),), |row| text(row, 0)).await?;
        let last = "SELECT COUNT(*), COALESCE(MAX(position), 0) FROM shots WHERE scene_id = ?";
        let last: Vec<(i64, i64)> =
            work.query(last, (scene.to_string(),), |row| Ok((get(row, 0)?, get(row, 1)?))).await?;
        let (count, position) = last.first().copied().unwrap_or((0, 0));
        if count >= SHOTS_MOST {
            work.undo().await?;
            return Err(StoreError::Conflict("a scene takes at most 200 shots; delete some, or split the scene"));
        }
        let (column, length) = length(self.release(), new.milliseconds);
        let sql = format!(
            "INSERT INTO shots (id, scene_id, position, size, angle, movement, description, {column}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        );
        let row = values![
            shot.to_string(),
            scene.to_string(),
            position + 1,
            new.size,
            new.angle,
            new.movement,
            new.description,
            length,
        ];
        work.execute(&sql, row).await?;
        super::scripts::touch(&mut work, project).await?;
        work.keep().await?;
        Ok(shot)
    }

    /// Changes one; `Stale` at another version than `expected`.
    pub async fn update_shot(&self, shot: ShotId, change: ShotChange, expected: Option<i64>) -> Result<(), StoreError> {
        let doing = "changing a shot";
        let (column, value) = length(self.release(), change.milliseconds.flatten());
        let sql = format!(
            "UPDATE shots SET size = COALESCE(?, size), angle = COALESCE(?, angle), movement = COALESCE(?, movement),
             description = COALESCE(?, description), {column} = IF(?, ?, {column}), version = version + 1
             WHERE id = ? AND (? IS NULL OR version = ?)"
        );
        let row = values![
            change.size,
            change.angle,
            change.movement,
            change.description,
            change.milliseconds.is_some(),
            value,
            shot.to_string(),
            expected,
            expected,
        ];
        match self.write(doing, &sql, row).await? {
            0 => Err(self.untouched(doing, VERSION, shot.to_string()).await),
            _ => Ok(()),
        }
    }

    /// Deletes one; `Stale` at another version than `expected`.
    pub async fn delete_shot(&self, project: ProjectId, shot: ShotId, expected: Option<i64>) -> Result<(), StoreError> {
        let doing = "deleting a shot";
        let mut work = self.begin(doing).await?;
        let sql = "DELETE FROM shots WHERE id = ? AND (? IS NULL OR version = ?)";
        let gone = work.execute(sql, values![shot.to_string(), expected, expected]).await?;
        super::scripts::touch(&mut work, project).await?;
        work.keep().await?;
        if gone == 0 { Err(self.untouched(doing, VERSION, shot.to_string()).await) } else { Ok(()) }
    }

    /// Keeps a shot's picture in place of the one before.
    pub async fn put_board(&self, shot: ShotId, board: &Board, picture: Vec<u8>) -> Result<(), StoreError> {
        let sql = "INSERT INTO boards (shot_id, prompt, width, height, sha256, picture) VALUES (?, ?, ?, ?, ?, ?)
                   ON DUPLICATE KEY UPDATE prompt = VALUES(prompt), width = VALUES(width), height = VALUES(height),
                       sha256 = VALUES(sha256), picture = VALUES(picture)";
        let row =
            values![shot.to_string(), board.prompt.clone(), board.width, board.height, board.sha256.clone(), picture,];
        self.write("keeping a storyboard picture", sql, row).await.map(drop)
    }

    /// The bytes of a shot's picture (PNG).
    pub async fn picture(&self, shot: ShotId) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = "SELECT picture FROM boards WHERE shot_id = ?";
        self.read_one("reading a storyboard picture", sql, (shot.to_string(),), |row| get(row, 0)).await
    }
}
