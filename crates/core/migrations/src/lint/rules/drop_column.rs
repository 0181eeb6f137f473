//! `drop-column`: the values are gone, and the release that still runs names the column.

use crate::Action;
use crate::lint::{ALL, Remark, Rule, Subject};

pub(super) const RULE: Rule = Rule {
    name: "drop-column",
    about: "DROP COLUMN destroys values and breaks statements of the older release that name the column",
    engines: ALL,
    until_contract: true,
    check,
};

fn check(subject: &Subject) -> Option<Remark> {
    let (table, column) = subject.actions().find_map(|(table, action)| match action {
        Action::DropColumn { column, .. } => Some((table.full(), column)),
        _ => None,
    })?;
    Remark::error(
        format!(
            "dropping `{table}.{column}` destroys its values, and statements of the older release that name it fail"
        ),
        "expand and contract: first release code that neither reads nor writes it (ORMs name all columns); \
         drop it in a later migration that says `-- callsheet: phase contract`",
    )
}

#[cfg(test)]
mod tests {
    use crate::Engine::{Mysql, Postgres};
    use crate::lint::check;

    #[test]
    fn a_column_is_lost() {
        check(Postgres, "alter table a add b int, drop column c;", &["drop-column"]);
        check(Mysql, "alter table a drop c;", &["drop-column"]);
        check(Mysql, "alter table a drop index c, drop foreign key d, drop primary key;", &["rewrite-table"]);
    }
}
