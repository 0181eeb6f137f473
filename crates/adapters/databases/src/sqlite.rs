//! Queries on an SQLite file.

use std::path::PathBuf;
use std::time::Instant;

use rusqlite::fallible_iterator::FallibleIterator as _;
use rusqlite::types::ValueRef;
use rusqlite::{Batch, Connection, ErrorCode, OpenFlags};

use crate::query::{Query, QueryError, ResultSet, Results, timeout};

/// Virtual-machine steps between two looks at the clock.
const STEPS_PER_LOOK: i32 = 10_000;

pub(crate) async fn run(path: PathBuf, place: String, query: Query) -> Result<Results, QueryError> {
    let task = tokio::task::spawn_blocking(move || blocking(path, &place, &query));
    match task.await {
        Ok(result) => result,
        Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
    }
}

fn blocking(path: PathBuf, place: &str, query: &Query) -> Result<Results, QueryError> {
    let connection =
        open(path, query).map_err(|error| QueryError::Connect { place: place.to_owned(), cause: error.to_string() })?;
    let result = statements(&connection, query);
    result.map_err(|error| match error.sqlite_error_code() {
        Some(ErrorCode::OperationInterrupted) => timeout(place, query),
        _ => QueryError::Refused { place: place.to_owned(), cause: error.to_string(), in_doubt: false },
    })
}

fn open(path: PathBuf, query: &Query) -> rusqlite::Result<Connection> {
    let access = if query.write { OpenFlags::SQLITE_OPEN_READ_WRITE } else { OpenFlags::SQLITE_OPEN_READ_ONLY };
    let mut connection = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(query.timeout)?;
    let deadline = Instant::now() + query.timeout;
    connection.progress_handler(STEPS_PER_LOOK, Some(move || Instant::now() > deadline))?;
    connection.pragma_update(None, "query_only", !query.write)?;
    Ok(connection)
}

fn statements(connection: &Connection, query: &Query) -> rusqlite::Result<Results> {
    let transaction = connection.unchecked_transaction()?;
    let mut results = Results::default();
    let mut batch = Batch::new(&transaction, &query.sql);
    while let Some(mut statement) = batch.next()? {
        let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let mut set = ResultSet::default();
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next()? {
            if set.rows.len() == query.max_rows {
                set.cut = true;
                break;
            }
            let values = (0..columns.len()).map(|at| Ok(text(row.get_ref(at)?)));
            set.rows.push(values.collect::<rusqlite::Result<_>>()?);
        }
        drop(rows);
        if columns.is_empty() {
            set.affected = transaction.changes();
        }
        set.columns = columns;
        results.sets.push(set);
    }
    transaction.commit()?;
    Ok(results)
}

fn text(value: ValueRef) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(integer) => Some(integer.to_string()),
        ValueRef::Real(real) => Some(real.to_string()),
        ValueRef::Text(text) => Some(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(blob) => Some(format!("{} bytes", blob.len())),
    }
}
