//! Budgets: lines of planned money, what is committed of it, what is paid, and what the bank agrees with. Amounts are whole cents.

use serde::Serialize;

use super::ids::{BeneficiaryId, BudgetId, CommitmentId, DocumentId, LineId};

/// No amount is larger: sums of a million of them still fit.
pub const CENTS_MOST: i64 = 1_000_000_000_000;

/// A budget with its lines.
#[derive(Clone, Debug, Serialize)]
pub struct Budget {
    pub id: BudgetId,
    pub name: String,
    /// Number of its newest event.
    pub sequence: i64,
    pub totals: Totals,
    pub lines: Vec<Line>,
    pub reconciled_at: Option<String>,
    pub created_at: String,
}

/// Sums over lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    pub planned_cents: i64,
    pub committed_cents: i64,
    pub paid_cents: i64,
    /// Planned and not committed.
    pub available_cents: i64,
}

impl Totals {
    /// Of these lines.
    pub fn of(lines: &[Line]) -> Totals {
        let sum = |of: fn(&Line) -> i64| lines.iter().map(of).sum();
        Totals {
            planned_cents: sum(|line| line.planned_cents),
            committed_cents: sum(|line| line.committed_cents),
            paid_cents: sum(|line| line.paid_cents),
            available_cents: sum(|line| line.available_cents),
        }
    }
}

/// A line of a budget.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    pub id: LineId,
    pub name: String,
    pub planned_cents: i64,
    pub committed_cents: i64,
    pub paid_cents: i64,
    pub available_cents: i64,
}

/// Money of a line that is promised to somebody.
#[derive(Clone, Debug, Serialize)]
pub struct Commitment {
    pub id: CommitmentId,
    pub line_id: LineId,
    pub line_name: String,
    pub beneficiary_id: BeneficiaryId,
    pub beneficiary_name: String,
    pub document_id: Option<DocumentId>,
    pub purpose: String,
    pub amount_cents: i64,
    pub paid_cents: i64,
    pub created_at: String,
}

/// Money that went out.
#[derive(Clone, Debug, Serialize)]
pub struct Payment {
    pub id: uuid::Uuid,
    pub commitment_id: CommitmentId,
    pub beneficiary_name: String,
    pub amount_cents: i64,
    /// What the bank's statement calls it; once in a budget.
    pub reference: String,
    /// A day, as `2026-01-31`.
    pub paid_on: String,
    /// When the bank's statement agreed.
    pub reconciled_at: Option<String>,
    pub created_at: String,
}

/// A commitment to be made.
#[derive(Clone, Debug)]
pub struct NewCommitment {
    pub line_id: LineId,
    pub beneficiary_id: BeneficiaryId,
    pub document_id: Option<DocumentId>,
    pub purpose: String,
    pub amount_cents: i64,
}

/// A payment to be made.
#[derive(Clone, Debug)]
pub struct NewPayment {
    pub commitment_id: CommitmentId,
    pub amount_cents: i64,
    pub reference: String,
    pub paid_on: jiff::civil::Date,
}

/// A line of the bank's statement.
#[derive(Clone, Debug)]
pub struct StatementEntry {
    pub reference: String,
    pub amount_cents: i64,
}

/// What a reconciliation came to.
#[derive(Clone, Debug, Serialize)]
pub struct Reconciliation {
    /// Payments that the statement agreed with.
    pub reconciled: usize,
    /// Payments that no statement has told of yet.
    pub outstanding: Vec<Payment>,
    pub budget: Budget,
}

/// For people: `1,234.50 €`.
pub fn euros(cents: i64) -> String {
    let sign = if cents < 0 { "−" } else { "" };
    let (whole, rest) = (cents.unsigned_abs() / 100, cents.unsigned_abs() % 100);
    let digits = whole.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{sign}{grouped}.{rest:02} €")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_grouped() {
        for (cents, shown) in [
            (0, "0.00 €"),
            (5, "0.05 €"),
            (123_450, "1,234.50 €"),
            (100_000_000, "1,000,000.00 €"),
            (-1050, "−10.50 €"),
        ] {
            assert_eq!(euros(cents), shown);
        }
    }
}
