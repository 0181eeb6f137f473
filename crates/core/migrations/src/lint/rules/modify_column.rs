//! `modify-column`: MySQL copies the table for most changes of a column's type, and nobody writes meanwhile.

use crate::lint::{Remark, Rule, Subject};
use crate::{Action, Engine};

pub(super) const RULE: Rule = Rule {
    name: "modify-column",
    about: "MODIFY and CHANGE usually copy the table, and writes wait meanwhile",
    engines: &[Engine::Mysql],
    until_contract: false,
    check,
};

fn check(subject: &Subject) -> Option<Remark> {
    let (table, column) = subject.actions().find_map(|(table, action)| match action {
        Action::ModifyColumn(column) => Some((table.full(), &column.column)),
        _ => None,
    })?;
    if subject.is_bounded() {
        return None;
    }
    Remark::warning(
        format!("a change of `{table}.{column}`'s type copies the table, and writes wait until it is done"),
        "let the server refuse rather than copy: add `, ALGORITHM=INPLACE, LOCK=NONE` (or `ALGORITHM=INSTANT`); if it refuses, add a \
         new column, fill it in batches, and change over in the code",
    )
}

#[cfg(test)]
mod tests {
    use crate::Engine::Mysql;
    use crate::lint::check;

    #[test]
    fn the_table_is_copied_unless_that_is_forbidden() {
        check(Mysql, "alter table a modify b bigint not null;", &["modify-column"]);
        check(Mysql, "alter table a modify b varchar(200), algorithm=inplace, lock=none;", &[]);
    }
}
