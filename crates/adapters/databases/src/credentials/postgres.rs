//! Roles of PostgreSQL.

use std::time::Duration;

use callsheet_base::Secret;
use tokio_postgres::{Client, Error};

use super::{Admin, CredentialError};
use crate::postgres::{cause, connect, tls};

const PATIENCE: Duration = Duration::from_secs(10);

async fn client(admin: &Admin) -> Result<Client, CredentialError> {
    let (mut config, tls) = tls::config(admin.url.expose()).map_err(|error| admin.log_in_failed(error))?;
    config.connect_timeout(PATIENCE).application_name("callsheet");
    // What may wait for a lock of the catalogue must not wait for ever.
    config.options("-c statement_timeout=15s");
    let connected = tokio::time::timeout(PATIENCE, connect(&config, tls)).await;
    let connected = connected.map_err(|_| admin.log_in_failed("it does not answer".to_owned()))?;
    connected.map_err(|error| admin.log_in_failed(cause(&error)))
}

pub(super) async fn admit(admin: &Admin, user: &str, password: &Secret<String>) -> Result<(), CredentialError> {
    let client = client(admin).await?;
    exists(admin, &client, user).await?;
    let verifier = postgres_protocol::password::scram_sha_256(password.expose().as_bytes());
    let sql = format!("ALTER ROLE {} WITH LOGIN PASSWORD '{verifier}'", quoted(user));
    client.batch_execute(&sql).await.map_err(|error| refused(admin, &error))
}

pub(super) async fn retire(admin: &Admin, user: &str) -> Result<(), CredentialError> {
    let client = client(admin).await?;
    exists(admin, &client, user).await?;
    let sql = format!("ALTER ROLE {} WITH NOLOGIN PASSWORD NULL", quoted(user));
    client.batch_execute(&sql).await.map_err(|error| refused(admin, &error))?;
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1";
    client.query(end, &[&user]).await.map_err(|error| refused(admin, &error)).map(drop)
}

pub(super) async fn sessions(admin: &Admin, user: &str) -> Result<u64, CredentialError> {
    let client = client(admin).await?;
    let count = "SELECT count(*) FROM pg_stat_activity WHERE usename = $1 AND pid <> pg_backend_pid()";
    let row = client.query_one(count, &[&user]).await.map_err(|error| refused(admin, &error))?;
    Ok(row.get::<_, i64>(0).max(0).unsigned_abs())
}

pub(super) async fn log_in(user: &Admin) -> Result<(), CredentialError> {
    let client = client(user).await?;
    client.simple_query("SELECT 1").await.map_err(|error| refused(user, &error)).map(drop)
}

async fn exists(admin: &Admin, client: &Client, user: &str) -> Result<(), CredentialError> {
    let found = client.query_opt("SELECT 1 FROM pg_roles WHERE rolname = $1", &[&user]).await;
    match found.map_err(|error| refused(admin, &error))? {
        Some(_) => Ok(()),
        None => Err(admin.no_user(user)),
    }
}

fn refused(admin: &Admin, error: &Error) -> CredentialError {
    admin.refused(cause(error))
}

fn quoted(user: &str) -> String {
    format!("\"{}\"", user.replace('"', "\"\""))
}
