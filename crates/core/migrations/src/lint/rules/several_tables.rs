//! `several-tables`: a transaction that locks one table after the other can deadlock with those who come the other way.

use crate::lint::subject::same;
use crate::lint::{Remark, Rule, Subject};
use crate::{Definition, Engine, Name};

pub(super) const RULE: Rule = Rule {
    name: "several-tables",
    about: "one transaction that changes several tables holds the first one's lock while it waits for the next",
    engines: &[Engine::Postgres],
    until_contract: false,
    check,
};

fn check(subject: &Subject) -> Option<Remark> {
    let table = changed(&subject.definition).filter(|table| !subject.is_new(table))?;
    let held: Vec<Name> = subject.together_before().filter_map(|definition| changed(&definition).cloned()).collect();
    let first = held.iter().find(|held| !same(held, table) && !subject.is_new(held))?;
    // Told once for each transaction: at the second table.
    let others = held.iter().filter(|held| !same(held, first) && !subject.is_new(held)).count();
    if others > 0 {
        return None;
    }
    Remark::warning(
        format!(
            "the lock on `{}` is held while this one waits for `{}`, and users of both wait",
            first.full(),
            table.full()
        ),
        "write `COMMIT;` between the two, or a migration for each table",
    )
}

fn changed(definition: &Definition) -> Option<&Name> {
    match definition {
        Definition::AlterTable { table, .. } => Some(table),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::Engine::Postgres;
    use crate::lint::check;

    #[test]
    fn one_lock_at_a_time() {
        check(
            Postgres,
            "alter table a add x int; alter table b add x int; alter table c add x int;",
            &["several-tables"],
        );
        check(Postgres, "alter table a add x int; commit; alter table b add x int;", &[]);
        check(Postgres, "create table a (); alter table a add x int; alter table b add x int;", &[]);
    }
}
