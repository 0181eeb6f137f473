//! `delete-rows`: TRUNCATE, DELETE without WHERE, DROP SCHEMA: data is gone.

use crate::Definition;
use crate::lint::{ALL, Remark, Rule, Subject};

pub(super) const RULE: Rule = Rule {
    name: "delete-rows",
    about: "TRUNCATE, DELETE of all rows, DROP SCHEMA or DATABASE: data is gone for good",
    engines: ALL,
    until_contract: false,
    check,
};

fn check(subject: &Subject) -> Option<Remark> {
    let gone = match &subject.definition {
        Definition::Truncate(table) | Definition::Change { delete: true, table, chosen: false } => {
            !subject.is_new(table)
        }
        Definition::DropOther { kind, .. } => matches!(kind.as_str(), "SCHEMA" | "DATABASE"),
        _ => false,
    };
    if !gone {
        return None;
    }
    let what = subject.definition.destroys()?;
    Remark::error(
        format!("this {what}, for good"),
        "keep a copy first (`CREATE TABLE kept AS SELECT …`), or take a backup right before; then allow it here with the reason",
    )
}

#[cfg(test)]
mod tests {
    use crate::Engine::{Mysql, Postgres};
    use crate::lint::check;

    #[test]
    fn all_rows_are_gone() {
        check(Postgres, "truncate table a;", &["delete-rows"]);
        check(Mysql, "delete from a;", &["delete-rows", "change-all-rows"]);
        check(Postgres, "drop schema s cascade;", &["delete-rows"]);
        check(Postgres, "delete from a where id = 1;", &[]);
    }
}
