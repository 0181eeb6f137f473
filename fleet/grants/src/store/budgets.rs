//! Budgets, their lines and commitments. Whatever changes a budget locks its row first, so changes of one budget come one
//! after the other, and each ends in an event.

use serde_json::json;
use tokio_postgres::{Error, Row};

use super::audit::note;
use super::events::{Event, tell};
use super::{Page, Store, StoreError, failed, id, moment, now, optional_moment};
use crate::grant::{
    Budget, BudgetId, Commitment, CommitmentId, DocumentId, Line, LineId, NewCommitment, Totals, UserId,
};

/// A budget has at most so many lines.
const LINES_MOST: usize = 200;

fn line(row: &Row) -> Result<Line, Error> {
    let (planned_cents, committed_cents): (i64, i64) = (row.try_get(2)?, row.try_get(3)?);
    Ok(Line {
        id: id(row, 0)?,
        name: row.try_get(1)?,
        planned_cents,
        committed_cents,
        paid_cents: row.try_get(4)?,
        available_cents: planned_cents - committed_cents,
    })
}

fn commitment(row: &Row) -> Result<Commitment, Error> {
    Ok(Commitment {
        id: id(row, 0)?,
        line_id: id(row, 1)?,
        line_name: row.try_get(2)?,
        beneficiary_id: id(row, 3)?,
        beneficiary_name: row.try_get(4)?,
        document_id: row.try_get::<_, Option<uuid::Uuid>>(5)?.map(DocumentId::from),
        purpose: row.try_get(6)?,
        amount_cents: row.try_get(7)?,
        paid_cents: row.try_get(8)?,
        created_at: moment(row, 9)?,
    })
}

const COMMITMENTS: &str =
    "SELECT c.id, c.line_id, l.name, c.beneficiary_id, b.name, c.document_id, c.purpose, c.amount_cents,
        c.paid_cents, c.created_at
    FROM commitments c JOIN budget_lines l ON l.id = c.line_id JOIN beneficiaries b ON b.id = c.beneficiary_id";

/// The budget as this transaction sees it.
pub(super) async fn read(
    transaction: &deadpool_postgres::Transaction<'_>,
    budget: uuid::Uuid,
) -> Result<Budget, StoreError> {
    let asked = async {
        let sql = "SELECT id, name, sequence, reconciled_at, created_at FROM budgets WHERE id = $1";
        let Some(row) = transaction.query_opt(sql, &[&budget]).await? else { return Ok(None) };
        let sql = "SELECT id, name, planned_cents, committed_cents, paid_cents FROM budget_lines WHERE budget_id = $1
                   ORDER BY id";
        let lines = transaction.query(sql, &[&budget]).await?;
        let lines: Vec<Line> = lines.iter().map(line).collect::<Result<_, Error>>()?;
        Ok(Some(Budget {
            id: id(&row, 0)?,
            name: row.try_get(1)?,
            sequence: row.try_get(2)?,
            totals: Totals::of(&lines),
            lines,
            reconciled_at: optional_moment(&row, 3)?,
            created_at: moment(&row, 4)?,
        }))
    };
    asked.await.map_err(failed("reading a budget"))?.ok_or(StoreError::Missing)
}

/// Keeps others from changing the budget until the transaction ends.
pub(super) async fn lock(transaction: &deadpool_postgres::Transaction<'_>, budget: BudgetId) -> Result<(), StoreError> {
    let sql = "SELECT 1 FROM budgets WHERE id = $1 FOR UPDATE";
    let found = transaction.query_opt(sql, &[&budget.uuid()]).await.map_err(failed("locking a budget"))?;
    found.map(drop).ok_or(StoreError::Missing)
}

