//! CREATE.

use super::{Definition, Name};
use crate::Engine;
use crate::sql::Reader;

/// CREATE INDEX.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Index {
    /// Its name, unless the server makes one up.
    pub name: Option<Name>,
    /// The table.
    pub table: Name,
    /// UNIQUE.
    pub unique: bool,
    /// PostgreSQL's CONCURRENTLY.
    pub concurrently: bool,
    /// IF NOT EXISTS.
    pub lenient: bool,
    /// MySQL's ALGORITHM= and LOCK=, upper case.
    pub options: Vec<String>,
}

/// Words between CREATE and the kind of thing.
const BETWEEN: [&str; 15] = [
    "OR",
    "REPLACE",
    "TEMP",
    "TEMPORARY",
    "UNLOGGED",
    "GLOBAL",
    "LOCAL",
    "UNIQUE",
    "FULLTEXT",
    "SPATIAL",
    "CONSTRAINT",
    "RECURSIVE",
    "AGGREGATE",
    "VIRTUAL",
    "FOREIGN",
];

/// Kinds of things that have a name right behind.
const KINDS: [&str; 17] = [
    "VIEW",
    "TRIGGER",
    "FUNCTION",
    "PROCEDURE",
    "EVENT",
    "SEQUENCE",
    "TYPE",
    "SCHEMA",
    "DATABASE",
    "EXTENSION",
    "DOMAIN",
    "POLICY",
    "ROLE",
    "USER",
    "PUBLICATION",
    "SUBSCRIPTION",
    "TABLESPACE",
];

pub(super) fn create(reader: &mut Reader, engine: Engine) -> Option<Definition> {
    let mut passed = Vec::new();
    while let Some(word) = reader.peek().map(|token| token.text.to_ascii_uppercase()) {
        if !BETWEEN.contains(&word.as_str()) {
            break;
        }
        reader.next_token();
        passed.push(word);
    }
    let has = |word: &str| passed.iter().any(|passed| passed == word);
    if engine == Engine::Mysql {
        pass_definer(reader);
    }
    if reader.words("TABLE") {
        let lenient = reader.words("IF NOT EXISTS");
        let temporary = has("TEMP") || has("TEMPORARY");
        return Some(Definition::CreateTable { table: reader.name()?, lenient, temporary });
    }
    if reader.words("INDEX") {
        return index(reader, has("UNIQUE")).map(Definition::CreateIndex);
    }
    let materialized = reader.words("MATERIALIZED");
    let kind = reader.next_token()?.text.to_ascii_uppercase();
    if !KINDS.contains(&kind.as_str()) {
        return None;
    }
    let lenient = reader.words("IF NOT EXISTS") || has("REPLACE");
    let kind = if materialized { format!("MATERIALIZED {kind}") } else { kind };
    Some(Definition::CreateOther { kind, name: reader.name()?, lenient })
}

/// `DEFINER = 'someone'@'somewhere' SQL SECURITY INVOKER`.
fn pass_definer(reader: &mut Reader) {
    if !reader.ahead("DEFINER", false) && !reader.ahead("SQL SECURITY", false) && !reader.ahead("ALGORITHM", false) {
        return;
    }
    let is_kind = |text: &str| KINDS.iter().any(|kind| text.eq_ignore_ascii_case(kind));
    while reader.peek().is_some_and(|token| !is_kind(token.text)) {
        reader.next_token();
    }
}

fn index(reader: &mut Reader, unique: bool) -> Option<Index> {
    let concurrently = reader.words("CONCURRENTLY");
    let lenient = reader.words("IF NOT EXISTS");
    let name = if reader.peek()?.is("ON") { None } else { reader.name() };
    if reader.words("USING") {
        reader.next_token();
    }
    if !reader.words("ON") {
        return None;
    }
    reader.words("ONLY");
    let table = reader.name()?;
    Some(Index { name, table, unique, concurrently, lenient, options: super::alter::options(reader) })
}
