//! Scripts: saved whole, with the scenes that are read from them, in one transaction.

use super::rows::{get, moment, text};
use super::work::Work;
use super::{Store, StoreError};
use crate::film::{BrokenDown, Matched, ProjectId, SceneId, Script, reread};
use crate::values;

const ITEMS_AT_ONCE: usize = 500;

impl Store {
    /// The script, if one was saved.
    pub async fn script(&self, project: ProjectId) -> Result<Option<Script>, StoreError> {
        let sql = "SELECT revision, fountain, updated_at FROM scripts WHERE project_id = ?";
        self.read_one("reading a script", sql, (project.to_string(),), |row| {
            Ok(Script { revision: get(row, 0)?, fountain: text(row, 1)?, updated_at: moment(row, 2)? })
        })
        .await
    }

    /// Saves a script. Scenes that were there stay who they are, with their shots and what people added; a scene that is no
    /// longer in it is omitted if it has shots, else gone. `Stale` at another revision than `expected`.
    pub async fn save_script(
        &self,
        project: ProjectId,
        text: String,
        scenes: Vec<BrokenDown>,
        expected: Option<i64>,
    ) -> Result<u32, StoreError> {
        let mut work = self.begin("saving a script").await?;
        let lock = "SELECT id FROM projects WHERE id = ? FOR UPDATE";
        if work.query(lock, (project.to_string(),), |row| super::rows::text(row, 0)).await?.is_empty() {
            work.undo().await?;
            return Err(StoreError::Missing);
        }
        let current = "SELECT revision FROM scripts WHERE project_id = ?";
        let current: Vec<i64> = work.query(current, (project.to_string(),), |row| get(row, 0)).await?;
        let current = current.first().copied().unwrap_or(0);
        if expected.is_some_and(|expected| expected != current) {
            work.undo().await?;
            return Err(StoreError::Stale { current });
        }
        let sql = "INSERT INTO scripts (project_id, revision, fountain, updated_at) VALUES (?, 1, ?, UTC_TIMESTAMP(3))
                   ON DUPLICATE KEY UPDATE revision = revision + 1, fountain = VALUES(fountain), updated_at = VALUES(updated_at)";
        work.execute(sql, (project.to_string(), text)).await?;
        let old = work.query(&super::scenes::list(), (project.to_string(),), super::scenes::brief).await?;
        let (matched, gone) = reread(&old, scenes);
        drop_scenes(&mut work, &gone).await?;
        put_scenes(&mut work, project, matched).await?;
        touch(&mut work, project).await?;
        work.keep().await?;
        Ok(u32::try_from(current + 1).unwrap_or(u32::MAX))
    }
}

/// What lists show of the film has changed.
pub(super) async fn touch(work: &mut Work<'_>, project: ProjectId) -> Result<(), StoreError> {
    work.execute("UPDATE projects SET content = content + 1 WHERE id = ?", (project.to_string(),)).await.map(drop)
}

async fn drop_scenes(work: &mut Work<'_>, gone: &[SceneId]) -> Result<(), StoreError> {
    for scene in gone {
        let id = scene.to_string();
        let without_shots =
            "DELETE FROM scenes WHERE id = ? AND NOT EXISTS (SELECT 1 FROM shots h WHERE h.scene_id = scenes.id)";
        if work.execute(without_shots, (id.clone(),)).await? == 0 {
            work.execute("UPDATE scenes SET omitted = TRUE WHERE id = ?", (id.clone(),)).await?;
            work.execute("DELETE FROM day_scenes WHERE scene_id = ?", (id,)).await?;
        }
    }
    Ok(())
}

async fn put_scenes(work: &mut Work<'_>, project: ProjectId, matched: Vec<Matched>) -> Result<(), StoreError> {
    let (mut rows, mut items, mut kept) = (Vec::new(), Vec::new(), Vec::new());
    for (at, Matched { was, new: BrokenDown { scene, items: needed } }) in matched.into_iter().enumerate() {
        let id = was.unwrap_or_else(SceneId::fresh).to_string();
        items.extend(needed.into_iter().map(|item| (id.clone(), item.kind, item.name)));
        if was.is_some() {
            kept.push((id.clone(),));
        }
        let elements = serde_json::to_string(&scene.elements)
            .map_err(|error| StoreError::Failed { doing: "saving a script", cause: error.to_string() })?;
        let heading = &scene.heading;
        rows.push(values![
            id,
            project.to_string(),
            at as u64 + 1,
            cut(&scene.number, 16),
            cut(&scene.title, 400),
            heading.setting.as_str(),
            cut(&heading.place, 200),
            cut(&heading.time, 80),
            cut(&scene.synopsis, 10_000),
            scene.eighths,
            elements,
        ]);
    }
    let sql = "INSERT INTO scenes (id, project_id, position, number, heading, setting, place, time, synopsis, eighths, elements)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
               ON DUPLICATE KEY UPDATE position = VALUES(position), number = VALUES(number), heading = VALUES(heading),
                   setting = VALUES(setting), place = VALUES(place), time = VALUES(time), synopsis = VALUES(synopsis),
                   eighths = VALUES(eighths), elements = VALUES(elements), omitted = FALSE";
    work.execute_each(sql, rows).await?;
    work.execute_each("DELETE FROM scene_items WHERE scene_id = ? AND source = 'script'", kept).await?;
    put_items(work, items).await
}

/// Many rows by one statement: row by row, a long script would hold its film for seconds.
async fn put_items(work: &mut Work<'_>, items: Vec<(String, String, String)>) -> Result<(), StoreError> {
    for part in items.chunks(ITEMS_AT_ONCE) {
        let rows = vec!["(?, ?, ?, 'script')"; part.len()].join(", ");
        // What a person added under the same name stays theirs.
        let sql = format!("INSERT IGNORE INTO scene_items (scene_id, kind, name, source) VALUES {rows}");
        let values = part.iter().flat_map(|(scene, kind, name)| [scene, kind, name]).map(mysql_async::Value::from);
        work.execute(&sql, mysql_async::Params::Positional(values.collect())).await?;
    }
    Ok(())
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
