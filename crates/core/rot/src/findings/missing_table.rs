//! CS0042: a table or column that is not there.
//!
//! A query names a table, view or column that the database does not have.

use callsheet_diag::{Code, Diagnostic, Severity};

use super::Gone;
use crate::claim::Claimed;

/// Finds CS0042.
pub(super) fn find(gone: &Gone<'_>) -> Option<Diagnostic> {
    let message = match gone.what {
        Claimed::Table { table, .. } => format!("the database has no table or view `{table}`"),
        Claimed::Column { table, column, .. } => format!("`{table}` has no column `{column}`"),
        _ => return None,
    };
    gone.say(Code(42), Severity::Error, message, "use its new name")
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use crate::claim::{Answer, Claimed};

    #[test]
    fn it_speaks_when_it_is_gone() {
        check(
            "CS0042",
            Claimed::Column { database: None, table: "a".to_owned(), column: "amount".to_owned() },
            Answer::gone_near(["amounts"]),
        );
    }
}
