//! Tables and columns of the configured databases, read from their catalogues in a read-only session.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use callsheet_databases::{Address, Query, Results, run};
use callsheet_rot::{Answer, Claim, Claimed};

use crate::settings::Settings;

/// Columns by table, all in lower case; or why they could not be read.
pub type Catalogue = Result<BTreeMap<String, BTreeSet<String>>, String>;

/// The catalogue of each database that a claim names; `None` is the only one, or `$DATABASE_URL`.
pub async fn catalogues(
    claims: &[Claim],
    settings: &Settings,
    offline: bool,
    patience: Duration,
) -> BTreeMap<Option<String>, Catalogue> {
    let wanted: BTreeSet<&Option<String>> = claims
        .iter()
        .filter_map(|claim| match &claim.what {
            Claimed::Table { database, .. } | Claimed::Column { database, .. } => Some(database),
            _ => None,
        })
        .collect();
    let mut found = BTreeMap::new();
    for database in wanted {
        let catalogue = match address(database.as_deref(), settings) {
            _ if offline => Err("it needs a database, and `--offline` was given".to_owned()),
            // The drivers bound a statement, and not every name that they look up or greeting that they wait for.
            Ok(address) => tokio::time::timeout(patience, read(&address, patience))
                .await
                .unwrap_or_else(|_| Err(format!("no answer within {} ms", patience.as_millis()))),
            Err(why) => Err(why),
        };
        found.insert(database.clone(), catalogue);
    }
    found
}

/// Whether a table or column is there.
pub fn answer(what: &Claimed, catalogues: &BTreeMap<Option<String>, Catalogue>) -> Answer {
    let (database, table, column) = match what {
        Claimed::Table { database, table } => (database, table, None),
        Claimed::Column { database, table, column } => (database, table, Some(column)),
        _ => return Answer::There,
    };
    match (catalogues.get(database), column) {
        (Some(Ok(tables)), None) => Answer::there_if(tables.contains_key(table), tables.keys()),
        (Some(Ok(tables)), Some(column)) => match tables.get(table) {
            // A table that is gone is told of once; one whose columns cannot be read is let be.
            None => Answer::There,
            Some(columns) if columns.is_empty() => Answer::There,
            Some(columns) => Answer::there_if(columns.contains(column), columns),
        },
        (Some(Err(why)), _) => Answer::Unknown(why.clone()),
        (None, _) => Answer::Unknown("no database was asked".to_owned()),
    }
}

fn address(name: Option<&str>, settings: &Settings) -> Result<Address, String> {
    let known = &settings.config.databases;
    let source = match name {
        Some(name) => Some(known.get(name).ok_or_else(|| format!("`[databases.{name}]` is not in callsheet.toml"))?),
        None if known.len() == 1 => known.values().next(),
        None => None,
    };
    let variable = match source {
        None => "DATABASE_URL",
        Some(database) => match database.source.url.strip_prefix('$') {
            Some(variable) => variable,
            None => return parse(&database.source.url, &settings.root),
        },
    };
    let url = std::env::var(variable).map_err(|_| format!("the environment variable `{variable}` is not set"))?;
    parse(&url, &settings.root)
}

/// A file is meant from the root, as its steps would name it.
fn parse(url: &str, root: &Path) -> Result<Address, String> {
    match Address::parse(url).map_err(|error| error.to_string())?.in_folder(root) {
        Address::Sqlite(path) if path != Path::new(":memory:") && !path.is_file() => {
            Err("the database's file is not here".to_owned())
        }
        address => Ok(address),
    }
}

async fn read(address: &Address, patience: Duration) -> Catalogue {
    let (tables, columns) = match address {
        Address::Sqlite(_) => (
            "select name from sqlite_master where type in ('table', 'view')",
            "select m.name, c.name from sqlite_master m join pragma_table_info(m.name) c where m.type in ('table', 'view')",
        ),
        Address::Postgres(_) => (
            "select relname::text from pg_catalog.pg_class where relkind in ('r', 'v', 'm', 'p', 'f')",
            "select c.relname::text, a.attname::text from pg_catalog.pg_class c join pg_catalog.pg_attribute a on a.attrelid = c.oid \
             where c.relkind in ('r', 'v', 'm', 'p', 'f') and a.attnum > 0 and not a.attisdropped",
        ),
        Address::Mysql(_) => (
            "select table_name from information_schema.tables where table_schema = database()",
            "select table_name, column_name from information_schema.columns where table_schema = database()",
        ),
    };
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in ask(address, tables, patience).await? {
        if let Some(table) = row.into_iter().next() {
            found.entry(table).or_default();
        }
    }
    // One broken view must not hide the tables: without columns only tables are judged.
    for row in ask(address, columns, patience).await.unwrap_or_default() {
        if let [table, column] = row.as_slice() {
            found.entry(table.clone()).or_default().insert(column.clone());
        }
    }
    Ok(found)
}

async fn ask(address: &Address, sql: &str, patience: Duration) -> Result<Vec<Vec<String>>, String> {
    let query = Query { sql: sql.to_owned(), write: false, timeout: patience, max_rows: 100_000 };
    let results: Results = run(address, &query).await.map_err(|error| error.to_string())?;
    let rows = results.sets.into_iter().flat_map(|set| set.rows);
    Ok(rows.map(|row| row.into_iter().map(|value| value.unwrap_or_default().to_lowercase()).collect()).collect())
}
