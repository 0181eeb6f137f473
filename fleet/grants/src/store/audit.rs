//! The audit trail: who did what to which thing, written in the same transaction as the deed.

use serde::Serialize;
use serde_json::Value;
use tokio_postgres::{Error, Row};

use super::{Store, StoreError, failed, moment, now};
use crate::grant::UserId;

/// One deed.
#[derive(Clone, Debug, Serialize)]
pub struct AuditEntry {
    pub id: i64,
    pub at: String,
    pub user_name: String,
    /// Such as `budget.reconciled`.
    pub action: String,
    pub subject_kind: String,
    pub subject_id: uuid::Uuid,
    pub detail: Value,
}

fn entry(row: &Row) -> Result<AuditEntry, Error> {
    Ok(AuditEntry {
        id: row.try_get(0)?,
        at: moment(row, 1)?,
        user_name: row.try_get(2)?,
        action: row.try_get(3)?,
        subject_kind: row.try_get(4)?,
        subject_id: row.try_get(5)?,
        detail: row.try_get(6)?,
    })
}

/// Notes a deed within its transaction. `detail` never holds a tax number.
pub(super) async fn note(
    transaction: &deadpool_postgres::Transaction<'_>,
    user: UserId,
    action: &str,
    subject: uuid::Uuid,
    detail: Value,
) -> Result<(), StoreError> {
    let kind = action.split('.').next().unwrap_or_default();
    let sql = "INSERT INTO audit_entries (at, user_id, action, subject_kind, subject_id, detail)
               VALUES ($1, $2, $3, $4, $5, $6)";
    let noted = transaction.execute(sql, &[&now(), &user.uuid(), &action, &kind, &subject, &detail]).await;
    noted.map(drop).map_err(failed("writing the audit trail"))
}

impl Store {
    /// Newest first: of one thing, or of all.
    pub async fn audit(
        &self,
        subject: Option<uuid::Uuid>,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        let sql = "SELECT a.id, a.at, coalesce(u.name, ''), a.action, a.subject_kind, a.subject_id, a.detail
                   FROM audit_entries a LEFT JOIN users u ON u.id = a.user_id
                   WHERE ($1::uuid IS NULL OR a.subject_id = $1) AND ($2::bigint IS NULL OR a.id < $2)
                   ORDER BY a.id DESC LIMIT $3";
        self.rows("reading the audit trail", sql, &[&subject, &before, &i64::from(limit)], entry).await
    }
}
