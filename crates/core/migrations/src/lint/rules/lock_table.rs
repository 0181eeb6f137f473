//! `lock-table`: everybody waits until the migration is committed.

use crate::lint::{Remark, Rule, Subject};
use crate::{Definition, Engine};

pub(super) const RULE: Rule = Rule {
    name: "lock-table",
    about: "LOCK TABLE makes everybody wait until the migration is committed",
    engines: &[Engine::Postgres],
    until_contract: false,
    check,
};

fn check(subject: &Subject) -> Option<Remark> {
    if subject.definition != Definition::Lock {
        return None;
    }
    Remark::warning(
        "LOCK TABLE makes everybody who uses the table wait until the migration is committed",
        "leave it out: each definition takes the lock that it needs, for as short as it can",
    )
}

#[cfg(test)]
mod tests {
    use crate::Engine::Postgres;
    use crate::lint::check;

    #[test]
    fn a_lock_by_hand_is_told() {
        check(Postgres, "lock table a in access exclusive mode;", &["lock-table"]);
    }
}
