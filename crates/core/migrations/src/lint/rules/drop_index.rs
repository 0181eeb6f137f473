//! `drop-index`: waits for everybody on the table, and everybody else waits for it.

use crate::lint::{Remark, Rule, Subject};
use crate::{Definition, Engine, Name};

pub(super) const RULE: Rule = Rule {
    name: "drop-index",
    about: "DROP INDEX without CONCURRENTLY waits for every reader of the table while all others wait behind it",
    engines: &[Engine::Postgres],
    until_contract: false,
    check,
};

fn check(subject: &Subject) -> Option<Remark> {
    let Definition::DropIndex { names, concurrently: false, .. } = &subject.definition else { return None };
    let name = names.first().map(Name::full)?;
    Remark::warning(
        format!("dropping `{name}` needs a lock that every reader of its table waits behind"),
        format!("DROP INDEX CONCURRENTLY {name};"),
    )
}

#[cfg(test)]
mod tests {
    use crate::Engine::Postgres;
    use crate::lint::check;

    #[test]
    fn it_is_dropped_concurrently() {
        check(Postgres, "drop index if exists i;", &["drop-index"]);
        check(Postgres, "drop index concurrently i;", &[]);
    }
}
