//! MariaDB (and MySQL, through the same programs).

pub(crate) mod contents;
pub(crate) mod live;
pub(crate) mod logical;
pub(crate) mod scratch;

use std::process::Command;

use crate::BackupError;
use crate::place::Server;
use crate::session::Session;

pub(crate) const CLIENT: &str = "mariadb-client";
pub(crate) const SERVER: &str = "mariadb-server";

/// A conversation through `mariadb`, which ends at the first error.
pub(crate) fn session(server: &Server) -> Result<Session, BackupError> {
    let mut command = Command::new("mariadb");
    server.tell_mysql(&mut command);
    command.args(["--batch", "--raw", "--skip-column-names", "--unbuffered", "--quick", "--connect-timeout=30"]);
    if !server.database.is_empty() {
        command.arg(format!("--database={}", server.database));
    }
    let mut session = Session::start(command, CLIENT, |line| format!("SELECT '{line}';"))?;
    // Both sides of a comparison must print rows alike.
    session.ask("SET SESSION time_zone = '+00:00', SESSION sql_mode = '', SESSION lock_wait_timeout = 10")?;
    Ok(session)
}

/// A name between backticks.
pub(crate) fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}
