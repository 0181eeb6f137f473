//! Which statements of a script are committed together, and which cannot stand in a transaction.

use std::ops::Range;

use crate::sql::Statement;
use crate::{Control, Definition, Engine};

/// How statements stand to transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// In one transaction, together with the progress that is recorded of them.
    Together,
    /// In none: an intent is recorded before, the outcome after.
    Alone,
    /// A setting of the session, outside of any transaction: nothing is recorded, and whoever resumes the script sets it again.
    Session,
}

/// Statements that are run in one way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// How.
    pub standing: Standing,
    /// Which: indexes of the script's statements. `Alone` and `Session` have one.
    pub statements: Range<usize>,
}

/// The script's segments, in order. With `apart` each statement has a transaction of its own. BEGIN and COMMIT of the script only say where segments
/// end: they are in none.
pub fn segments(statements: &[Statement], engine: Engine, apart: bool) -> Vec<Segment> {
    let mut found: Vec<Segment> = Vec::new();
    let mut closed = true;
    for (at, statement) in statements.iter().enumerate() {
        let definition = Definition::read(&statement.text, engine);
        if let Definition::Control(Control::Begin | Control::Commit | Control::Rollback) = definition {
            closed = true;
            continue;
        }
        let standing = standing(&definition, statement, engine);
        match found.last_mut() {
            Some(last) if standing == Standing::Together && last.standing == Standing::Together && !closed => {
                last.statements.end = at + 1;
            }
            _ => found.push(Segment { standing, statements: at..at + 1 }),
        }
        // A new value of a type can be used only after the commit.
        closed = apart || matches!(definition, Definition::AddEnumValue { .. });
    }
    found
}

/// Whether the statement only sets something for the rest of the session.
pub fn is_session(statement: &Statement, engine: Engine) -> bool {
    Definition::read(&statement.text, engine) == Definition::Session
}

fn standing(definition: &Definition, statement: &Statement, engine: Engine) -> Standing {
    match engine {
        Engine::Postgres => postgres(definition, statement),
        Engine::Mysql => mysql(definition),
        Engine::Sqlite => match definition {
            Definition::Session => Standing::Session,
            Definition::Upkeep | Definition::Rewrite if starts(statement, "VACUUM") => Standing::Alone,
            _ => Standing::Together,
        },
    }
}

fn postgres(definition: &Definition, statement: &Statement) -> Standing {
    let alone = match definition {
        Definition::CreateIndex(index) => index.concurrently,
        Definition::DropIndex { concurrently, .. } | Definition::Reindex { concurrently } => *concurrently,
        Definition::Upkeep | Definition::Rewrite => starts(statement, "VACUUM"),
        Definition::CreateOther { kind, .. } | Definition::DropOther { kind, .. } => {
            matches!(kind.as_str(), "DATABASE" | "TABLESPACE" | "SUBSCRIPTION")
        }
        Definition::AlterTable { .. } => {
            let text = statement.text.to_ascii_uppercase();
            text.contains("DETACH PARTITION") && (text.contains("CONCURRENTLY") || text.contains("FINALIZE"))
        }
        Definition::Other => statement.text.to_ascii_uppercase().starts_with("ALTER SYSTEM"),
        _ => false,
    };
    if alone { Standing::Alone } else { Standing::Together }
}

/// Definitions commit what was before them, and themselves.
fn mysql(definition: &Definition) -> Standing {
    match definition {
        Definition::Insert | Definition::Change { .. } | Definition::Control(_) => Standing::Together,
        Definition::CreateTable { temporary: true, .. } | Definition::Session | Definition::Lock => Standing::Session,
        _ => Standing::Alone,
    }
}

fn starts(statement: &Statement, word: &str) -> bool {
    statement.text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::statements;

    fn check(engine: Engine, script: &str, expected: &[(Standing, Range<usize>)]) {
        let statements = statements(script, engine).unwrap();
        let found: Vec<_> = segments(&statements, engine, false)
            .into_iter()
            .map(|segment| (segment.standing, segment.statements))
            .collect();
        assert_eq!(found, expected, "{script}");
    }

    #[test]
    fn what_can_be_together_is() {
        use Standing::{Alone, Session, Together};
        check(
            Engine::Postgres,
            "set search_path = a; create table b(); create index concurrently c on b(d); insert into b values (1); vacuum b",
            &[(Together, 0..2), (Alone, 2..3), (Together, 3..4), (Alone, 4..5)],
        );
        check(
            Engine::Postgres,
            "begin; create table a(); commit; create table b(); alter type t add value 'x'; create table c()",
            &[(Together, 1..2), (Together, 3..5), (Together, 5..6)],
        );
        check(
            Engine::Mysql,
            "set names utf8mb4; create table a (b int); insert into a values (1); update a set b = 2; alter table a add c int",
            &[(Session, 0..1), (Alone, 1..2), (Together, 2..4), (Alone, 4..5)],
        );
        check(
            Engine::Sqlite,
            "pragma foreign_keys = off; create table n (a); drop table o; alter table n rename to o; pragma foreign_keys = on; vacuum",
            &[(Session, 0..1), (Together, 1..4), (Session, 4..5), (Alone, 5..6)],
        );
    }

    #[test]
    fn apart_means_one_by_one() {
        let statements = statements("create table a(); create table b()", Engine::Postgres).unwrap();
        assert_eq!(segments(&statements, Engine::Postgres, true).len(), 2);
    }
}