impl Store {
    /// Makes one with its lines.
    pub async fn create_budget(
        &self,
        user: UserId,
        name: &str,
        lines: &[(String, i64)],
    ) -> Result<(Budget, Event), StoreError> {
        let doing = "making a budget";
        let budget = BudgetId::fresh();
        let mut client = self.client(doing).await?;
        let transaction = client.transaction().await.map_err(failed(doing))?;
        let sql = "INSERT INTO budgets (id, name, created_at) VALUES ($1, $2, $3)";
        transaction.execute(sql, &[&budget.uuid(), &name, &now()]).await.map_err(failed(doing))?;
        for (name, planned_cents) in lines {
            insert_line(&transaction, budget, name, *planned_cents).await?;
        }
        note(&transaction, user, "budget.created", budget.uuid(), json!({"name": name})).await?;
        let told = tell(&transaction, budget, "budget.created", json!({"name": name})).await?;
        transaction.commit().await.map_err(failed(doing))?;
        Ok(told)
    }

    /// Adds a line.
    pub async fn add_line(
        &self,
        user: UserId,
        budget: BudgetId,
        name: &str,
        planned_cents: i64,
    ) -> Result<(Budget, Event), StoreError> {
        let doing = "adding a line";
        let mut client = self.client(doing).await?;
        let transaction = client.transaction().await.map_err(failed(doing))?;
        lock(&transaction, budget).await?;
        if read(&transaction, budget.uuid()).await?.lines.len() >= LINES_MOST {
            return Err(StoreError::Conflict(format!("the budget has {LINES_MOST} lines already")));
        }
        insert_line(&transaction, budget, name, planned_cents).await?;
        let detail = json!({"name": name, "planned_cents": planned_cents});
        note(&transaction, user, "budget.line-added", budget.uuid(), detail.clone()).await?;
        let told = tell(&transaction, budget, "budget.line-added", detail).await?;
        transaction.commit().await.map_err(failed(doing))?;
        Ok(told)
    }

    /// Deletes one that no money was ever committed of, with its lines and events; else `Conflict`.
    pub async fn delete_budget(&self, user: UserId, budget: BudgetId) -> Result<(), StoreError> {
        let doing = "deleting a budget";
        let mut client = self.client(doing).await?;
        let transaction = client.transaction().await.map_err(failed(doing))?;
        lock(&transaction, budget).await?;
        let whole = read(&transaction, budget.uuid()).await?;
        if whole.totals.committed_cents > 0 {
            let words = "money of this budget is committed; what was promised stays on the books";
            return Err(StoreError::Conflict(words.to_owned()));
        }
        for table in ["budget_events", "budget_lines"] {
            let sql = format!("DELETE FROM {table} WHERE budget_id = $1");
            transaction.execute(&sql, &[&budget.uuid()]).await.map_err(failed(doing))?;
        }
        transaction.execute("DELETE FROM budgets WHERE id = $1", &[&budget.uuid()]).await.map_err(failed(doing))?;
        note(&transaction, user, "budget.deleted", budget.uuid(), json!({"name": whole.name})).await?;
        transaction.commit().await.map_err(failed(doing))
    }

