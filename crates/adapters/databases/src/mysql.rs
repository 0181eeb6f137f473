//! Queries on MySQL and MariaDB.

pub mod tls;

use callsheet_base::Secret;
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, DriverError, Error, Value};

use crate::query::{Query, QueryError, ResultSet, Results, timeout};

/// The server's codes for a statement that its own time limit ended.
const TIME_LIMIT_CODES: [u16; 2] = [3024, 1969];

pub(crate) async fn run(url: &Secret<String>, place: &str, query: &Query) -> Result<Results, QueryError> {
    let connect_error = |cause: String| QueryError::Connect { place: place.to_owned(), cause };
    let options = tls::options(url.expose()).map_err(connect_error)?;
    let mut connection = tls::connect(options).await.map_err(|error| connect_error(cause(&error)))?;
    let result = statements(&mut connection, query).await;
    let closed = connection.disconnect().await;
    match result {
        Err(Error::Server(error)) if TIME_LIMIT_CODES.contains(&error.code) => Err(timeout(place, query)),
        Err(error) => {
            // Definitions commit by themselves here, so a later failure leaves them in place.
            let in_doubt = query.write && !matches!(error, Error::Server(_));
            Err(QueryError::Refused { place: place.to_owned(), cause: cause(&error), in_doubt })
        }
        Ok(results) => match closed {
            // The results are in; how the connection ends does not matter any more.
            Ok(()) | Err(_) => Ok(results),
        },
    }
}

/// The server's own words, or the deepest cause; never the address.
pub fn cause(error: &Error) -> String {
    match error {
        Error::Server(error) => format!("{} (error {})", error.message, error.code),
        Error::Driver(DriverError::NoClientSslFlagFromServer) => "the server does not offer TLS".to_owned(),
        other => {
            if let Some(cause) = callsheet_tls::cause(other) {
                return cause;
            }
            let mut inner: &dyn std::error::Error = other;
            while let Some(below) = inner.source() {
                inner = below;
            }
            inner.to_string()
        }
    }
}

async fn statements(connection: &mut Conn, query: &Query) -> Result<Results, Error> {
    let is_mariadb: Option<String> = connection.query_first("SELECT VERSION()").await?;
    let is_mariadb = is_mariadb.is_some_and(|version| version.contains("MariaDB"));
    let seconds = query.timeout.as_secs_f64();
    let limit = if is_mariadb {
        format!("SET SESSION max_statement_time = {seconds}")
    } else {
        format!("SET SESSION max_execution_time = {}", query.timeout.as_millis())
    };
    connection.query_drop(limit).await?;
    let access = if query.write { "READ WRITE" } else { "READ ONLY" };
    connection.query_drop(format!("SET SESSION TRANSACTION {access}")).await?;
    connection.query_drop(format!("START TRANSACTION {access}")).await?;
    let results = results(connection, query).await?;
    connection.query_drop("COMMIT").await?;
    Ok(results)
}

async fn results(connection: &mut Conn, query: &Query) -> Result<Results, Error> {
    let mut results = Results::default();
    let mut answer = connection.query_iter(query.sql.as_str()).await?;
    loop {
        let columns = answer.columns_ref().iter().map(|column| column.name_str().into_owned()).collect::<Vec<_>>();
        let mut set = ResultSet { affected: answer.affected_rows(), ..ResultSet::default() };
        if columns.is_empty() {
            // Moves to the next statement's answer.
            answer.collect::<mysql_async::Row>().await?;
        } else {
            while let Some(row) = answer.next().await? {
                if set.rows.len() == query.max_rows {
                    set.cut = true;
                    continue;
                }
                set.rows.push(row.unwrap_raw().into_iter().map(|value| text(value.unwrap_or(Value::NULL))).collect());
            }
            set.affected = 0;
        }
        set.columns = columns;
        results.sets.push(set);
        if answer.is_empty() {
            return Ok(results);
        }
    }
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::NULL => None,
        Value::Bytes(bytes) => Some(match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => format!("{} bytes", error.as_bytes().len()),
        }),
        other => Some(other.as_sql(false).trim_matches('\'').to_owned()),
    }
}
