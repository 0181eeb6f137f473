//! `rename-column`: either the older or the newer release names a column that is not there.

use crate::Action;
use crate::lint::{ALL, Remark, Rule, Subject};

pub(super) const RULE: Rule = Rule {
    name: "rename-column",
    about: "a renamed column breaks every statement of the older release that names it",
    engines: ALL,
    until_contract: true,
    check,
};

fn check(subject: &Subject) -> Option<Remark> {
    let (table, from, to) = subject.actions().find_map(|(table, action)| match action {
        Action::RenameColumn { from, to } => Some((table.full(), from, to)),
        _ => None,
    })?;
    Remark::error(
        format!("renaming `{table}.{from}` breaks the older release, which goes on asking for `{from}`"),
        format!(
            "expand: add `{to}` beside it, write both, fill `{to}` in batches; then release code that reads `{to}`; \
             contract: drop `{from}`. Or let the name be and rename it in the code"
        ),
    )
}

#[cfg(test)]
mod tests {
    use crate::Engine::{Mysql, Postgres, Sqlite};
    use crate::lint::check;

    #[test]
    fn a_name_is_gone() {
        check(Postgres, "alter table a rename b to c;", &["rename-column"]);
        check(Sqlite, "alter table a rename column b to c;", &["rename-column"]);
        check(Mysql, "alter table a change b c int;", &["rename-column"]);
        check(Postgres, "alter table a rename constraint b to c;", &[]);
    }
}
