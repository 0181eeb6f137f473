//! What a migration would do to a live database: destroy, rewrite, lock, or break the release that still runs.
//!
//! One file for each rule in `rules/`; each says the safe form. A file that belongs to the *contract* phase, when no instance of the older release
//! is left, says so (`-- callsheet: phase contract`); a finding that was weighed is allowed above its statement
//! (`-- callsheet: allow drop-column, nothing reads it since 2.3`).

mod marks;
mod rules;
mod subject;

use std::ops::Range;

use crate::{Engine, Finding, Migration, Script, Severity};

pub use rules::RULES;
pub use subject::Subject;

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// Its stable name.
    pub name: &'static str,
    /// What it is about, one sentence.
    pub about: &'static str,
    /// The engines it knows.
    pub engines: &'static [Engine],
    /// Whether it is about what the older release would stumble over, so that the contract phase is free of it.
    pub until_contract: bool,
    /// Looks at one statement.
    pub check: fn(&Subject) -> Option<Remark>,
}

/// What a rule has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// How much it matters.
    pub severity: Severity,
    /// What would happen, one sentence.
    pub what: String,
    /// The safe form.
    pub hint: String,
}

impl Remark {
    /// It will hurt.
    pub fn error(what: impl Into<String>, hint: impl Into<String>) -> Option<Remark> {
        Some(Remark { severity: Severity::Error, what: what.into(), hint: hint.into() })
    }

    /// It may hurt.
    pub fn warning(what: impl Into<String>, hint: impl Into<String>) -> Option<Remark> {
        Some(Remark { severity: Severity::Warning, what: what.into(), hint: hint.into() })
    }
}

/// Every engine.
pub(crate) const ALL: &[Engine] = &[Engine::Postgres, Engine::Mysql, Engine::Sqlite];

/// What the way up of `migration` would do. Its way down is not judged: it is gone only when something went wrong.
pub fn lint(migration: &Migration, engine: Engine) -> Vec<Finding> {
    lint_script(&migration.up, engine)
}

fn lint_script(script: &Script, engine: Engine) -> Vec<Finding> {
    let Ok(statements) = script.statements(engine) else { return Vec::new() };
    let marks = marks::Marks::read(script);
    let segments: Vec<Range<usize>> =
        script.segments(&statements, engine).into_iter().map(|segment| segment.statements).collect();
    let mut found = marks.unknown(&script.file);
    let mut after_line = 0;
    for (at, statement) in statements.iter().enumerate() {
        let subject = Subject::new(&statements, at, &segments, engine);
        let allowed = marks.allowed(after_line, statement.last_line);
        after_line = statement.last_line;
        for rule in RULES.iter().filter(|rule| rule.engines.contains(&engine)) {
            if allowed.contains(&rule.name) || (rule.until_contract && marks.contract) {
                continue;
            }
            if let Some(Remark { severity, what, hint }) = (rule.check)(&subject) {
                let (file, line) = (script.file.clone(), statement.line);
                found.push(Finding { severity, rule: rule.name, file, line, what, hint });
            }
        }
    }
    found
}

/// The names of the rules that a script offends: for their tests.
#[cfg(test)]
pub(crate) fn check(engine: Engine, sql: &str, expected: &[&str]) {
    let script = Script { file: "m.sql".to_owned(), line: 1, text: sql.to_owned(), apart: false };
    let found: Vec<_> = lint_script(&script, engine).into_iter().map(|finding| finding.rule).collect();
    assert_eq!(found, expected, "{sql}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_table_may_be_done_anything_to() {
        let sql = "create table a (id int); create index on a (id); alter table a add b int not null; alter table a rename b to c;";
        check(Engine::Postgres, sql, &[]);
    }

    #[test]
    fn what_was_weighed_is_allowed() {
        check(
            Engine::Postgres,
            "-- callsheet: allow drop-column, nobody reads it\nalter table a drop b;\nalter table a drop c;",
            &["drop-column"],
        );
        check(Engine::Postgres, "-- callsheet: phase contract\nalter table a drop b;", &[]);
        check(Engine::Postgres, "-- callsheet: allow drop-colum\nselect 1;", &["unknown-mark"]);
        check(Engine::Sqlite, "alter table a drop b; -- callsheet: allow drop-column\n", &[]);
    }

    #[test]
    fn rules_have_names_of_their_own() {
        let mut names: Vec<_> = RULES.iter().map(|rule| rule.name).collect();
        let sorted = {
            let mut sorted = names.clone();
            sorted.sort_unstable();
            sorted.dedup();
            sorted
        };
        assert_eq!(names.len(), sorted.len());
        names.retain(|name| name.contains(' ') || name.chars().any(|c| c.is_ascii_uppercase()));
        assert!(names.is_empty(), "{names:?}");
    }
}
