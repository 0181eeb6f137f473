//! `rename-table`: the older release asks for a table that is not there.

use crate::lint::subject::same;
use crate::lint::{ALL, Remark, Rule, Subject};
use crate::{Action, Definition, Name};

pub(super) const RULE: Rule = Rule {
    name: "rename-table",
    about: "a renamed table breaks every statement of the older release that names it",
    engines: ALL,
    until_contract: true,
    check,
};

fn check(subject: &Subject) -> Option<Remark> {
    let (from, to) = renamed(subject)?;
    // The name is taken by what was made for it.
    let replaced = |definition: &Definition| matches!(definition, Definition::DropTable { tables, .. } if tables.iter().any(|table| same(table, &to)));
    if subject.is_new(&from) || subject.before().any(|definition| replaced(&definition)) {
        return None;
    }
    let (from, to) = (from.full(), to.full());
    Remark::error(
        format!("renaming the table `{from}` breaks the older release, which goes on asking for it"),
        format!(
            "leave a view of the old name in the same migration (`CREATE VIEW {from} AS SELECT * FROM {to}`), which takes writes where the \
                 engine lets it; drop it in the contract phase. Or let the name be"
        ),
    )
}

fn renamed(subject: &Subject) -> Option<(Name, Name)> {
    match &subject.definition {
        Definition::RenameTables(pairs) => pairs.first().cloned(),
        Definition::AlterTable { table, actions, .. } => actions.iter().find_map(|action| match action {
            Action::RenameTable { to } => Some((table.clone(), to.clone())),
            _ => None,
        }),
        _ => None,
    }
    .filter(|(from, _)| {
        let viewed = |definition: Definition| matches!(definition, Definition::CreateOther { kind, name, .. } if kind == "VIEW" && same(&name, from));
        !subject.after().any(viewed)
    })
}

#[cfg(test)]
mod tests {
    use crate::Engine::{Mysql, Postgres};
    use crate::lint::check;

    #[test]
    fn a_name_is_gone_unless_a_view_keeps_it() {
        check(Postgres, "alter table a rename to b;", &["rename-table"]);
        check(Postgres, "alter table a rename to b; create view a as select * from b;", &[]);
        check(Mysql, "rename table a to b;", &["rename-table"]);
    }
}
