//! A query with its bounds, and the tables it gives.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Address, mysql, postgres, sqlite};

/// What to run and how far it may go.
#[derive(Clone, Debug)]
pub struct Query {
    /// One or more statements.
    pub sql: String,
    /// Whether it may change data. If not, the session is read-only.
    pub write: bool,
    /// For connecting and for all statements together.
    pub timeout: Duration,
    /// Most rows kept of each result.
    pub max_rows: usize,
}

/// What the statements gave.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Results {
    /// One per statement, in order.
    pub sets: Vec<ResultSet>,
}

/// What one statement gave.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultSet {
    /// Column names; empty for statements that give no rows.
    pub columns: Vec<String>,
    /// Values as text; `None` is NULL.
    pub rows: Vec<Vec<Option<String>>>,
    /// Rows changed, for statements that give none.
    pub affected: u64,
    /// There were more rows than were wanted.
    pub cut: bool,
}

/// Why a query gave nothing. Texts never hold the address's credentials.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// No connection.
    #[error("cannot connect to {place}: {cause}")]
    Connect {
        /// Engine and host.
        place: String,
        /// Why.
        cause: String,
    },
    /// The database refused a statement.
    #[error("{place} refused the query: {cause}")]
    Refused {
        /// Engine and host.
        place: String,
        /// In the database's words.
        cause: String,
        /// Whether a statement may have taken effect: the connection was lost before the answer, or an earlier one had.
        in_doubt: bool,
    },
    /// It took too long and was cancelled.
    #[error("{place} did not answer within {seconds} s; the query was cancelled")]
    Timeout {
        /// Engine and host.
        place: String,
        /// The limit.
        seconds: u64,
    },
}

/// Runs `query` at `address` in one transaction, committed at the end if it may write.
pub async fn run(address: &Address, query: &Query) -> Result<Results, QueryError> {
    let work = async {
        match address {
            Address::Postgres(url) => postgres::run(url, &address.describe(), query).await,
            Address::Mysql(url) => mysql::run(url, &address.describe(), query).await,
            Address::Sqlite(path) => sqlite::run(path.clone(), address.describe(), query.clone()).await,
        }
    };
    // The engines' own limits come first, where they have one; this is for those that hang.
    match tokio::time::timeout(query.timeout + Duration::from_millis(500), work).await {
        Ok(result) => result,
        Err(_) => Err(timeout(&address.describe(), query)),
    }
}

pub(crate) fn timeout(place: &str, query: &Query) -> QueryError {
    QueryError::Timeout { place: place.to_owned(), seconds: query.timeout.as_secs() }
}

// === impl ResultSet ===

impl ResultSet {
    /// The value in row `row` (from 0) of the column `column`.
    pub fn value(&self, row: usize, column: &str) -> Option<&str> {
        let at = self.columns.iter().position(|name| name == column)?;
        self.rows.get(row)?.get(at)?.as_deref()
    }
}

// === impl Results ===

impl Results {
    /// Plain tables, columns padded, as people compare them; line ends and tabs in values are shown escaped.
    pub fn text(&self) -> String {
        self.sets.iter().map(table).collect::<Vec<_>>().join("\n")
    }
}

fn table(set: &ResultSet) -> String {
    if set.columns.is_empty() {
        return format!("({} row{} changed)\n", set.affected, plural(set.affected));
    }
    let shown = |value: &Option<String>| value.as_deref().unwrap_or("NULL").replace('\n', "\\n").replace('\t', "\\t");
    let rows: Vec<Vec<String>> = set.rows.iter().map(|row| row.iter().map(shown).collect()).collect();
    let width = |at: usize| {
        let cells = rows.iter().map(|row| row[at].chars().count());
        cells.chain([set.columns[at].chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..set.columns.len()).map(width).collect();
    let line = |cells: &[String]| {
        let padded: Vec<String> = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        padded.join(" | ").trim_end().to_owned() + "\n"
    };
    let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
    let mut text = line(&set.columns) + &rule.join("-+-") + "\n";
    rows.iter().for_each(|row| text.push_str(&line(row)));
    let more = if set.cut { ", more were cut" } else { "" };
    text + &format!("({} row{}{more})\n", rows.len(), plural(rows.len() as u64))
}

fn plural(count: u64) -> &'static str {
    if count == 1 { "" } else { "s" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_padded_and_say_what_was_cut() {
        let rows = vec![vec![Some("1".to_owned()), Some("two\nlines".to_owned())], vec![Some("10".to_owned()), None]];
        let set = ResultSet { columns: vec!["id".into(), "text".into()], rows, affected: 0, cut: true };
        let changed = ResultSet { affected: 1, ..ResultSet::default() };
        assert_eq!(
            Results { sets: vec![set, changed] }.text(),
            "id | text\n---+-----------\n1  | two\\nlines\n10 | NULL\n(2 rows, more were cut)\n\n(1 row changed)\n"
        );
    }
}
