//! One database by `mariadb-dump --single-transaction`; counts and digests in a second transaction of the same state.
//!
//! The server cannot hand a snapshot from one connection to another. So the tables are locked against writing for the moment in which both
//! transactions begin: until the dump has written its first definition. Where the server lets us see its binary log, its place is taken in that moment.

use std::io::Read;
use std::process::{Command, Stdio};

use callsheet_backups::Position;

use super::{CLIENT, contents, quoted, session};
use crate::BackupError;
use crate::feed::{Feed, Seen};
use crate::place::Server;
use crate::session::Session;
use crate::tool::Tool;

/// What a dump writes of the first table, after its transaction began.
const BEGUN: &[u8] = b"CREATE ";

pub(crate) fn feed(server: &Server) -> Result<Feed, BackupError> {
    let mut locking = session(server)?;
    if locking.ask_one("SELECT GET_LOCK(CONCAT('callsheet backup ', DATABASE()), 0)")? != "1" {
        return Err(BackupError::Locked("another backup of this database is being made".to_owned()));
    }
    let foreign = locking.lines(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' \
         AND engine NOT IN ('InnoDB', 'SEQUENCE')",
    )?;
    if let Some(first) = foreign.first() {
        let what = format!(
            "{} table(s) are not InnoDB's, first `{first}`, and would not be of one moment: convert them (`ALTER TABLE … ENGINE=InnoDB`)",
            foreign.len()
        );
        return Err(BackupError::Refused(what));
    }
    let about = locking.ask_one(
        "SELECT COALESCE(SUM(data_length), 0) FROM information_schema.tables WHERE table_schema = DATABASE()",
    )?;
    let version = locking.ask_one("SELECT VERSION()")?;
    let tool = crate::tool::output(crate::postgres::logical::versioned("mariadb-dump"), CLIENT)?.trim().to_owned();
    let mut counting = session(server)?;
    counting.ask("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")?;
    let tables = contents::tables(&mut locking)?;
    if !tables.is_empty() {
        let all: Vec<String> = tables.iter().map(|name| format!("{} READ", quoted(name))).collect();
        locking.ask(&format!("LOCK TABLES {}", all.join(", ")))?;
    }
    counting.ask("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")?;
    let position = position(server);
    let mut dump = Tool::start(dump(server), CLIENT)?;
    let stdout = dump.child.stdout.take();
    let stdout: Box<dyn Read + Send> = match stdout {
        Some(stdout) => Box::new(stdout),
        None => Box::new(std::io::empty()),
    };
    let stream = Box::new(UntilBegun { stdout, last: Vec::new(), locking: Some(locking) });
    let end = move || {
        dump.finish()?;
        let contents = contents::contents(&mut counting)?;
        counting.end()?;
        Ok(Seen { contents, position })
    };
    Ok(Feed { stream, about: about.parse().ok(), tool, server: version, end: Box::new(end) })
}

fn dump(server: &Server) -> Command {
    let mut command = Command::new("mariadb-dump");
    server.tell_mysql(&mut command);
    command.args([
        "--single-transaction",
        "--skip-lock-tables",
        "--quick",
        "--hex-blob",
        "--routines",
        "--triggers",
        "--events",
    ]);
    command.args(["--no-tablespaces", "--skip-dump-date", "--tz-utc", "--max-allowed-packet=1G"]).arg(&server.database);
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    command
}

/// Where the binary log stands, if there is one and we may see it. In a session of its own, which an error ends.
fn position(server: &Server) -> Position {
    let asked = session(server).and_then(|mut session| session.ask("SHOW MASTER STATUS"));
    let row = asked.ok().and_then(|rows| rows.into_iter().next()).unwrap_or_default();
    match row.as_slice() {
        [file, position, ..] if !file.is_empty() => match position.parse() {
            Ok(position) => Position::Binlog { file: file.clone(), position },
            Err(_) => Position::None,
        },
        _ => Position::None,
    }
}

/// Lets the tables go as soon as the dump's transaction has begun, or the dump has ended.
struct UntilBegun {
    stdout: Box<dyn Read + Send>,
    last: Vec<u8>,
    locking: Option<Session>,
}

impl Read for UntilBegun {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.stdout.read(buffer)?;
        if self.locking.is_some() {
            self.last.extend_from_slice(&buffer[..read]);
            let begun = self.last.windows(BEGUN.len()).any(|window| window == BEGUN);
            self.last.drain(..self.last.len().saturating_sub(BEGUN.len()));
            if let Some(mut locking) = self.locking.take_if(|_| begun || read == 0) {
                locking.ask("UNLOCK TABLES")?;
                // The connection goes on: it holds the lock against a second backup.
                if read > 0 {
                    self.locking = None;
                    self.stdout = Box::new(Held {
                        stdout: std::mem::replace(&mut self.stdout, Box::new(std::io::empty())),
                        _session: locking,
                    });
                }
            }
        }
        Ok(read)
    }
}

/// The rest of the dump, during which the session stays.
struct Held {
    stdout: Box<dyn Read + Send>,
    _session: Session,
}

impl Read for Held {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.stdout.read(buffer)
    }
}
