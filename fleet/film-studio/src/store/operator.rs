//! What operators look at: the server's list of processes.

use serde::Serialize;

use super::rows::{get, text};
use super::{Store, StoreError};

/// A connection of the database server, as `SHOW PROCESSLIST` tells.
#[derive(Clone, Debug, Serialize)]
pub struct Process {
    pub id: u64,
    pub user: String,
    pub command: String,
    /// How long it has been at it.
    pub seconds: i64,
    pub state: String,
    /// The beginning of its statement; literal values are left out.
    pub statement: String,
}

impl Store {
    /// Those that the service's user may see, longest first.
    pub async fn processes(&self) -> Result<Vec<Process>, StoreError> {
        let sql = "SELECT ID, USER, COMMAND, COALESCE(TIME, 0), COALESCE(STATE, ''), COALESCE(INFO, '')
                   FROM information_schema.PROCESSLIST WHERE ID <> CONNECTION_ID() ORDER BY TIME DESC, ID LIMIT 200";
        self.read("listing the database's processes", sql, (), |row| {
            Ok(Process {
                id: get(row, 0)?,
                user: text(row, 1)?,
                command: text(row, 2)?,
                seconds: get(row, 3)?,
                state: text(row, 4)?,
                statement: without_literals(&text(row, 5)?),
            })
        })
        .await
    }

    /// Ends a connection (`KILL`). Only those of the service's own user can be ended.
    pub async fn end_process(&self, id: u64) -> Result<(), StoreError> {
        // No placeholder may stand here; the number is one.
        match self.write("ending a database process", &format!("KILL CONNECTION {id}"), ()).await {
            Err(StoreError::Failed { cause, .. }) if cause.contains("(error 1094)") => Err(StoreError::Missing),
            Err(StoreError::Failed { cause, .. }) if cause.contains("(error 1095)") => {
                Err(StoreError::Conflict("this process belongs to another user of the database; ask its owner"))
            }
            other => other.map(drop),
        }
    }
}

/// A statement in one line with `?` for each quoted text: those are people's words.
fn without_literals(statement: &str) -> String {
    let mut shown = String::new();
    let mut letters = statement.chars();
    while let Some(letter) = letters.next() {
        if !matches!(letter, '\'' | '"') {
            shown.push(if letter.is_whitespace() { ' ' } else { letter });
            continue;
        }
        shown.push('?');
        while let Some(inner) = letters.next().filter(|inner| *inner != letter) {
            if inner == '\\' {
                letters.next();
            }
        }
    }
    shown.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ").chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::without_literals;

    #[test]
    fn peoples_words_are_left_out() {
        let shown = without_literals("INSERT INTO a\n  VALUES ('it\\'s secret', 5, \"x\") -- '");
        assert_eq!(shown, "INSERT INTO a VALUES (?, 5, ?) -- ?");
    }
}
