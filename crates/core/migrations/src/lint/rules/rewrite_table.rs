//! `rewrite-table`: the table is written anew while nobody can use it, or write to it.

use crate::lint::{Remark, Rule, Subject};
use crate::{Action, Definition, Engine};

pub(super) const RULE: Rule = Rule {
    name: "rewrite-table",
    about: "VACUUM FULL, CLUSTER, OPTIMIZE, SET LOGGED, ENGINE=, CONVERT TO and the like write the table anew under a lock",
    engines: &[Engine::Postgres, Engine::Mysql],
    until_contract: false,
    check,
};

fn check(subject: &Subject) -> Option<Remark> {
    let action = subject.actions().any(|(_, action)| match action {
        Action::Rewrite => true,
        Action::DropConstraint { name, .. } => subject.engine == Engine::Mysql && name == "PRIMARY",
        _ => false,
    });
    if !(action || subject.definition == Definition::Rewrite) || subject.is_bounded() {
        return None;
    }
    let hint = match subject.engine {
        Engine::Postgres => "do it in a maintenance window, or with `pg_repack`, which locks only for moments",
        Engine::Mysql | Engine::Sqlite => {
            "add `ALGORITHM=INPLACE, LOCK=NONE` and let the server refuse if it cannot; else `gh-ost`, or a maintenance window"
        }
    };
    Remark::error("this writes the table anew, and nobody can write to it meanwhile", hint)
}

#[cfg(test)]
mod tests {
    use crate::Engine::{Mysql, Postgres};
    use crate::lint::check;

    #[test]
    fn a_copy_of_the_table_is_written() {
        check(Postgres, "vacuum full a;", &["rewrite-table"]);
        check(Postgres, "vacuum (full, analyze) a;", &["rewrite-table"]);
        check(Postgres, "vacuum analyze a;", &[]);
        check(Postgres, "alter table a set unlogged;", &["rewrite-table"]);
        check(Mysql, "alter table a convert to character set utf8mb4;", &["rewrite-table"]);
    }
}
