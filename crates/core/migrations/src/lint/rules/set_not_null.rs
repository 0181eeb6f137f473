//! `set-not-null`: PostgreSQL reads the whole table under a lock that nothing passes.

use crate::lint::{Remark, Rule, Subject};
use crate::{Action, Definition, Engine};

pub(super) const RULE: Rule = Rule {
    name: "set-not-null",
    about: "SET NOT NULL reads the whole table while nobody can use it, unless a valid CHECK says so already",
    engines: &[Engine::Postgres],
    until_contract: false,
    check,
};

fn check(subject: &Subject) -> Option<Remark> {
    let (table, column) = subject.actions().find_map(|(table, action)| match action {
        Action::SetNotNull { column } => Some((table, column)),
        _ => None,
    })?;
    let validated = |definition: Definition| match definition {
        Definition::AlterTable { table: other, actions, .. } => {
            super::super::subject::same(&other, table)
                && actions.iter().any(|action| matches!(action, Action::ValidateConstraint { .. }))
        }
        _ => false,
    };
    if subject.before().any(validated) {
        return None;
    }
    let table = table.full();
    Remark::error(
        format!("SET NOT NULL on `{table}.{column}` reads the whole table while nobody can use it"),
        format!(
            "ALTER TABLE {table} ADD CONSTRAINT {column}_given CHECK ({column} IS NOT NULL) NOT VALID;\nCOMMIT;\n\
             ALTER TABLE {table} VALIDATE CONSTRAINT {column}_given;\nALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL;\n\
             ALTER TABLE {table} DROP CONSTRAINT {column}_given;"
        ),
    )
}

#[cfg(test)]
mod tests {
    use crate::Engine::Postgres;
    use crate::lint::check;

    #[test]
    fn a_valid_check_makes_it_quick() {
        check(Postgres, "alter table a alter b set not null;", &["set-not-null"]);
        check(Postgres, "alter table a validate constraint c; alter table a alter b set not null;", &[]);
    }
}
