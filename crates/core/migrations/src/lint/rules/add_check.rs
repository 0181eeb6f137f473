//! `add-check`: the whole table is read under a lock that nothing passes.

use crate::lint::{Remark, Rule, Subject};
use crate::{Action, Constraint, Engine};

pub(super) const RULE: Rule = Rule {
    name: "add-check",
    about: "a CHECK that is checked at once reads the whole table while nobody can use it",
    engines: &[Engine::Postgres],
    until_contract: false,
    check,
};

fn check(subject: &Subject) -> Option<Remark> {
    let (table, name) = subject.actions().find_map(|(table, action)| match action {
        Action::AddConstraint { name, kind: Constraint::Check, not_valid: false, .. } => Some((table.full(), name)),
        _ => None,
    })?;
    let name = name.as_deref().unwrap_or("NAME");
    Remark::error(
        format!("adding the CHECK to `{table}` reads the whole table while nobody can use it"),
        format!(
            "ALTER TABLE {table} ADD CONSTRAINT {name} CHECK (…) NOT VALID;\nCOMMIT;\nALTER TABLE {table} VALIDATE CONSTRAINT {name};"
        ),
    )
}

#[cfg(test)]
mod tests {
    use crate::Engine::Postgres;
    use crate::lint::check;

    #[test]
    fn it_is_added_first_and_validated_later() {
        check(Postgres, "alter table a add constraint k check (b > 0);", &["add-check"]);
        check(Postgres, "alter table a add constraint k check (b > 0) not valid;", &[]);
    }
}
