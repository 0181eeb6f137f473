//! PostgreSQL, by its own programs.

pub(crate) mod contents;
pub(crate) mod desk;
pub(crate) mod live;
pub(crate) mod logical;
pub(crate) mod physical;
pub(crate) mod scratch;

use std::path::PathBuf;
use std::process::Command;

use crate::BackupError;
use crate::place::Server;
use crate::session::Session;

pub(crate) const CLIENT: &str = "postgresql-client";
pub(crate) const SERVER: &str = "postgresql";

/// Both sides of a comparison must print rows alike.
const ALIKE: &str = "SET search_path = ''; SET datestyle = 'ISO, YMD'; SET intervalstyle = 'postgres'; SET timezone = 'UTC'; \
SET extra_float_digits = 1; SET bytea_output = 'hex'; SET lc_monetary = 'C'; SET xmlbinary = 'base64'; SET row_security = off; \
SET statement_timeout = 0; SET lock_timeout = '60s'; SET idle_in_transaction_session_timeout = 0";

/// A conversation through `psql`, which ends at the first error.
pub(crate) fn session(server: &Server) -> Result<Session, BackupError> {
    let mut command = Command::new("psql");
    command.args([
        "-X",
        "-q",
        "-A",
        "-t",
        "--no-password",
        "-v",
        "ON_ERROR_STOP=1",
        "-P",
        "fieldsep=\t",
        "-P",
        "null=",
    ]);
    server.tell_postgres(&mut command);
    let mut session = Session::start(command, CLIENT, |line| format!("\\echo {line}"))?;
    session.ask(ALIKE)?;
    Ok(session)
}

/// A program of the server's: of the newest version that is installed.
pub(crate) fn program(name: &str) -> Result<PathBuf, BackupError> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let number = |path: &PathBuf| path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok());
    let newest = versions.map(|version| version.path()).max_by_key(number);
    match newest.map(|version| version.join("bin").join(name)).filter(|program| program.is_file()) {
        Some(program) => Ok(program),
        None => crate::scratch::program(name, SERVER),
    }
}
