//! Migrations and their scripts.

use crate::sql::{self, Statement};
use crate::{Definition, Engine, Finding, Layout, Revision, Segment, checksum, segments};

/// A script of a migration file: the whole of it, or a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// The file, as the user named its folder.
    pub file: String,
    /// The line in it on which the script begins, from 1.
    pub line: u32,
    /// The SQL.
    pub text: String,
    /// Each statement has a transaction of its own: the file says so, in its layout's words.
    pub apart: bool,
}

/// A migration: a revision with its way up, and its way down if it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    /// Its revision.
    pub revision: Revision,
    /// The rest of the file's name.
    pub name: String,
    /// How to get there.
    pub up: Script,
    /// How to get back.
    pub down: Option<Script>,
}

/// The migrations of a folder, by revision, and what is wrong with them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Set {
    /// How the files are named; `None` if there is none.
    pub layout: Option<Layout>,
    /// In the order of their revisions.
    pub migrations: Vec<Migration>,
    /// What is wrong with them.
    pub findings: Vec<Finding>,
}

/// What a migration says of the releases beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Phase {
    /// It takes something away: it is for the time when nobody needs that any more.
    pub contract: bool,
    /// The oldest release that does without what it takes away.
    pub oldest: Option<String>,
}

// === impl Migration ===

impl Migration {
    /// What its way up says of itself; what says nothing only adds.
    pub fn phase(&self) -> Phase {
        let mut phase = Phase::default();
        for line in self.up.text.lines() {
            let Some((_, said)) = line.split_once("-- callsheet:") else { continue };
            let mut words = said.split_whitespace();
            match (words.next(), words.next()) {
                (Some("phase"), Some("contract")) => phase.contract = true,
                (Some("oldest"), Some(version)) => phase.oldest = Some(version.to_owned()),
                _ => {}
            }
        }
        phase
    }
}

// === impl Script ===

impl Script {
    /// Its statements, with lines of the file.
    pub fn statements(&self, engine: Engine) -> Result<Vec<Statement>, Finding> {
        let mut statements = sql::statements(&self.text, engine).map_err(|fault| {
            Finding::error("unreadable-sql", &self.file, self.line - 1 + fault.line, fault.what, fault.hint)
        })?;
        for statement in &mut statements {
            statement.line += self.line - 1;
            statement.last_line += self.line - 1;
        }
        Ok(statements)
    }

    /// How its statements are committed.
    pub fn segments(&self, statements: &[Statement], engine: Engine) -> Vec<Segment> {
        segments(statements, engine, self.apart)
    }

    /// The checksum by which a change of it is noticed.
    pub fn checksum(&self) -> String {
        checksum(&self.text)
    }

    /// What data it destroys, each with its line; statements that cannot be read destroy nothing, since they are not run.
    pub fn destroys(&self, engine: Engine) -> Vec<(u32, String)> {
        let statements = self.statements(engine).unwrap_or_default();
        let destroyed = |statement: &Statement| {
            Definition::read(&statement.text, engine).destroys().map(|what| (statement.line, what))
        };
        statements.iter().filter_map(destroyed).collect()
    }
}

// === impl Set ===

impl Set {
    /// The migration of that revision.
    pub fn find(&self, revision: &Revision) -> Option<&Migration> {
        let at = self.migrations.binary_search_by(|migration| migration.revision.cmp(revision));
        at.ok().map(|at| &self.migrations[at])
    }

    /// The newest revision.
    pub fn newest(&self) -> Option<&Revision> {
        self.migrations.last().map(|migration| &migration.revision)
    }
}
