//! Shooting days.

use mysql_async::Row;

use super::rows::{BadColumn, day as date, get, id, text};
use super::{Store, StoreError};
use crate::film::{Day, DayChange, DayId, PlannedDay, ProjectId, SceneId};
use crate::values;

const COLUMNS: &str = "id, number, date, call_time, unit_base, notes, version";

fn day(row: &mut Row) -> Result<Day, BadColumn> {
    Ok(Day {
        id: id(row, 0)?,
        number: get(row, 1)?,
        date: date(row, 2)?,
        call_time: text(row, 3)?,
        unit_base: text(row, 4)?,
        notes: text(row, 5)?,
        version: get(row, 6)?,
        scenes: Vec::new(),
    })
}

impl Store {
    /// Those of a film with their scenes, in order.
    pub async fn days(&self, project: ProjectId) -> Result<Vec<Day>, StoreError> {
        let doing = "reading a schedule";
        let sql = format!("SELECT {COLUMNS} FROM days WHERE project_id = ? ORDER BY number");
        let mut days = self.read(doing, &sql, (project.to_string(),), day).await?;
        let sql = "SELECT x.day_id, x.scene_id FROM day_scenes x JOIN days d ON d.id = x.day_id
                   WHERE d.project_id = ? ORDER BY d.number, x.position";
        let pairs: Vec<(DayId, SceneId)> =
            self.read(doing, sql, (project.to_string(),), |row| Ok((id(row, 0)?, id(row, 1)?))).await?;
        for (of, scene) in pairs {
            days.iter_mut().filter(|day| day.id == of).for_each(|day| day.scenes.push(scene));
        }
        Ok(days)
    }

    /// Puts a new schedule in place of the one before.
    pub async fn replace_days(&self, project: ProjectId, planned: Vec<PlannedDay>) -> Result<(), StoreError> {
        let mut work = self.begin("making a schedule").await?;
        let lock = "SELECT id FROM projects WHERE id = ? FOR UPDATE";
        work.query(lock, (project.to_string(),), |row| text(row, 0)).await?;
        work.execute("DELETE FROM days WHERE project_id = ?", (project.to_string(),)).await?;
        let (mut days, mut scenes) = (Vec::new(), Vec::new());
        for (at, planned) in planned.into_iter().enumerate() {
            let id = DayId::fresh().to_string();
            for (place, scene) in planned.scenes.iter().enumerate() {
                scenes.push(values![scene.to_string(), id.clone(), place as u64 + 1]);
            }
            days.push(values![id, project.to_string(), at as u64 + 1, planned.date.to_string(), planned.call_time]);
        }
        let sql = "INSERT INTO days (id, project_id, number, date, call_time, notes) VALUES (?, ?, ?, ?, ?, '')";
        work.execute_each(sql, days).await?;
        work.execute_each("INSERT INTO day_scenes (scene_id, day_id, position) VALUES (?, ?, ?)", scenes).await?;
        work.keep().await
    }

    /// Changes one; `Stale` at another version than `expected`.
    pub async fn update_day(
        &self,
        project: ProjectId,
        number: u32,
        change: DayChange,
        expected: Option<i64>,
    ) -> Result<(), StoreError> {
        let doing = "changing a day";
        let sql = "UPDATE days SET date = COALESCE(?, date), call_time = COALESCE(?, call_time),
                   unit_base = COALESCE(?, unit_base), notes = COALESCE(?, notes), version = version + 1
                   WHERE project_id = ? AND number = ? AND (? IS NULL OR version = ?)";
        let row = values![
            change.date.map(|date| date.to_string()),
            change.call_time,
            change.unit_base,
            change.notes,
            project.to_string(),
            number,
            expected,
            expected,
        ];
        if self.write(doing, sql, row).await? > 0 {
            return Ok(());
        }
        let sql = "SELECT version FROM days WHERE project_id = ? AND number = ?";
        match self.read_one(doing, sql, (project.to_string(), number), |row| get(row, 0)).await? {
            Some(current) => Err(StoreError::Stale { current }),
            None => Err(StoreError::Missing),
        }
    }
}
