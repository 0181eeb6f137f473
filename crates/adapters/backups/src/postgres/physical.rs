//! The whole server's files by `pg_basebackup`, as one tar stream with the log that makes them whole.

use std::io::Read;
use std::process::{Command, Stdio};

use callsheet_backups::Position;

use super::{CLIENT, logical, session};
use crate::BackupError;
use crate::feed::{Feed, Seen};
use crate::place::Server;
use crate::tool::Tool;

pub(crate) fn feed(server: &Server) -> Result<Feed, BackupError> {
    let mut session = session(server)?;
    logical::guard(&mut session)?;
    let spaces = session.ask_one("SELECT count(*) FROM pg_tablespace WHERE spcname NOT LIKE 'pg\\_%'")?;
    if spaces != "0" {
        let what = "the server has tablespaces of its own, which one stream cannot hold: back its databases up one by one (`kind = \"logical\"`)";
        return Err(BackupError::Refused(what.to_owned()));
    }
    let about = session.ask_one("SELECT sum(pg_database_size(oid)) FROM pg_database")?.parse().ok();
    let version = session.ask_one("SHOW server_version")?;
    let Position::Lsn { timeline, system, segment_bytes, .. } = logical::position(&mut session)? else {
        return Err(BackupError::Refused("the server does not tell where its log stands".to_owned()));
    };
    let mut command = Command::new("pg_basebackup");
    command.args([
        "--pgdata=-",
        "--format=tar",
        "--wal-method=fetch",
        "--checkpoint=fast",
        "--no-password",
        "--verbose",
    ]);
    command.args(["--label", "callsheet backup", "--manifest-checksums=SHA256"]);
    server.tell_postgres(&mut command);
    let tool = crate::tool::output(logical::versioned("pg_basebackup"), CLIENT)?.trim().replace("(PostgreSQL) ", "");
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut base = Tool::start(command, CLIENT)?;
    let stdout = base.child.stdout.take();
    let stream: Box<dyn Read + Send> = match stdout {
        Some(stdout) => Box::new(stdout),
        None => Box::new(std::io::empty()),
    };
    let end = move || {
        let said = base.finish()?;
        let (start, end) = places(&said).ok_or_else(|| {
            BackupError::Refused(format!("`pg_basebackup` did not say where its log begins and ends: {said}"))
        })?;
        // Until here nobody else's backup began. A session that was cut off meanwhile takes nothing from what is read.
        let _ended = session.end();
        let position = Position::Lsn { start, end, timeline, system, segment_bytes };
        Ok(Seen { contents: Vec::new(), position })
    };
    Ok(Feed { stream, about, tool, server: version, end: Box::new(end) })
}

/// `write-ahead log start point: 0/2000028 on timeline 1`, `write-ahead log end point: 0/2000100`.
fn places(said: &str) -> Option<(String, String)> {
    let after = |mark: &str| Some(said.split_once(mark)?.1.split_whitespace().next()?.to_owned());
    Some((after("log start point: ")?, after("log end point: ")?))
}

#[cfg(test)]
mod tests {
    #[test]
    fn where_the_log_begins_and_ends_is_read() {
        let said = "pg_basebackup: checkpoint completed\npg_basebackup: write-ahead log start point: 0/2000028 on timeline 1\n\
                    pg_basebackup: write-ahead log end point: 0/2000100\npg_basebackup: base backup completed\n";
        assert_eq!(super::places(said), Some(("0/2000028".to_owned(), "0/2000100".to_owned())));
        assert_eq!(super::places("pg_basebackup: done"), None);
    }
}
