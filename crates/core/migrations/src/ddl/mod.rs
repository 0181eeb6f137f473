//! What a statement defines, as far as its leading words say it.

mod alter;
mod create;
mod drop;

use serde::Serialize;

use crate::Engine;
use crate::sql::Reader;

pub use alter::{Action, ColumnDefinition, Constraint};
pub use create::Index;

/// A name, with its schema if one is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Name {
    /// The part before the dot.
    pub schema: Option<String>,
    /// The name itself, without quotes.
    pub name: String,
}

/// Words that begin and end transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// BEGIN, START TRANSACTION.
    Begin,
    /// COMMIT, END.
    Commit,
    /// ROLLBACK.
    Rollback,
    /// SAVEPOINT, RELEASE, ROLLBACK TO: within a transaction.
    Savepoint,
}

/// A statement, told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Definition {
    /// CREATE TABLE.
    CreateTable {
        /// The table.
        table: Name,
        /// IF NOT EXISTS.
        lenient: bool,
        /// TEMPORARY.
        temporary: bool,
    },
    /// ALTER TABLE with its actions, or one of its short forms.
    AlterTable {
        /// The table.
        table: Name,
        /// In order.
        actions: Vec<Action>,
        /// MySQL's ALGORITHM= and LOCK=, upper case.
        options: Vec<String>,
    },
    /// DROP TABLE.
    DropTable {
        /// The tables.
        tables: Vec<Name>,
        /// IF EXISTS.
        lenient: bool,
    },
    /// CREATE INDEX.
    CreateIndex(Index),
    /// DROP INDEX.
    DropIndex {
        /// The indexes.
        names: Vec<Name>,
        /// MySQL's ON.
        table: Option<Name>,
        /// PostgreSQL's CONCURRENTLY.
        concurrently: bool,
        /// IF EXISTS.
        lenient: bool,
    },
    /// REINDEX … CONCURRENTLY or not.
    Reindex {
        /// PostgreSQL's CONCURRENTLY.
        concurrently: bool,
    },
    /// CREATE of a view, trigger, routine, sequence, type, schema and the like.
    CreateOther {
        /// `VIEW`, `TRIGGER`, …
        kind: String,
        /// Its name.
        name: Name,
        /// IF NOT EXISTS or OR REPLACE.
        lenient: bool,
    },
    /// DROP of one of those.
    DropOther {
        /// `VIEW`, `DATABASE`, …
        kind: String,
        /// Its name.
        name: Name,
        /// IF EXISTS.
        lenient: bool,
    },
    /// MySQL's RENAME TABLE: pairs of old and new.
    RenameTables(Vec<(Name, Name)>),
    /// ALTER TYPE … ADD VALUE.
    AddEnumValue {
        /// The type.
        kind: Name,
        /// The value, quotes included.
        value: String,
        /// IF NOT EXISTS.
        lenient: bool,
    },
    /// ALTER TYPE … RENAME VALUE or attributes.
    AlterType {
        /// The type.
        kind: Name,
    },
    /// TRUNCATE.
    Truncate(Name),
    /// UPDATE or DELETE.
    Change {
        /// DELETE rather than UPDATE.
        delete: bool,
        /// The table.
        table: Name,
        /// It says which rows.
        chosen: bool,
    },
    /// INSERT, REPLACE, MERGE.
    Insert,
    /// VACUUM FULL, CLUSTER, OPTIMIZE TABLE: rewrites under a lock.
    Rewrite,
    /// VACUUM, ANALYZE and other upkeep.
    Upkeep,
    /// LOCK TABLE.
    Lock,
    /// SET, PRAGMA, USE: for the rest of the session.
    Session,
    /// Of transactions.
    Control(Control),
    /// Anything else.
    Other,
}

// === impl Name ===

impl Name {
    /// As written, without quotes.
    pub fn full(&self) -> String {
        match &self.schema {
            Some(schema) => format!("{schema}.{}", self.name),
            None => self.name.clone(),
        }
    }
}

// === impl Definition ===

