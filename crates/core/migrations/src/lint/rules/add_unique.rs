//! `add-unique`: the index is built under a lock that nothing passes.

use crate::lint::{Remark, Rule, Subject};
use crate::{Action, Constraint, Engine};

pub(super) const RULE: Rule = Rule {
    name: "add-unique",
    about: "a UNIQUE, PRIMARY KEY or EXCLUDE constraint builds its index while nobody can use the table",
    engines: &[Engine::Postgres],
    until_contract: false,
    check,
};

fn check(subject: &Subject) -> Option<Remark> {
    let (table, name, kind) = subject.actions().find_map(|(table, action)| match action {
        Action::AddConstraint {
            name,
            kind: kind @ (Constraint::Unique | Constraint::PrimaryKey | Constraint::Exclude),
            using_index: false,
            ..
        } => Some((table.full(), name, *kind)),
        _ => None,
    })?;
    let name = name.as_deref().unwrap_or("NAME");
    let words = if kind == Constraint::PrimaryKey { "PRIMARY KEY" } else { "UNIQUE" };
    Remark::error(
        format!("adding the constraint to `{table}` builds its index while nobody can use the table"),
        format!(
            "CREATE UNIQUE INDEX CONCURRENTLY {name} ON {table} (…);\nALTER TABLE {table} ADD CONSTRAINT {name} {words} USING INDEX {name};"
        ),
    )
}

#[cfg(test)]
mod tests {
    use crate::Engine::Postgres;
    use crate::lint::check;

    #[test]
    fn the_index_comes_first() {
        check(Postgres, "alter table a add constraint k unique (b);", &["add-unique"]);
        check(Postgres, "alter table a add primary key (b);", &["add-unique"]);
        check(Postgres, "alter table a add constraint k unique using index i;", &[]);
    }
}
