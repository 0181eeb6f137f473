//! One database by `pg_dump`, in its custom format; counts and digests in the same snapshot, which a session exports and keeps open.

use std::io::Read;
use std::process::{Command, Stdio};

use callsheet_backups::Position;

use super::{CLIENT, contents, session};
use crate::BackupError;
use crate::feed::{Feed, Seen};
use crate::place::Server;
use crate::session::Session;
use crate::tool::Tool;

/// Two backups of one database at once would only slow each other, from whichever machine they come.
const GUARD: &str = "SELECT pg_try_advisory_lock(hashtext('callsheet backup'), hashtext(current_database()))";

/// Keeps others from it as long as the session lasts.
pub(super) fn guard(session: &mut Session) -> Result<(), BackupError> {
    match session.ask_one(GUARD)?.as_str() {
        "t" => Ok(()),
        _ => Err(BackupError::Locked("another backup of this database is being made".to_owned())),
    }
}

pub(crate) fn feed(server: &Server) -> Result<Feed, BackupError> {
    let mut session = session(server)?;
    guard(&mut session)?;
    session.ask("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
    let snapshot = session.ask_one("SELECT pg_export_snapshot()")?;
    let position = position(&mut session)?;
    let about = session.ask_one("SELECT pg_database_size(current_database())")?.parse().ok();
    let version = session.ask_one("SHOW server_version")?;
    let mut command = Command::new("pg_dump");
    command.args(["--format=custom", "--compress=0", "--no-password", "--lock-wait-timeout=60s"]);
    command.arg(format!("--snapshot={snapshot}"));
    server.tell_postgres(&mut command);
    let tool = crate::tool::output(versioned("pg_dump"), CLIENT)?.trim().replace("(PostgreSQL) ", "");
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut dump = Tool::start(command, CLIENT)?;
    let stdout = dump.child.stdout.take();
    let stream: Box<dyn Read + Send> = match stdout {
        Some(stdout) => Box::new(stdout),
        None => Box::new(std::io::empty()),
    };
    // Counting goes on beside the dump, on the server's other processors.
    let counting = std::thread::spawn(move || {
        let contents = contents::contents(&mut session)?;
        Ok::<_, BackupError>((contents, session))
    });
    let end = move || {
        dump.finish()?;
        let counted = counting.join().map_err(|_| BackupError::Refused("the counting thread ended".to_owned()))?;
        let (contents, session) = counted?;
        session.end()?;
        Ok(Seen { contents, position })
    };
    Ok(Feed { stream, about, tool, server: version, end: Box::new(end) })
}

pub(crate) fn versioned(program: &str) -> Command {
    let mut command = Command::new(program);
    command.arg("--version");
    command
}

/// Where the log stands; a server whose log may not be asked after has none.
pub(crate) fn position(session: &mut Session) -> Result<Position, BackupError> {
    let rows = session.ask(
        "SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END, \
         (SELECT timeline_id FROM pg_control_checkpoint()), (SELECT system_identifier FROM pg_control_system()), \
         (SELECT setting FROM pg_settings WHERE name = 'wal_segment_size')",
    )?;
    let row = rows.into_iter().next().unwrap_or_default();
    let [lsn, timeline, system, segment] = row.as_slice() else { return Ok(Position::None) };
    let (Ok(timeline), Ok(segment_bytes)) = (timeline.parse(), segment.parse()) else { return Ok(Position::None) };
    Ok(Position::Lsn { start: lsn.clone(), end: lsn.clone(), timeline, system: system.clone(), segment_bytes })
}
