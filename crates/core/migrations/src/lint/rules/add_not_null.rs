//! `add-not-null-column`: fails on a table with rows, and the older release's inserts do not know the column.

use crate::lint::{ALL, Remark, Rule, Subject};
use crate::{Action, ColumnDefinition};

pub(super) const RULE: Rule = Rule {
    name: "add-not-null-column",
    about: "a new NOT NULL column without a default: fails where there are rows, and refuses the older release's inserts",
    engines: ALL,
    until_contract: false,
    check,
};

fn check(subject: &Subject) -> Option<Remark> {
    let (table, added) = subject.actions().find_map(|(table, action)| match action {
        Action::AddColumn(added) if demands(added) => Some((table.full(), added)),
        _ => None,
    })?;
    let column = &added.column;
    Remark::error(
        format!(
            "`{table}.{column}` is NOT NULL without a default: rows that are there have no value, and the older release's inserts give none"
        ),
        format!(
            "add it with a constant default, which is quick (`ADD COLUMN {column} … NOT NULL DEFAULT …`); or nullable, fill it in batches, \
             and make it NOT NULL in a later migration"
        ),
    )
}

fn demands(added: &ColumnDefinition) -> bool {
    let words = &added.words;
    let not_null =
        words.windows(2).any(|pair| pair == ["NOT", "NULL"]) || words.windows(2).any(|pair| pair == ["PRIMARY", "KEY"]);
    let given = ["DEFAULT", "GENERATED", "AS", "AUTO_INCREMENT", "SERIAL", "BIGSERIAL", "SMALLSERIAL"];
    not_null && !words.iter().any(|word| given.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use crate::Engine::{Postgres, Sqlite};
    use crate::lint::check;

    #[test]
    fn a_value_is_demanded_that_nobody_gives() {
        check(Postgres, "alter table a add b text not null;", &["add-not-null-column"]);
        check(Sqlite, "alter table a add column b text not null;", &["add-not-null-column"]);
        check(Postgres, "alter table a add b text not null default '';", &[]);
        check(Postgres, "alter table a add b text;", &[]);
    }
}
