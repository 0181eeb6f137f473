//! The budget: lines under accounts, and the top sheet that adds them up.

use serde::Serialize;

use super::ids::BudgetLineId;

/// What accounts belong to: the first digit decides.
pub const ACCOUNT_GROUPS: [(&str, &str); 4] =
    [("1", "Above the line"), ("2", "Production"), ("3", "Post-production"), ("4", "Other")];
/// Added for what nobody foresaw, in percent.
const CONTINGENCY_PERCENT: i64 = 10;

/// One line.
#[derive(Clone, Debug, Serialize)]
pub struct BudgetLine {
    pub id: BudgetLineId,
    /// Four digits; the first one says the group.
    pub account: String,
    pub description: String,
    /// In the currency's hundredths.
    pub amount_cents: i64,
}

/// A line to be added.
#[derive(Clone, Debug)]
pub struct NewBudgetLine {
    pub account: String,
    pub description: String,
    pub amount_cents: i64,
}

/// The sums.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TopSheet {
    pub groups: Vec<Group>,
    pub subtotal_cents: i64,
    pub contingency_percent: i64,
    pub contingency_cents: i64,
    pub total_cents: i64,
}

/// One group's sum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Group {
    pub name: &'static str,
    pub line_count: usize,
    pub amount_cents: i64,
}

/// Adds up; amounts are bounded so that no sum overflows.
pub fn top_sheet(lines: &[BudgetLine]) -> TopSheet {
    let group = |(digit, name): (&str, &'static str)| {
        let own = || lines.iter().filter(|line| line.account.starts_with(digit));
        Group { name, line_count: own().count(), amount_cents: own().map(|line| line.amount_cents).sum() }
    };
    let groups: Vec<Group> = ACCOUNT_GROUPS.into_iter().map(group).collect();
    let subtotal_cents: i64 = groups.iter().map(|group| group.amount_cents).sum();
    let contingency_cents = subtotal_cents * CONTINGENCY_PERCENT / 100;
    let total_cents = subtotal_cents + contingency_cents;
    TopSheet { groups, subtotal_cents, contingency_percent: CONTINGENCY_PERCENT, contingency_cents, total_cents }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_top_sheet_adds_up() {
        let line = |account: &str, amount_cents| BudgetLine {
            id: BudgetLineId::fresh(),
            account: account.to_owned(),
            description: String::new(),
            amount_cents,
        };
        let sheet = top_sheet(&[line("1100", 500_000), line("2100", 250_050), line("2900", 50), line("4000", 1)]);
        let sums: Vec<i64> = sheet.groups.iter().map(|group| group.amount_cents).collect();
        assert_eq!(sums, [500_000, 250_100, 0, 1]);
        assert_eq!((sheet.subtotal_cents, sheet.contingency_cents, sheet.total_cents), (750_101, 75_010, 825_111));
    }
}
