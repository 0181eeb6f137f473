//! `reindex`: nobody writes to the table while its indexes are built anew.

use crate::lint::{Remark, Rule, Subject};
use crate::{Definition, Engine};

pub(super) const RULE: Rule = Rule {
    name: "reindex",
    about: "REINDEX without CONCURRENTLY locks the table against writes until it is done",
    engines: &[Engine::Postgres],
    until_contract: false,
    check,
};

fn check(subject: &Subject) -> Option<Remark> {
    match subject.definition {
        Definition::Reindex { concurrently: false } => Remark::error(
            "REINDEX locks the table against writes, and the index against reads, until it is done",
            "REINDEX INDEX CONCURRENTLY …; it is run outside of the transaction",
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::Engine::Postgres;
    use crate::lint::check;

    #[test]
    fn it_is_done_concurrently() {
        check(Postgres, "reindex table a;", &["reindex"]);
        check(Postgres, "reindex index concurrently i;", &[]);
    }
}
