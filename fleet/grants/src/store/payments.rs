//! Payments, and what the bank's statement says of them.

use serde_json::json;
use tokio_postgres::{Error, Row};

use super::audit::note;
use super::budgets::lock;
use super::events::{Event, tell};
use super::{Store, StoreError, failed, id, is_taken, moment, now, optional_moment};
use crate::grant::{BudgetId, NewPayment, Payment, Reconciliation, StatementEntry, UserId};

const PAYMENTS: &str = "SELECT p.id, p.commitment_id, b.name, p.amount_cents, p.reference, p.paid_on, p.reconciled_at,
        p.created_at
    FROM payments p JOIN commitments c ON c.id = p.commitment_id JOIN beneficiaries b ON b.id = c.beneficiary_id";

fn payment(row: &Row) -> Result<Payment, Error> {
    Ok(Payment {
        id: row.try_get(0)?,
        commitment_id: id(row, 1)?,
        beneficiary_name: row.try_get(2)?,
        amount_cents: row.try_get(3)?,
        reference: row.try_get(4)?,
        paid_on: row.try_get::<_, jiff::civil::Date>(5)?.to_string(),
        reconciled_at: optional_moment(row, 6)?,
        created_at: moment(row, 7)?,
    })
}

impl Store {
    /// Pays some of a commitment; `Conflict` if less of it is left, or the reference was used.
    pub async fn pay(
        &self,
        user: UserId,
        budget: BudgetId,
        new: NewPayment,
    ) -> Result<(uuid::Uuid, Event), StoreError> {
        let doing = "making a payment";
        let id = uuid::Uuid::now_v7();
        let mut client = self.client(doing).await?;
        let transaction = client.transaction().await.map_err(failed(doing))?;
        lock(&transaction, budget).await?;
        let sql = "SELECT c.line_id, c.amount_cents - c.paid_cents FROM commitments c
                   JOIN budget_lines l ON l.id = c.line_id WHERE c.id = $1 AND l.budget_id = $2";
        let commitment = new.commitment_id.uuid();
        let row = transaction.query_opt(sql, &[&commitment, &budget.uuid()]).await.map_err(failed(doing))?;
        let row = row.ok_or(StoreError::Missing)?;
        let (line, left) = (row.try_get::<_, uuid::Uuid>(0), row.try_get::<_, i64>(1));
        let (line, left) = (line.map_err(failed(doing))?, left.map_err(failed(doing))?);
        if left < new.amount_cents {
            let words = format!("the commitment has {left} cents left, not {}", new.amount_cents);
            return Err(StoreError::Conflict(words));
        }
        let sql = "INSERT INTO payments (id, budget_id, commitment_id, amount_cents, reference, paid_on, created_at)
                   VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let made = transaction
            .execute(sql, &[&id, &budget.uuid(), &commitment, &new.amount_cents, &new.reference, &new.paid_on, &now()])
            .await;
        if let Err(error) = made {
            return Err(match is_taken(&error) {
                true => StoreError::Conflict(format!("a payment `{}` is in this budget already", new.reference)),
                false => failed(doing)(error),
            });
        }
        let sql = "UPDATE commitments SET paid_cents = paid_cents + $2 WHERE id = $1";
        transaction.execute(sql, &[&commitment, &new.amount_cents]).await.map_err(failed(doing))?;
        let sql = "UPDATE budget_lines SET paid_cents = paid_cents + $2 WHERE id = $1";
        transaction.execute(sql, &[&line, &new.amount_cents]).await.map_err(failed(doing))?;
        let detail = json!({"payment_id": id, "reference": new.reference, "amount_cents": new.amount_cents});
        note(&transaction, user, "budget.paid", budget.uuid(), detail.clone()).await?;
        let (_, event) = tell(&transaction, budget, "budget.paid", detail).await?;
        transaction.commit().await.map_err(failed(doing))?;
        Ok((id, event))
    }

    /// A budget's payments, newest first; only those that no statement has told of, if so asked.
    pub async fn payments(
        &self,
        budget: BudgetId,
        outstanding: bool,
        after: Option<uuid::Uuid>,
        limit: u32,
    ) -> Result<Vec<Payment>, StoreError> {
        let sql = format!(
            "{PAYMENTS} WHERE p.budget_id = $1 AND ($2::uuid IS NULL OR p.id < $2) AND (NOT $3 OR p.reconciled_at IS NULL)
             ORDER BY p.id DESC LIMIT $4"
        );
        let parameters: super::Parameters<'_> = &[&budget.uuid(), &after, &outstanding, &i64::from(limit)];
        self.rows("listing payments", &sql, parameters, payment).await
    }

