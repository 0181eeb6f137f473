//! A statement as rules see it: what it defines, and what the script did before and does after.

use std::ops::Range;

use crate::sql::Statement;
use crate::{Action, Definition, Engine, Name};

/// A statement with its surroundings.
#[derive(Debug)]
pub struct Subject<'a> {
    /// What it defines.
    pub definition: Definition,
    /// The engine.
    pub engine: Engine,
    statements: &'a [Statement],
    at: usize,
    segments: &'a [Range<usize>],
}

impl<'a> Subject<'a> {
    pub(super) fn new(
        statements: &'a [Statement],
        at: usize,
        segments: &'a [Range<usize>],
        engine: Engine,
    ) -> Subject<'a> {
        let definition = Definition::read(&statements[at].text, engine);
        Subject { definition, engine, statements, at, segments }
    }

    /// The table and each action of an ALTER TABLE of a table that was there before this script.
    pub fn actions(&self) -> impl Iterator<Item = (&Name, &Action)> {
        let found = match &self.definition {
            Definition::AlterTable { table, actions, .. } if !self.is_new(table) => Some((table, actions)),
            _ => None,
        };
        found.into_iter().flat_map(|(table, actions)| actions.iter().map(move |action| (table, action)))
    }

    /// Whether the script made the table itself, so that nobody has it yet.
    pub fn is_new(&self, table: &Name) -> bool {
        self.before().any(|definition| match definition {
            Definition::CreateTable { table: made, .. } => same(&made, table),
            Definition::CreateOther { kind, name, .. } => kind == "MATERIALIZED VIEW" && same(&name, table),
            _ => false,
        })
    }

    /// What the script does before this statement.
    pub fn before(&self) -> impl Iterator<Item = Definition> + '_ {
        self.statements[..self.at].iter().map(|statement| Definition::read(&statement.text, self.engine))
    }

    /// What it does after it.
    pub fn after(&self) -> impl Iterator<Item = Definition> + '_ {
        self.statements[self.at + 1..].iter().map(|statement| Definition::read(&statement.text, self.engine))
    }

    /// What stands before it in its own transaction.
    pub fn together_before(&self) -> impl Iterator<Item = Definition> + '_ {
        let segment =
            self.segments.iter().find(|segment| segment.contains(&self.at)).cloned().unwrap_or(self.at..self.at);
        self.statements[segment.start..self.at].iter().map(|statement| Definition::read(&statement.text, self.engine))
    }

    /// The texts before it, in lower case.
    pub fn texts_before(&self) -> impl Iterator<Item = String> + '_ {
        self.statements[..self.at].iter().map(|statement| statement.text.to_lowercase())
    }

    /// SQLite's way to change a table: another one is made, filled, and takes its name.
    pub fn is_rebuilt(&self, table: &Name) -> bool {
        let takes_its_name = |definition: Definition| match definition {
            Definition::AlterTable { actions, .. } => {
                actions.iter().any(|action| matches!(action, Action::RenameTable { to } if same(to, table)))
            }
            _ => false,
        };
        self.before().any(takes_its_name) || self.after().any(takes_its_name)
    }

    /// MySQL: the statement forbids itself to copy the table, so the server refuses it rather than do so.
    pub fn is_bounded(&self) -> bool {
        match &self.definition {
            Definition::AlterTable { options, .. } => options.iter().any(|option| {
                ["ALGORITHM=INSTANT", "ALGORITHM=INPLACE", "ALGORITHM=NOCOPY", "LOCK=NONE"].contains(&option.as_str())
            }),
            _ => false,
        }
    }
}

/// Whether two names mean the same thing; a schema that is not written may be any.
pub fn same(a: &Name, b: &Name) -> bool {
    let schemas = match (&a.schema, &b.schema) {
        (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
        _ => true,
    };
    schemas && a.name.eq_ignore_ascii_case(&b.name)
}
