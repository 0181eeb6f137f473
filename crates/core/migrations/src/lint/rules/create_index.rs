//! `create-index`: nobody writes to the table while its index is built.

use crate::lint::{Remark, Rule, Subject};
use crate::{Definition, Engine};

pub(super) const RULE: Rule = Rule {
    name: "create-index",
    about: "CREATE INDEX without CONCURRENTLY locks the table against writes until it is built",
    engines: &[Engine::Postgres],
    until_contract: false,
    check,
};

fn check(subject: &Subject) -> Option<Remark> {
    let Definition::CreateIndex(index) = &subject.definition else { return None };
    if index.concurrently || subject.is_new(&index.table) {
        return None;
    }
    let (table, unique) = (index.table.full(), if index.unique { "UNIQUE " } else { "" });
    let name = index.name.as_ref().map_or("NAME".to_owned(), |name| name.full());
    Remark::error(
        format!("building the index locks `{table}` against writes until it is done"),
        format!(
            "CREATE {unique}INDEX CONCURRENTLY {name} ON {table} (…); it is run outside of the transaction, and cleaned up if it fails"
        ),
    )
}

#[cfg(test)]
mod tests {
    use crate::Engine::{Mysql, Postgres};
    use crate::lint::check;

    #[test]
    fn it_is_built_concurrently() {
        check(Postgres, "create unique index i on a (b);", &["create-index"]);
        check(Postgres, "create index concurrently i on a (b);", &[]);
        check(Mysql, "create index i on a (b);", &[]);
    }
}
