//! DROP, RENAME, TRUNCATE.

use super::{Definition, Name};
use crate::Engine;
use crate::sql::Reader;

pub(super) fn drop(reader: &mut Reader, engine: Engine) -> Option<Definition> {
    reader.words("TEMPORARY");
    let kind = reader.next_token()?.text.to_ascii_uppercase();
    match kind.as_str() {
        "TABLE" => {
            let lenient = reader.words("IF EXISTS");
            Some(Definition::DropTable { tables: names(reader)?, lenient })
        }
        "INDEX" => {
            let concurrently = reader.words("CONCURRENTLY");
            let lenient = reader.words("IF EXISTS");
            let names = names(reader)?;
            let table = if engine == Engine::Mysql && reader.words("ON") { reader.name() } else { None };
            Some(Definition::DropIndex { names, table, concurrently, lenient })
        }
        _ => {
            let materialized = kind == "MATERIALIZED" && reader.words("VIEW");
            let kind = if materialized { "MATERIALIZED VIEW".to_owned() } else { kind };
            let lenient = reader.words("IF EXISTS");
            Some(Definition::DropOther { kind, name: reader.name()?, lenient })
        }
    }
}

fn names(reader: &mut Reader) -> Option<Vec<Name>> {
    let mut names = vec![reader.name()?];
    while reader.symbol(",") {
        names.push(reader.name()?);
    }
    Some(names)
}

/// MySQL's RENAME TABLE a TO b, c TO d.
pub(super) fn rename(reader: &mut Reader) -> Option<Definition> {
    if !reader.words("TABLE") && !reader.words("TABLES") {
        return None;
    }
    let mut pairs = Vec::new();
    loop {
        let old = reader.name()?;
        if !reader.words("TO") {
            return None;
        }
        pairs.push((old, reader.name()?));
        if !reader.symbol(",") {
            return Some(Definition::RenameTables(pairs));
        }
    }
}

pub(super) fn truncate(reader: &mut Reader) -> Option<Definition> {
    reader.words("TABLE");
    reader.words("ONLY");
    reader.name().map(Definition::Truncate)
}
