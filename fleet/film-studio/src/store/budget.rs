//! Lines of the budget.

use super::rows::{get, id, text};
use super::{Store, StoreError};
use crate::film::{BudgetLine, BudgetLineId, NewBudgetLine, ProjectId};
use crate::values;

/// Sums of so many bounded amounts do not overflow.
const LINES_MOST: i64 = 2000;

impl Store {
    /// Those of a film by account.
    pub async fn budget(&self, project: ProjectId) -> Result<Vec<BudgetLine>, StoreError> {
        let sql =
            "SELECT id, account, description, amount_cents FROM budget_lines WHERE project_id = ? ORDER BY account, id";
        self.read("reading a budget", sql, (project.to_string(),), |row| {
            Ok(BudgetLine {
                id: id(row, 0)?,
                account: text(row, 1)?,
                description: text(row, 2)?,
                amount_cents: get(row, 3)?,
            })
        })
        .await
    }

    /// Adds one.
    pub async fn add_budget_line(&self, project: ProjectId, new: NewBudgetLine) -> Result<BudgetLine, StoreError> {
        let line = BudgetLine {
            id: BudgetLineId::fresh(),
            account: new.account,
            description: new.description,
            amount_cents: new.amount_cents,
        };
        let sql = "INSERT INTO budget_lines (id, project_id, account, description, amount_cents)
                   SELECT ?, ?, ?, ?, ? FROM DUAL
                   WHERE (SELECT COUNT(*) FROM budget_lines c WHERE c.project_id = ?) < ?";
        let project = project.to_string();
        let row = values![
            line.id.to_string(),
            project.clone(),
            line.account.clone(),
            line.description.clone(),
            line.amount_cents,
            project,
            LINES_MOST,
        ];
        match self.write("adding a line to a budget", sql, row).await? {
            0 => Err(StoreError::Conflict("a budget takes at most 2000 lines; put some together")),
            _ => Ok(line),
        }
    }

    /// Removes one.
    pub async fn remove_budget_line(&self, project: ProjectId, line: BudgetLineId) -> Result<(), StoreError> {
        let sql = "DELETE FROM budget_lines WHERE project_id = ? AND id = ?";
        match self.write("removing a line of a budget", sql, (project.to_string(), line.to_string())).await? {
            0 => Err(StoreError::Missing),
            _ => Ok(()),
        }
    }
}
