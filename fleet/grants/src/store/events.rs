//! What happened to a budget, numbered without gaps, so that whoever watches can tell what they missed.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::budgets::read;
use super::{Store, StoreError, failed, now};
use crate::grant::{Budget, BudgetId};

/// One event, as watchers get it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Event {
    pub budget_id: BudgetId,
    pub sequence: i64,
    /// `budget.created`, `budget.line-added`, `budget.committed`, `budget.paid` or `budget.reconciled`.
    pub kind: String,
    pub at: String,
    /// What it was about.
    pub detail: Value,
    /// The budget's sums and lines after it.
    pub totals: Value,
    pub lines: Value,
}

/// Numbers and keeps an event within the transaction that it tells of, after everything else in it.
pub(super) async fn tell(
    transaction: &deadpool_postgres::Transaction<'_>,
    budget: BudgetId,
    kind: &str,
    detail: Value,
) -> Result<(Budget, Event), StoreError> {
    let doing = "telling what happened to a budget";
    let sql = "UPDATE budgets SET sequence = sequence + 1 WHERE id = $1";
    transaction.execute(sql, &[&budget.uuid()]).await.map_err(failed(doing))?;
    let whole = read(transaction, budget.uuid()).await?;
    let event = Event {
        budget_id: budget,
        sequence: whole.sequence,
        kind: kind.to_owned(),
        at: format!("{:.3}", now()),
        detail,
        totals: json!(whole.totals),
        lines: json!(whole.lines),
    };
    let sql = "INSERT INTO budget_events (budget_id, sequence, body) VALUES ($1, $2, $3)";
    transaction.execute(sql, &[&budget.uuid(), &event.sequence, &json!(event)]).await.map_err(failed(doing))?;
    Ok((whole, event))
}

impl Store {
    /// A budget's events after one, in order; at most a thousand.
    pub async fn events_after(&self, budget: BudgetId, sequence: i64) -> Result<Vec<Event>, StoreError> {
        let doing = "reading a budget's events";
        let sql = "SELECT body FROM budget_events WHERE budget_id = $1 AND sequence > $2 ORDER BY sequence LIMIT 1000";
        let bodies = self.rows(doing, sql, &[&budget.uuid(), &sequence], |row| row.try_get::<_, Value>(0)).await?;
        let event = |body| serde_json::from_value(body);
        bodies
            .into_iter()
            .map(event)
            .collect::<Result<_, _>>()
            .map_err(|error| StoreError::Failed { doing, cause: error.to_string() })
    }
}
