//! `rebuild-with-foreign-keys`: SQLite deletes what refers to a table that is dropped, unless foreign keys are off.

use crate::lint::{Remark, Rule, Subject};
use crate::{Definition, Engine};

pub(super) const RULE: Rule = Rule {
    name: "rebuild-with-foreign-keys",
    about: "a table rebuilt with foreign keys on loses the rows that refer to it (ON DELETE CASCADE), or the rebuild fails",
    engines: &[Engine::Sqlite],
    until_contract: false,
    check,
};

fn check(subject: &Subject) -> Option<Remark> {
    let Definition::DropTable { tables, .. } = &subject.definition else { return None };
    let table = tables.first().filter(|table| subject.is_rebuilt(table))?;
    let off = |text: String| {
        text.starts_with("pragma") && text.contains("foreign_keys") && (text.contains("off") || text.contains('0'))
    };
    if subject.texts_before().any(off) {
        return None;
    }
    Remark::error(
        format!(
            "`{}` is dropped and made anew with foreign keys on: rows that refer to it are deleted with it",
            table.full()
        ),
        "PRAGMA foreign_keys = off; as the script's first statement, and PRAGMA foreign_keys = on; as its last",
    )
}

#[cfg(test)]
mod tests {
    use crate::Engine::Sqlite;
    use crate::lint::check;

    #[test]
    fn foreign_keys_are_off_meanwhile() {
        let rebuild = "create table n (x); insert into n select x from a; drop table a; alter table n rename to a;";
        check(Sqlite, rebuild, &["rebuild-with-foreign-keys"]);
        check(Sqlite, &format!("pragma foreign_keys = off; {rebuild}"), &[]);
    }
}