    /// Finds one.
    pub async fn budget(&self, id: BudgetId) -> Result<Option<Budget>, StoreError> {
        let doing = "finding a budget";
        let mut client = self.client(doing).await?;
        // One picture of row and lines, though two statements read them.
        let transaction = client.build_transaction().isolation_level(tokio_postgres::IsolationLevel::RepeatableRead);
        let transaction = transaction.read_only(true).start().await.map_err(failed(doing))?;
        match read(&transaction, id.uuid()).await {
            Ok(budget) => Ok(Some(budget)),
            Err(StoreError::Missing) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Newest first, without their lines.
    pub async fn budgets(&self, page: Page<BudgetId>) -> Result<Vec<Budget>, StoreError> {
        let sql = "SELECT b.id, b.name, b.sequence, b.reconciled_at, b.created_at,
                       coalesce(sum(l.planned_cents), 0)::bigint, coalesce(sum(l.committed_cents), 0)::bigint,
                       coalesce(sum(l.paid_cents), 0)::bigint
                   FROM budgets b LEFT JOIN budget_lines l ON l.budget_id = b.id
                   WHERE $1::uuid IS NULL OR b.id < $1 GROUP BY b.id ORDER BY b.id DESC LIMIT $2";
        let after = page.after.map(BudgetId::uuid);
        let budget = |row: &Row| {
            let (planned_cents, committed_cents): (i64, i64) = (row.try_get(5)?, row.try_get(6)?);
            let available_cents = planned_cents - committed_cents;
            Ok(Budget {
                id: id(row, 0)?,
                name: row.try_get(1)?,
                sequence: row.try_get(2)?,
                totals: Totals { planned_cents, committed_cents, paid_cents: row.try_get(7)?, available_cents },
                lines: Vec::new(),
                reconciled_at: optional_moment(row, 3)?,
                created_at: moment(row, 4)?,
            })
        };
        self.rows("listing budgets", sql, &[&after, &i64::from(page.limit)], budget).await
    }

    /// Promises money of a line; `Conflict` if the line has not so much left.
    pub async fn commit(
        &self,
        user: UserId,
        budget: BudgetId,
        new: NewCommitment,
    ) -> Result<(CommitmentId, Event), StoreError> {
        let doing = "making a commitment";
        let commitment = CommitmentId::fresh();
        let mut client = self.client(doing).await?;
        let transaction = client.transaction().await.map_err(failed(doing))?;
        lock(&transaction, budget).await?;
        let whole = read(&transaction, budget.uuid()).await?;
        let line = whole.lines.iter().find(|line| line.id == new.line_id).ok_or(StoreError::Missing)?;
        if line.available_cents < new.amount_cents {
            let left = line.available_cents;
            return Err(StoreError::Conflict(format!(
                "the line `{}` has {left} cents left, not {}",
                line.name, new.amount_cents
            )));
        }
        let sql =
            "INSERT INTO commitments (id, line_id, beneficiary_id, document_id, purpose, amount_cents, created_at)
                   VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let (id, line_id, beneficiary) = (commitment.uuid(), new.line_id.uuid(), new.beneficiary_id.uuid());
        let document = new.document_id.map(DocumentId::uuid);
        let made = transaction
            .execute(sql, &[&id, &line_id, &beneficiary, &document, &new.purpose, &new.amount_cents, &now()])
            .await;
        if let Err(error) = made {
            return Err(match failed(doing)(error) {
                StoreError::Missing => {
                    StoreError::Conflict("the beneficiary or document it names does not exist (any more)".to_owned())
                }
                other => other,
            });
        }
        let sql = "UPDATE budget_lines SET committed_cents = committed_cents + $2 WHERE id = $1";
        transaction.execute(sql, &[&line_id, &new.amount_cents]).await.map_err(failed(doing))?;
        let detail = json!({"commitment_id": id, "line": line.name, "amount_cents": new.amount_cents});
        note(&transaction, user, "budget.committed", budget.uuid(), detail.clone()).await?;
        let (_, event) = tell(&transaction, budget, "budget.committed", detail).await?;
        transaction.commit().await.map_err(failed(doing))?;
        Ok((commitment, event))
    }

    /// A budget's, newest first.
    pub async fn commitments(&self, budget: BudgetId, page: Page<CommitmentId>) -> Result<Vec<Commitment>, StoreError> {
        let sql = format!(
            "{COMMITMENTS} WHERE l.budget_id = $1 AND ($2::uuid IS NULL OR c.id < $2) ORDER BY c.id DESC LIMIT $3"
        );
        let after = page.after.map(CommitmentId::uuid);
        self.rows("listing commitments", &sql, &[&budget.uuid(), &after, &i64::from(page.limit)], commitment).await
    }

    /// Finds one.
    pub async fn commitment(&self, id: CommitmentId) -> Result<Option<Commitment>, StoreError> {
        let sql = format!("{COMMITMENTS} WHERE c.id = $1");
        self.row("finding a commitment", &sql, &[&id.uuid()], commitment).await
    }
}

async fn insert_line(
    transaction: &deadpool_postgres::Transaction<'_>,
    budget: BudgetId,
    name: &str,
    planned_cents: i64,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO budget_lines (id, budget_id, name, planned_cents) VALUES ($1, $2, $3, $4)";
    let id = LineId::fresh().uuid();
    let added = transaction.execute(sql, &[&id, &budget.uuid(), &name, &planned_cents]).await;
    added.map(drop).map_err(failed("adding a line"))
}
