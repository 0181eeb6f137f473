//! `drop-table`: the rows are gone, and the release that still runs asks for them.

use crate::lint::{ALL, Remark, Rule, Subject};
use crate::{Definition, Name};

pub(super) const RULE: Rule = Rule {
    name: "drop-table",
    about: "DROP TABLE destroys rows that the older release still asks for",
    engines: ALL,
    until_contract: true,
    check,
};

fn check(subject: &Subject) -> Option<Remark> {
    let Definition::DropTable { tables, .. } = &subject.definition else { return None };
    let lost = tables.iter().find(|table| !subject.is_new(table) && !subject.is_rebuilt(table)).map(Name::full)?;
    Remark::error(
        format!("dropping `{lost}` destroys its rows, and every request of the older release that asks for it fails"),
        "expand and contract: first release the code that does without it; drop it in a later migration that says \
         `-- callsheet: phase contract`, with a backup of the table at hand",
    )
}

#[cfg(test)]
mod tests {
    use crate::Engine::{Postgres, Sqlite};
    use crate::lint::check;

    #[test]
    fn a_table_that_was_there_is_lost() {
        check(Postgres, "drop table if exists a;", &["drop-table"]);
        check(Postgres, "create table a (); drop table a;", &[]);
        check(Sqlite, "pragma foreign_keys=off; create table n (x); drop table a; alter table n rename to a;", &[]);
    }
}
