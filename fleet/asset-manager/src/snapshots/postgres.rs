//! Snapshots of a PostgreSQL database, by its own tools. They get the address in their environment: a command line is
//! read by everybody on the machine.

use std::path::Path;
use std::process::{Command, Stdio};

use fleet_kit::config::Secret;
use tokio_postgres::config::{Host, SslMode};

use super::SnapshotError;

/// Writes a dump in the custom format, which is consistent and compressed.
pub(super) fn dump(url: &Secret, to: &Path) -> Result<(), SnapshotError> {
    let doing = "dumping the database";
    let mut command = tool("pg_dump", url, doing)?;
    command.args(["--format=custom", "--no-owner", "--no-privileges", "--file"]).arg(to);
    run(command, doing)
}

/// Replaces what is there, in one transaction.
pub(super) fn restore(url: &Secret, from: &Path) -> Result<(), SnapshotError> {
    let doing = "restoring the database";
    let mut command = tool("pg_restore", url, doing)?;
    let database = command
        .get_envs()
        .find_map(|(name, value)| (name == "PGDATABASE").then(|| value?.to_str().map(str::to_owned))?);
    command.args([
        "--clean",
        "--if-exists",
        "--single-transaction",
        "--exit-on-error",
        "--no-owner",
        "--no-privileges",
    ]);
    command.arg("--dbname").arg(database.unwrap_or_else(|| "postgres".to_owned())).arg(from);
    run(command, doing)
}

fn tool(name: &str, url: &Secret, doing: &'static str) -> Result<Command, SnapshotError> {
    let failed = |cause: String| SnapshotError::Database { doing, cause };
    let (config, _) = callsheet_databases::postgres_tls::config(url.expose()).map_err(failed)?;
    let mut command = Command::new(name);
    if let Some(host) = config.get_hosts().first() {
        let host = match host {
            Host::Tcp(name) => name.clone(),
            Host::Unix(path) => path.display().to_string(),
        };
        command.env("PGHOST", host);
    }
    if let Some(port) = config.get_ports().first() {
        command.env("PGPORT", port.to_string());
    }
    if let Some(user) = config.get_user() {
        command.env("PGUSER", user).env("PGDATABASE", config.get_dbname().unwrap_or(user));
    }
    if let Some(password) = config.get_password() {
        command.env("PGPASSWORD", String::from_utf8_lossy(password).as_ref());
    }
    command.env(
        "PGSSLMODE",
        match config.get_ssl_mode() {
            SslMode::Disable => "disable",
            SslMode::Require => "require",
            _ => "prefer",
        },
    );
    Ok(command)
}

fn run(mut command: Command, doing: &'static str) -> Result<(), SnapshotError> {
    let name = command.get_program().to_string_lossy().into_owned();
    let failed = |cause: String| SnapshotError::Database { doing, cause };
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| {
        failed(format!("`{name}` cannot be started: {error}; it comes with PostgreSQL's client tools"))
    })?;
    if output.status.success() {
        return Ok(());
    }
    Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
}
