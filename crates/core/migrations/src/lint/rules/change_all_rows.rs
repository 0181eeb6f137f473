//! `change-all-rows`: one statement over all rows holds their locks until it is committed.

use crate::Definition;
use crate::lint::{ALL, Remark, Rule, Subject};

pub(super) const RULE: Rule = Rule {
    name: "change-all-rows",
    about: "UPDATE or DELETE without WHERE holds the locks of all rows until the migration is committed",
    engines: ALL,
    until_contract: false,
    check,
};

fn check(subject: &Subject) -> Option<Remark> {
    let Definition::Change { table, chosen: false, .. } = &subject.definition else { return None };
    if subject.is_new(table) {
        return None;
    }
    let table = table.full();
    Remark::warning(
        format!("one statement changes all rows of `{table}`, whose writers wait until it is committed"),
        "fill in batches of a few thousand rows by key, each its own transaction, outside of the migration; \
         or say which rows need it (`WHERE … IS NULL`)",
    )
}

#[cfg(test)]
mod tests {
    use crate::Engine::Postgres;
    use crate::lint::check;

    #[test]
    fn all_rows_are_locked() {
        check(Postgres, "update a set b = 1;", &["change-all-rows"]);
        check(Postgres, "update a set b = 1 where b is null;", &[]);
        check(Postgres, "create table a (); update a set b = 1;", &[]);
    }
}