impl Definition {
    /// Reads a statement; what is not known is [`Definition::Other`].
    pub fn read(statement: &str, engine: Engine) -> Definition {
        let mut reader = Reader::new(statement, engine);
        let read = match reader.next_token().map(|token| token.text.to_ascii_uppercase()).as_deref() {
            Some("CREATE") => create::create(&mut reader, engine),
            Some("ALTER") => alter::alter(&mut reader, engine),
            Some("DROP") => drop::drop(&mut reader, engine),
            Some("RENAME") => drop::rename(&mut reader),
            Some("TRUNCATE") => drop::truncate(&mut reader),
            Some("UPDATE") => changed(&mut reader, false),
            Some("DELETE") => changed(&mut reader, true),
            Some("WITH") => with(&mut reader),
            Some("INSERT" | "REPLACE" | "MERGE") => Some(Definition::Insert),
            Some("REINDEX") => Some(Definition::Reindex { concurrently: reader.ahead("CONCURRENTLY", false) }),
            Some("VACUUM") => Some(upkeep(
                reader.ahead("FULL", false)
                    || reader.peek().is_some_and(|next| next.is_symbol("(")) && holds(&reader, "FULL"),
            )),
            Some("CLUSTER" | "OPTIMIZE") => Some(Definition::Rewrite),
            Some("ANALYZE" | "CHECKPOINT" | "FLUSH" | "REPAIR") => Some(Definition::Upkeep),
            Some("LOCK") => Some(Definition::Lock),
            Some("SET" | "RESET" | "PRAGMA" | "USE" | "ATTACH" | "DETACH" | "UNLOCK") => Some(Definition::Session),
            Some("BEGIN" | "START") => Some(Definition::Control(Control::Begin)),
            Some("COMMIT" | "END") => Some(Definition::Control(Control::Commit)),
            Some("ROLLBACK" | "ABORT") if reader.ahead("TO", false) => Some(Definition::Control(Control::Savepoint)),
            Some("ROLLBACK" | "ABORT") => Some(Definition::Control(Control::Rollback)),
            Some("SAVEPOINT" | "RELEASE") => Some(Definition::Control(Control::Savepoint)),
            _ => None,
        };
        read.unwrap_or(Definition::Other)
    }

    /// Whether data is gone afterwards, in words; `None` if none is.
    pub fn destroys(&self) -> Option<String> {
        match self {
            Definition::DropTable { tables, .. } => {
                let names: Vec<String> = tables.iter().map(Name::full).collect();
                Some(format!("drops the table {} with its rows", names.join(", ")))
            }
            Definition::DropOther { kind, name, .. } if matches!(kind.as_str(), "SCHEMA" | "DATABASE") => {
                Some(format!("drops the {} {} with all that is in it", kind.to_lowercase(), name.full()))
            }
            Definition::DropOther { kind, name, .. } if kind == "MATERIALIZED VIEW" => {
                Some(format!("drops the stored rows of the view {}", name.full()))
            }
            Definition::Truncate(table) => Some(format!("empties the table {}", table.full())),
            Definition::Change { delete: true, table, chosen } => {
                let which = if *chosen { "" } else { "all " };
                Some(format!("deletes {which}rows of {}", table.full()))
            }
            Definition::AlterTable { table, actions, .. } => actions.iter().find_map(|action| match action {
                Action::DropColumn { column, .. } => {
                    Some(format!("drops the column {}.{column} with its values", table.full()))
                }
                _ => None,
            }),
            _ => None,
        }
    }
}

fn upkeep(full: bool) -> Definition {
    if full { Definition::Rewrite } else { Definition::Upkeep }
}

/// Whether the word comes anywhere, also in parentheses.
fn holds(reader: &Reader, word: &str) -> bool {
    let mut reader = reader.clone();
    while let Some(token) = reader.next_token() {
        if token.is(word) {
            return true;
        }
    }
    false
}

fn changed(reader: &mut Reader, delete: bool) -> Option<Definition> {
    if delete {
        reader.words("FROM");
    }
    reader.words("ONLY");
    let table = reader.name()?;
    let chosen = reader.ahead("WHERE", false) || reader.ahead("LIMIT", false);
    Some(Definition::Change { delete, table, chosen })
}

/// WITH … UPDATE, DELETE, INSERT: what is done stands after the common tables.
fn with(reader: &mut Reader) -> Option<Definition> {
    let mut depth = 0_u32;
    while let Some(token) = reader.next_token() {
        match token.text {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            _ if token.is("UPDATE") => return changed(reader, false),
            _ if token.is("DELETE") => return changed(reader, true),
            _ if token.is("INSERT") || token.is("MERGE") => return Some(Definition::Insert),
            _ => {}
        }
    }
    None
}
