//! Migrations on an SQLite file. Its calls block the thread.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use callsheet_migrations::{Engine, Name, Sign};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::record::{TABLE, TOOK};
use super::session::{Failed, Refusal, Rows, Session, Together};

/// By table and the one that it refers to: how many rows refer to none.
type Dangling = BTreeMap<(String, String), u64>;

pub(super) struct Sqlite {
    connection: Connection,
    place: String,
}

impl Sqlite {
    pub(super) fn open(path: &Path, place: &str, make: bool) -> Result<Sqlite, String> {
        let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        if make {
            flags |= OpenFlags::SQLITE_OPEN_CREATE;
        }
        let connection = Connection::open_with_flags(path, flags).map_err(|error| error.to_string())?;
        let mut sqlite = Sqlite { connection, place: place.to_owned() };
        sqlite.settings().map_err(|error| error.to_string())?;
        Ok(sqlite)
    }

    /// A lock that is taken is told at once: the caller waits, and others can have their turn.
    fn settings(&mut self) -> rusqlite::Result<()> {
        self.connection.busy_timeout(Duration::ZERO)?;
        self.connection.pragma_update(None, "foreign_keys", true)
    }

    fn work(&self, work: &Together<'_>) -> Result<(), Failed> {
        let run = |sql: &str| self.connection.execute_batch(sql).map_err(refusal);
        if let Some(guard) = &work.guard
            && self.read(guard).map_err(|error| (None, refusal(error)))?.is_empty()
        {
            return Err((None, Refusal::Moved));
        }
        let before = self.unguarded().map_err(|error| (None, refusal(error)))?;
        let began = Instant::now();
        for (at, statement) in work.statements.iter().enumerate() {
            run(statement).map_err(|refusal| (Some(at), refusal))?;
        }
        if let Some(before) = before {
            self.none_dangles(&before).map_err(|refusal| (None, refusal))?;
        }
        let took = (work.earlier + began.elapsed()).as_millis().to_string();
        for statement in &work.record {
            run(&statement.replace(TOOK, &took)).map_err(|refusal| (None, refusal))?;
        }
        run("COMMIT").map_err(|refusal| (None, refusal))
    }

    /// Where foreign keys are off, as they are while a table is rebuilt: how many rows of each table refer to none of another already.
    fn unguarded(&self) -> rusqlite::Result<Option<Dangling>> {
        let on: bool = self.connection.pragma_query_value(None, "foreign_keys", |row| row.get(0))?;
        if on {
            return Ok(None);
        }
        // A schema whose keys cannot be checked before cannot be held against that afterwards.
        Ok(self.dangling().ok())
    }

    /// Nothing may be committed that left rows behind without what they refer to.
    fn none_dangles(&self, before: &Dangling) -> Result<(), Refusal> {
        let after = self.dangling().map_err(refusal)?;
        let more = after.iter().find(|(tables, count)| **count > before.get(*tables).copied().unwrap_or(0));
        let Some(((table, parent), count)) = more else { return Ok(()) };
        let rows = if *count == 1 { "1 row".to_owned() } else { format!("{count} rows") };
        Err(Refusal::No(
            format!(
                "{rows} of `{table}` would refer to rows of `{parent}` that are not there (PRAGMA foreign_key_check)"
            ),
            None,
        ))
    }

    fn dangling(&self) -> rusqlite::Result<Dangling> {
        let mut counts = Dangling::new();
        let mut statement = self.connection.prepare("SELECT \"table\", parent FROM pragma_foreign_key_check")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            *counts.entry((row.get(0)?, row.get(1)?)).or_default() += 1;
        }
        Ok(counts)
    }

    fn read(&self, sql: &str) -> rusqlite::Result<Rows> {
        let mut statement = self.connection.prepare(sql)?;
        let columns = statement.column_count();
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let values = (0..columns).map(|at| Ok(text(row.get_ref(at)?)));
            found.push(values.collect::<rusqlite::Result<_>>()?);
        }
        Ok(found)
    }
}

fn text(value: ValueRef) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(integer) => Some(integer.to_string()),
        ValueRef::Real(real) => Some(real.to_string()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
    }
}

fn refusal(error: rusqlite::Error) -> Refusal {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Refusal::Busy(error.to_string()),
        _ => Refusal::No(error.to_string(), None),
    }
}

impl Session for Sqlite {
    fn engine(&self) -> Engine {
        Engine::Sqlite
    }

    fn place(&self) -> &str {
        &self.place
    }

    fn table(&self) -> String {
        format!("main.{TABLE}")
    }

    fn literal(&self, text: &str) -> String {
        // A NUL would end the statement.
        format!("'{}'", text.replace('\'', "''").replace('\0', ""))
    }

    /// There is none that a session holds: each transaction takes the file's, and looks whether the history is still the one it knows.
    async fn try_lock(&mut self) -> Result<bool, Refusal> {
        Ok(true)
    }

    async fn holder(&mut self) -> String {
        String::new()
    }

    async fn unlock(&mut self) {}

    async fn rows(&mut self, sql: &str) -> Result<Rows, Refusal> {
        self.read(sql).map_err(refusal)
    }

    async fn alone(&mut self, sql: &str, _patiently: bool) -> Result<(), Refusal> {
        self.connection.execute_batch(sql).map_err(refusal)
    }

    async fn together(&mut self, work: &Together<'_>) -> Result<(), Failed> {
        self.connection.execute_batch("BEGIN IMMEDIATE").map_err(|error| (None, refusal(error)))?;
        let done = self.work(work);
        // Some refusals have rolled back by themselves.
        if done.is_err() && !self.connection.is_autocommit() {
            self.connection.execute_batch("ROLLBACK").map_err(|error| (None, refusal(error)))?;
        }
        done
    }

    async fn reset(&mut self) -> Result<(), Refusal> {
        self.settings().map_err(refusal)
    }

    fn there(&self, sign: &Sign) -> Option<String> {
        let named = |kinds: &str, name: &Name| {
            let schema =
                name.schema.as_ref().map_or("main".to_owned(), |schema| format!("\"{}\"", schema.replace('"', "\"\"")));
            format!(
                "SELECT 1 FROM {schema}.sqlite_schema WHERE type IN ({kinds}) AND lower(name) = lower({})",
                self.literal(&name.name)
            )
        };
        match sign {
            Sign::Table(name, _) => Some(named("'table', 'view'", name)),
            Sign::Index(_, name, _) => Some(named("'index'", name)),
            Sign::Column(table, column, _) => Some(format!(
                "SELECT 1 FROM pragma_table_xinfo({}) WHERE lower(name) = lower({})",
                self.literal(&table.name),
                self.literal(column)
            )),
            Sign::Other(kind, name, _) if kind == "TRIGGER" || kind == "VIEW" => {
                Some(named(&self.literal(&kind.to_lowercase()), name))
            }
            Sign::Other(..) | Sign::Constraint(..) | Sign::EnumValue(..) => None,
        }
    }

    async fn close(self) {
        // What is committed is committed; there is nothing else to say.
        drop(self.connection);
    }
}
