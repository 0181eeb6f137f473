//! Snapshots of a PostgreSQL database, by its own tools. They get the address in their environment: a command line is
//! read by everybody on the machine.

use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};

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

/// Empties the schema. What a later migration made goes, too: it may hang on what the snapshot brings.
const EMPTY: &str = "BEGIN;
SET LOCAL client_min_messages = warning;
DO $$
DECLARE
    one text;
    all_of CONSTANT regnamespace := 'public';
BEGIN
    FOR one IN VALUES
        ((SELECT 'DROP VIEW IF EXISTS ' || string_agg(oid::regclass::text, ', ') FROM pg_class WHERE relnamespace = all_of AND relkind = 'v')),
        ((SELECT 'DROP TABLE IF EXISTS ' || string_agg(oid::regclass::text, ', ') FROM pg_class
            WHERE relnamespace = all_of AND relkind IN ('r', 'p'))),
        ((SELECT 'DROP ROUTINE IF EXISTS ' || string_agg(oid::regprocedure::text, ', ') FROM pg_proc WHERE pronamespace = all_of
            AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = pg_proc.oid AND deptype = 'e')))
    LOOP
        IF one IS NOT NULL THEN
            EXECUTE one || ' CASCADE';
        END IF;
    END LOOP;
END $$;
";

/// Replaces what is there, in one transaction.
pub(super) fn restore(url: &Secret, from: &Path) -> Result<(), SnapshotError> {
    let doing = "restoring the database";
    let mut reader = tool("pg_restore", url, doing)?;
    reader.args(["--no-owner", "--no-privileges", "--file=-"]).arg(from).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut writer = tool("psql", url, doing)?;
    writer.args(["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1"]).stdin(Stdio::piped()).stdout(Stdio::null());
    let (mut reader, mut writer) = (start(reader, doing)?, start(writer, doing)?);
    // Only what was read to its end is committed. A writer that refused took no more, and says why itself.
    let copied = match (reader.stdout.take(), writer.stdin.take()) {
        (Some(mut rows), Some(mut into)) => io::Write::write_all(&mut into, EMPTY.as_bytes())
            .and_then(|()| io::copy(&mut rows, &mut into))
            .map(|_| into),
        _ => Err(io::ErrorKind::BrokenPipe.into()),
    };
    let read = ended(reader, "pg_restore", doing);
    let committed = copied.and_then(|mut into| match read {
        Ok(()) => io::Write::write_all(&mut into, b"COMMIT;\n"),
        Err(_) => Ok(()),
    });
    ended(writer, "psql", doing)?;
    read?;
    committed.map_err(|error| SnapshotError::Database { doing, cause: error.to_string() })
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
    command.stdin(Stdio::null()).stdout(Stdio::null());
    ended(start(command, doing)?, &name, doing)
}

/// Starts a tool whose words are heard at its end.
fn start(mut command: Command, doing: &'static str) -> Result<Child, SnapshotError> {
    let name = command.get_program().to_string_lossy().into_owned();
    command.stderr(Stdio::piped());
    command.spawn().map_err(|error| SnapshotError::Database {
        doing,
        cause: format!("`{name}` cannot be started: {error}; it comes with PostgreSQL's client tools"),
    })
}

fn ended(child: Child, name: &str, doing: &'static str) -> Result<(), SnapshotError> {
    let failed = |cause: String| SnapshotError::Database { doing, cause };
    let output = child.wait_with_output().map_err(|error| failed(format!("`{name}`: {error}")))?;
    if output.status.success() {
        return Ok(());
    }
    Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
}
