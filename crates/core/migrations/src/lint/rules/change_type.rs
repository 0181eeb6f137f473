//! `change-type`: rewrites the table under a lock that nothing passes, and the older release meets another type.

use crate::lint::{Remark, Rule, Subject};
use crate::{Action, Engine};

pub(super) const RULE: Rule = Rule {
    name: "change-type",
    about: "ALTER COLUMN … TYPE usually rewrites the table while nobody can read it",
    engines: &[Engine::Postgres],
    until_contract: false,
    check,
};

fn check(subject: &Subject) -> Option<Remark> {
    let (table, column, to) = subject.actions().find_map(|(table, action)| match action {
        Action::ChangeType { column, to } => Some((table.full(), column, to)),
        _ => None,
    })?;
    // From a shorter text type these only change the catalogue.
    let wider =
        matches!(to.first().map(String::as_str), Some("TEXT" | "VARCHAR")) && !to.iter().any(|word| word == "USING");
    if wider {
        return Remark::warning(
            format!(
                "changing the type of `{table}.{column}` is quick only from a shorter text type; from any other the table is written anew"
            ),
            "look at the column's type now (`\\d` in psql); if it is no text type, add a new column instead",
        );
    }
    Remark::error(
        format!(
            "changing the type of `{table}.{column}` writes the table and its indexes anew while nobody can read it"
        ),
        format!(
            "expand: add a column of the new type, keep both equal by a trigger, fill it in batches; then release code that reads it; \
             contract: drop `{column}`"
        ),
    )
}

#[cfg(test)]
mod tests {
    use crate::Engine::Postgres;
    use crate::lint::check;

    #[test]
    fn the_table_is_rewritten() {
        check(Postgres, "alter table a alter column b type bigint;", &["change-type"]);
        check(Postgres, "alter table a alter b set data type int using b::int;", &["change-type"]);
        check(Postgres, "alter table a alter b set default 1;", &[]);
    }
}
