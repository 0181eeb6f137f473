//! Tables and columns of SQL fences.

use super::on_line;
use super::tables::named;
use super::walk::Walk;
use crate::claim::Claimed;

/// What the statements need of the database.
pub(super) fn claims(walk: &mut Walk<'_>, line: u32, sql: &str, database: Option<&str>) {
    if is_open(sql) {
        return;
    }
    for one in named(sql) {
        let span = on_line(walk.asked.source, line + one.line as u32, &one.raw);
        let database = database.map(str::to_owned);
        let what = match one.column {
            None => Claimed::Table { database, table: one.table },
            Some(column) => Claimed::Column { database, table: one.table, column },
        };
        walk.claim(span, what);
    }
}

/// Whether something in the statements is still to be filled in: a name could be anything then.
fn is_open(sql: &str) -> bool {
    let angle = |rest: &str| {
        rest.split_once('>').is_some_and(|(name, _)| {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        })
    };
    sql.contains("${") || sql.contains("{{") || sql.split('<').skip(1).any(angle)
}