    /// Finds one.
    pub async fn payment(&self, id: uuid::Uuid) -> Result<Option<Payment>, StoreError> {
        let sql = format!("{PAYMENTS} WHERE p.id = $1");
        self.row("finding a payment", &sql, &[&id], payment).await
    }

    /// Marks what the bank's statement tells of, all of it or nothing: `Conflict` names the first entry that fits no payment.
    /// Also compares each line's sums with its commitments and payments, which must never differ.
    pub async fn reconcile(
        &self,
        user: UserId,
        budget: BudgetId,
        statement: &str,
        entries: &[StatementEntry],
    ) -> Result<(Reconciliation, Event), StoreError> {
        let doing = "reconciling a budget";
        let mut client = self.client(doing).await?;
        let transaction = client.transaction().await.map_err(failed(doing))?;
        lock(&transaction, budget).await?;
        for entry in entries {
            settle(&transaction, budget, entry).await?;
        }
        refuse_drift(&transaction, budget).await?;
        let sql = "UPDATE budgets SET reconciled_at = $2 WHERE id = $1";
        transaction.execute(sql, &[&budget.uuid(), &now()]).await.map_err(failed(doing))?;
        let sql = format!("{PAYMENTS} WHERE p.budget_id = $1 AND p.reconciled_at IS NULL ORDER BY p.id LIMIT 200");
        let outstanding = transaction.query(&sql, &[&budget.uuid()]).await.map_err(failed(doing))?;
        let outstanding = outstanding.iter().map(payment).collect::<Result<Vec<_>, Error>>().map_err(failed(doing))?;
        let detail = json!({"statement": statement, "reconciled": entries.len(), "outstanding": outstanding.len()});
        note(&transaction, user, "budget.reconciled", budget.uuid(), detail.clone()).await?;
        let (whole, event) = tell(&transaction, budget, "budget.reconciled", detail).await?;
        transaction.commit().await.map_err(failed(doing))?;
        Ok((Reconciliation { reconciled: entries.len(), outstanding, budget: whole }, event))
    }
}

async fn settle(
    transaction: &deadpool_postgres::Transaction<'_>,
    budget: BudgetId,
    entry: &StatementEntry,
) -> Result<(), StoreError> {
    let doing = "settling a payment";
    let sql = "UPDATE payments SET reconciled_at = $4
               WHERE budget_id = $1 AND reference = $2 AND amount_cents = $3 AND reconciled_at IS NULL";
    let parameters: super::Parameters<'_> = &[&budget.uuid(), &entry.reference, &entry.amount_cents, &now()];
    if transaction.execute(sql, parameters).await.map_err(failed(doing))? == 1 {
        return Ok(());
    }
    let sql = "SELECT amount_cents, reconciled_at IS NOT NULL FROM payments WHERE budget_id = $1 AND reference = $2";
    let found = transaction.query_opt(sql, &[&budget.uuid(), &entry.reference]).await.map_err(failed(doing))?;
    let reference = &entry.reference;
    let words = match found {
        None => format!("the statement tells of `{reference}`, and there is no such payment; nothing was reconciled"),
        Some(row) if row.try_get::<_, bool>(1).map_err(failed(doing))? => {
            format!("the payment `{reference}` was reconciled before; nothing was reconciled now")
        }
        Some(row) => {
            let ours: i64 = row.try_get(0).map_err(failed(doing))?;
            let theirs = entry.amount_cents;
            format!(
                "the payment `{reference}` is of {ours} cents here and of {theirs} on the statement; nothing was reconciled"
            )
        }
    };
    Err(StoreError::Conflict(words))
}

/// Sums that differ from what they sum up are a fault of ours; no statement is accepted over one.
async fn refuse_drift(transaction: &deadpool_postgres::Transaction<'_>, budget: BudgetId) -> Result<(), StoreError> {
    let doing = "comparing sums";
    let sql = "SELECT l.name FROM budget_lines l WHERE l.budget_id = $1 AND (
                   l.committed_cents <> coalesce((SELECT sum(c.amount_cents) FROM commitments c WHERE c.line_id = l.id), 0)
                   OR l.paid_cents <> coalesce((SELECT sum(p.amount_cents) FROM payments p
                       JOIN commitments c ON c.id = p.commitment_id WHERE c.line_id = l.id), 0)) LIMIT 1";
    match transaction.query_opt(sql, &[&budget.uuid()]).await.map_err(failed(doing))? {
        None => Ok(()),
        Some(row) => {
            let name: String = row.try_get(0).map_err(failed(doing))?;
            Err(StoreError::Failed {
                doing,
                cause: format!("the sums of the line `{name}` are not those of its payments"),
            })
        }
    }
}
