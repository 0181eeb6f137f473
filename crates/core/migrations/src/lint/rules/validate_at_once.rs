//! `validate-at-once`: validating in the transaction that added the constraint keeps its lock all the while.

use crate::lint::subject::same;
use crate::lint::{Remark, Rule, Subject};
use crate::{Action, Definition, Engine};

pub(super) const RULE: Rule = Rule {
    name: "validate-at-once",
    about: "VALIDATE CONSTRAINT in the transaction that added the constraint holds its strong lock while rows are read",
    engines: &[Engine::Postgres],
    until_contract: false,
    check,
};

fn check(subject: &Subject) -> Option<Remark> {
    let (table, name) = subject.actions().find_map(|(table, action)| match action {
        Action::ValidateConstraint { name } => Some((table, name)),
        _ => None,
    })?;
    let adds = |action: &Action| matches!(action, Action::AddConstraint { name: Some(added), .. } if added == name);
    let added = |definition: Definition| match definition {
        Definition::AlterTable { table: other, actions, .. } => same(&other, table) && actions.iter().any(adds),
        _ => false,
    };
    if !subject.together_before().any(added) {
        return None;
    }
    Remark::error(
        format!(
            "`{name}` is validated in the transaction that added it, whose lock on `{}` is held while all rows are read",
            table.full()
        ),
        "write `COMMIT;` between the two: each part then is a transaction of its own",
    )
}

#[cfg(test)]
mod tests {
    use crate::Engine::Postgres;
    use crate::lint::check;

    #[test]
    fn a_commit_stands_between() {
        let (add, validate) =
            ("alter table a add constraint k check (b > 0) not valid;", "alter table a validate constraint k;");
        check(Postgres, &format!("{add}{validate}"), &["validate-at-once"]);
        check(Postgres, &format!("{add} commit; {validate}"), &[]);
    }
}
