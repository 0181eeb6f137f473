//! Queries on PostgreSQL.

pub mod tls;

use callsheet_base::Secret;
use futures_util::StreamExt as _;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config, Error, SimpleQueryMessage};

use crate::query::{Query, QueryError, ResultSet, Results, timeout};

pub(crate) async fn run(url: &Secret<String>, place: &str, query: &Query) -> Result<Results, QueryError> {
    let connect_error = |cause: String| QueryError::Connect { place: place.to_owned(), cause };
    let (mut config, tls) = tls::config(url.expose()).map_err(connect_error)?;
    config.connect_timeout(query.timeout).application_name("callsheet");
    // Session settings rather than the transaction's alone: they hold also after a COMMIT within the query.
    let read_only = if query.write { "off" } else { "on" };
    let milliseconds = query.timeout.as_millis();
    config.options(format!("-c default_transaction_read_only={read_only} -c statement_timeout={milliseconds}"));
    let client = connect(&config, tls).await.map_err(|error| connect_error(cause(&error)))?;
    statements(&client, query).await.map_err(|error| match error.code() {
        Some(&SqlState::QUERY_CANCELED) => timeout(place, query),
        code => QueryError::Refused {
            place: place.to_owned(),
            cause: cause(&error),
            in_doubt: query.write && code.is_none(),
        },
    })
}

pub(crate) async fn connect(config: &Config, tls: tls::Tls) -> Result<Client, Error> {
    let (client, connection) = config.connect(tls).await?;
    // Its end, good or bad, is told to the client's next call.
    tokio::spawn(connection);
    Ok(client)
}

async fn statements(client: &Client, query: &Query) -> Result<Results, Error> {
    client.simple_query("BEGIN").await?;
    let mut results = Results::default();
    let mut set = ResultSet::default();
    let messages = client.simple_query_raw(&query.sql).await?;
    let mut messages = std::pin::pin!(messages);
    while let Some(message) = messages.next().await {
        match message? {
            SimpleQueryMessage::RowDescription(columns) => {
                set.columns = columns.iter().map(|column| column.name().to_owned()).collect();
            }
            SimpleQueryMessage::Row(_) if set.rows.len() == query.max_rows => set.cut = true,
            SimpleQueryMessage::Row(row) => {
                set.rows.push((0..row.len()).map(|at| row.get(at).map(str::to_owned)).collect());
            }
            SimpleQueryMessage::CommandComplete(rows) => {
                if set.columns.is_empty() {
                    set.affected = rows;
                }
                results.sets.push(std::mem::take(&mut set));
            }
            _ => {}
        }
    }
    client.simple_query("COMMIT").await?;
    Ok(results)
}

pub(crate) fn cause(error: &Error) -> String {
    if let Some(error) = error.as_db_error() {
        let hint = error.hint().map(|hint| format!("; {hint}")).unwrap_or_default();
        return format!("{}{hint} ({})", error.message(), error.code().code());
    }
    if let Some(cause) = callsheet_tls::cause(error) {
        return cause;
    }
    let mut inner: &dyn std::error::Error = error;
    while let Some(below) = inner.source() {
        inner = below;
    }
    inner.to_string()
}
