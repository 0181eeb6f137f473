//! Teams. A film always has an owner.

use super::rows::{BadColumn, get, id, text};
use super::{Store, StoreError};
use crate::film::{Member, ProjectId, Seat, UserId};
use crate::values;

const LAST_OWNER: StoreError = StoreError::Conflict("a film must keep an owner; make somebody else one first");
/// Owners of a film, locked so that two requests cannot take the last two away at once.
const OWNERS: &str = "SELECT COUNT(*), COALESCE(SUM(user_id = ?), 0) FROM members
                      WHERE project_id = ? AND role = 'owner' FOR UPDATE";

impl Store {
    /// Everybody on it, owners first.
    pub async fn team(&self, project: ProjectId) -> Result<Vec<Member>, StoreError> {
        let sql = "SELECT u.id, u.name, u.email, m.role, m.job FROM members m JOIN users u ON u.id = m.user_id
                   WHERE m.project_id = ? ORDER BY m.role, u.name, u.id";
        self.read("listing a team", sql, (project.to_string(),), |row| {
            let role = Seat::named(&text(row, 3)?).ok_or(BadColumn(3))?;
            Ok(Member { user_id: id(row, 0)?, name: text(row, 1)?, email: text(row, 2)?, role, job: text(row, 4)? })
        })
        .await
    }

    /// Gives somebody a seat, or another one; `Missing` if nobody has this address.
    pub async fn put_member(&self, project: ProjectId, email: &str, seat: Seat, job: &str) -> Result<(), StoreError> {
        let mut work = self.begin("changing a team").await?;
        let found: Vec<UserId> = work.query("SELECT id FROM users WHERE email = ?", (email,), |row| id(row, 0)).await?;
        let Some(user) = found.into_iter().next() else {
            work.undo().await?;
            return Err(StoreError::Missing);
        };
        let owners: Vec<(i64, i64)> =
            work.query(OWNERS, (user.to_string(), project.to_string()), |row| Ok((get(row, 0)?, get(row, 1)?))).await?;
        if seat != Seat::Owner && owners.first() == Some(&(1, 1)) {
            work.undo().await?;
            return Err(LAST_OWNER);
        }
        let sql = "INSERT INTO members (project_id, user_id, role, job) VALUES (?, ?, ?, ?)
                   ON DUPLICATE KEY UPDATE role = VALUES(role), job = VALUES(job)";
        work.execute(sql, values![project.to_string(), user.to_string(), seat.as_str(), job]).await?;
        work.keep().await
    }

    /// Takes somebody's seat away.
    pub async fn remove_member(&self, project: ProjectId, user: UserId) -> Result<(), StoreError> {
        let mut work = self.begin("changing a team").await?;
        let owners: Vec<(i64, i64)> =
            work.query(OWNERS, (user.to_string(), project.to_string()), |row| Ok((get(row, 0)?, get(row, 1)?))).await?;
        if owners.first() == Some(&(1, 1)) {
            work.undo().await?;
            return Err(LAST_OWNER);
        }
        let sql = "DELETE FROM members WHERE project_id = ? AND user_id = ?";
        let gone = work.execute(sql, (project.to_string(), user.to_string())).await?;
        work.keep().await?;
        if gone == 0 { Err(StoreError::Missing) } else { Ok(()) }
    }
}
