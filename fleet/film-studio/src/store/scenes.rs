//! Scenes, and what they need.

use mysql_async::Row;

use super::rows::{BadColumn, get, id, text};
use super::{Store, StoreError};
use crate::film::{Item, ProjectId, Scene, SceneBrief, SceneId, Seat, UserId};
use crate::values;

/// Of `scenes s`.
const COLUMNS: &str = "s.id, s.position, s.number, s.heading, s.setting, s.place, s.time, s.synopsis, s.eighths, s.omitted, \
    (SELECT COUNT(*) FROM shots h WHERE h.scene_id = s.id)";

pub(super) fn brief(row: &mut Row) -> Result<SceneBrief, BadColumn> {
    Ok(SceneBrief {
        id: id(row, 0)?,
        position: get(row, 1)?,
        number: text(row, 2)?,
        heading: text(row, 3)?,
        setting: text(row, 4)?,
        place: text(row, 5)?,
        time: text(row, 6)?,
        synopsis: text(row, 7)?,
        eighths: get(row, 8)?,
        omitted: get(row, 9)?,
        shot_count: get(row, 10)?,
    })
}

pub(super) fn list() -> String {
    format!("SELECT {COLUMNS} FROM scenes s WHERE s.project_id = ? ORDER BY s.omitted, s.position, s.id")
}

fn whole(row: &mut Row) -> Result<Scene, BadColumn> {
    let elements = serde_json::from_str(&text(row, 11)?).map_err(|_| BadColumn(11))?;
    Ok(Scene { brief: brief(row)?, elements })
}

impl Store {
    /// Those of a film in the order of the script, omitted ones last.
    pub async fn scenes(&self, project: ProjectId) -> Result<Vec<SceneBrief>, StoreError> {
        self.read("listing scenes", &list(), (project.to_string(),), brief).await
    }

    /// The same with what happens in them, from the scene at `from` on.
    pub async fn whole_scenes(&self, project: ProjectId, from: u32, limit: u32) -> Result<Vec<Scene>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS}, s.elements FROM scenes s WHERE s.project_id = ? AND NOT s.omitted AND s.position >= ?
             ORDER BY s.position LIMIT ?"
        );
        self.read("reading scenes", &sql, (project.to_string(), from, limit), whole).await
    }

    /// One, if the asker is on the team of its film.
    pub async fn scene(&self, asker: UserId, scene: SceneId) -> Result<Option<(Scene, ProjectId, Seat)>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS}, s.elements, s.project_id, m.role FROM scenes s
             JOIN members m ON m.project_id = s.project_id AND m.user_id = ? WHERE s.id = ?"
        );
        let row = |row: &mut Row| {
            let seat = Seat::named(&text(row, 13)?).ok_or(BadColumn(13))?;
            let project = id(row, 12)?;
            Ok((whole(row)?, project, seat))
        };
        self.read_one("finding a scene", &sql, (asker.to_string(), scene.to_string()), row).await
    }

    /// What all scenes of a film need.
    pub async fn items(&self, project: ProjectId) -> Result<Vec<(SceneId, Item)>, StoreError> {
        let sql = "SELECT i.scene_id, i.kind, i.name, i.source FROM scene_items i JOIN scenes s ON s.id = i.scene_id
                   WHERE s.project_id = ? AND NOT s.omitted ORDER BY s.position, i.kind, i.name";
        self.read("listing what scenes need", sql, (project.to_string(),), |row| {
            Ok((id(row, 0)?, Item { kind: text(row, 1)?, name: text(row, 2)?, source: text(row, 3)? }))
        })
        .await
    }

    /// Adds something that a person says the scene needs.
    pub async fn add_item(&self, project: ProjectId, scene: SceneId, kind: &str, name: &str) -> Result<(), StoreError> {
        let mut work = self.begin("changing a breakdown").await?;
        let sql = "INSERT INTO scene_items (scene_id, kind, name, source) VALUES (?, ?, ?, 'person')
                   ON DUPLICATE KEY UPDATE source = 'person'";
        work.execute(sql, values![scene.to_string(), kind, name]).await?;
        super::scripts::touch(&mut work, project).await?;
        work.keep().await
    }

    /// Takes something away; what the script says comes back when it is saved again.
    pub async fn remove_item(&self, project: ProjectId, scene: SceneId, item: (&str, &str)) -> Result<(), StoreError> {
        let mut work = self.begin("changing a breakdown").await?;
        let sql = "DELETE FROM scene_items WHERE scene_id = ? AND kind = ? AND name = ?";
        let gone = work.execute(sql, values![scene.to_string(), item.0, item.1]).await?;
        super::scripts::touch(&mut work, project).await?;
        work.keep().await?;
        if gone == 0 { Err(StoreError::Missing) } else { Ok(()) }
    }
}
