//! `add-foreign-key`: both tables are locked against writes while every row is looked up.

use crate::lint::{Remark, Rule, Subject};
use crate::{Action, Constraint, Engine};

pub(super) const RULE: Rule = Rule {
    name: "add-foreign-key",
    about: "a foreign key that is checked at once locks both tables against writes meanwhile",
    engines: &[Engine::Postgres, Engine::Mysql],
    until_contract: false,
    check,
};

fn check(subject: &Subject) -> Option<Remark> {
    let (table, name) = subject.actions().find_map(|(table, action)| match action {
        Action::AddConstraint { name, kind: Constraint::ForeignKey, not_valid: false, .. } => {
            Some((table.full(), name))
        }
        _ => None,
    })?;
    let name = name.as_deref().unwrap_or("NAME");
    if subject.engine == Engine::Postgres {
        return Remark::error(
            format!(
                "adding the foreign key to `{table}` locks both tables against writes until every row was looked up"
            ),
            format!(
                "ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (…) REFERENCES … NOT VALID;\nCOMMIT;\nALTER TABLE {table} VALIDATE CONSTRAINT {name};"
            ),
        );
    }
    let unchecked = |text: String| {
        text.contains("foreign_key_checks") && (text.contains("= 0") || text.contains("=0") || text.contains("off"))
    };
    if subject.is_bounded() || subject.texts_before().any(unchecked) {
        return None;
    }
    Remark::warning(
        format!("adding the foreign key copies `{table}`, and writes wait until it is done"),
        "check the rows by a query first; then `SET foreign_key_checks = 0;` before it, which lets the server add it in place, and \
         `SET foreign_key_checks = 1;` after it",
    )
}

#[cfg(test)]
mod tests {
    use crate::Engine::{Mysql, Postgres};
    use crate::lint::check;

    #[test]
    fn rows_are_looked_up_under_a_lock() {
        let key = "alter table a add constraint k foreign key (b) references c (d)";
        check(Postgres, &format!("{key};"), &["add-foreign-key"]);
        check(Postgres, &format!("{key} not valid;"), &[]);
        check(Mysql, &format!("{key};"), &["add-foreign-key"]);
        check(Mysql, &format!("set foreign_key_checks = 0; {key};"), &[]);
    }
}
