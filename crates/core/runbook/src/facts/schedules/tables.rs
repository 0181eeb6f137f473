//! Tables of recurring work.

use super::super::Found;
use super::super::cadence::{clock, cron, literal_cron, recurrence};
use super::super::outline::TableAt;
use super::push;
use crate::words::phrases;

/// A table with a column that says how often. `true` if it is one.
pub(in super::super) fn table(at: &TableAt<'_>, found: &mut Found<'_>) -> bool {
    let header = &at.header;
    let Some(when) = header.iter().position(|name| {
        phrases!["frequency", "schedule", "cadence", "how often", "when", "interval", "recurrence", "cron", "due"]
            .stand_in(name)
    }) else {
        return false;
    };
    let what = header
        .iter()
        .position(|name| {
            phrases![
                "task",
                "activity",
                "what",
                "job",
                "procedure",
                "check",
                "item",
                "name",
                "action",
                "drill",
                "backup"
            ]
            .stand_in(name)
        })
        .filter(|column| *column != when)
        .unwrap_or(usize::from(when == 0));
    fn text(row: &[crate::document::Cell], column: usize) -> std::borrow::Cow<'_, str> {
        row.get(column).map(|cell| cell.text.trimmed()).unwrap_or_default()
    }
    let timed = |cell: &str| {
        recurrence(&cell.to_ascii_lowercase()).is_some()
            || literal_cron(cell).is_some()
            || clock(&cell.to_ascii_lowercase()).is_some()
            || phrases!["as needed", "on demand", "after each", "before each"].stand_in(&cell.to_ascii_lowercase())
    };
    let rows = at.table.rows.iter().filter(|row| timed(&text(row, when))).count();
    if rows == 0 || rows * 2 < at.table.rows.len() {
        return false;
    }
    for row in &at.table.rows {
        let phrase = text(row, when);
        if let Some(line) = row.first().map(|cell| cell.line).filter(|_| timed(&phrase)) {
            let cron = literal_cron(&phrase).map(str::to_owned).or_else(|| cron(&phrase));
            push(line, &text(row, what), &phrase, cron, None, found);
        }
    }
    true
}
