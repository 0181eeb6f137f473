//! A PostgreSQL database is brought back in place: emptied, loaded and compared in one transaction. Until it is committed everybody sees the old rows,
//! and whatever goes wrong changes nothing.

use std::io::Read;
use std::process::{Command, Stdio};

use callsheet_backups::{Content, compare};

use super::{CLIENT, contents, session};
use crate::BackupError;
use crate::place::Server;
use crate::session::Session;
use crate::tool::Tool;

/// Everything that is no part of the server itself goes. `public` comes back as a new database has it.
const EMPTY: &str = "DO $$ DECLARE one record; BEGIN \
FOR one IN SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP \
EXECUTE pg_catalog.format('DROP SCHEMA %I CASCADE', one.nspname); END LOOP; \
PERFORM pg_catalog.lo_unlink(oid) FROM pg_catalog.pg_largeobject_metadata; \
CREATE SCHEMA public; \
IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'pg_database_owner') THEN \
ALTER SCHEMA public OWNER TO pg_database_owner; GRANT USAGE ON SCHEMA public TO PUBLIC; \
ELSE GRANT ALL ON SCHEMA public TO PUBLIC; END IF; END $$";

/// Whether there is anything that a restore would replace.
pub(crate) fn is_empty(server: &Server) -> Result<bool, BackupError> {
    let mut session = session(server)?;
    let found = contents::contents(&mut session)?;
    session.end()?;
    Ok(found.is_empty())
}

/// Puts the backup in the place of what is there. `keep_owners`: objects belong to whom they belonged to.
pub(crate) fn replace(
    server: &Server,
    backup: &mut (dyn Read + Send),
    recorded: &[Content],
    keep_owners: bool,
) -> Result<usize, BackupError> {
    let mut session = session(server)?;
    session.ask("BEGIN")?;
    session.ask("SET LOCAL lock_timeout = '30s'")?;
    session.ask(EMPTY)?;
    session.ask("SET LOCAL lock_timeout = 0")?;
    load(&mut session, backup, keep_owners)?;
    // The script has settings of its own.
    session.ask(super::ALIKE)?;
    let found = contents::contents(&mut session)?;
    let differences = compare(recorded, &found);
    if !differences.is_empty() {
        session.ask("ROLLBACK")?;
        session.end()?;
        let told: Vec<String> = differences.iter().map(ToString::to_string).collect();
        return Err(BackupError::Differs(told.join("; ")));
    }
    session.ask("COMMIT")?;
    session.end()?;
    Ok(found.len())
}

/// Loads a backup through `pg_restore` into the session.
pub(crate) fn load(
    session: &mut Session,
    backup: &mut (dyn Read + Send),
    keep_owners: bool,
) -> Result<(), BackupError> {
    let mut command = Command::new("pg_restore");
    command.args(["--file=-", "--no-password"]).env("LC_ALL", "C");
    if !keep_owners {
        command.args(["--no-owner", "--no-privileges"]);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut restore = Tool::start(command, CLIENT)?;
    let (stdin, stdout) = (restore.child.stdin.take(), restore.child.stdout.take());
    let (Some(mut stdin), Some(mut stdout)) = (stdin, stdout) else {
        return Err(restore.failed());
    };
    let (read, fed) = std::thread::scope(|scope| {
        let reading = scope.spawn(move || {
            let read = copy(backup, &mut stdin);
            drop(stdin);
            read
        });
        let fed = session.feed(&mut stdout);
        // Whoever still writes must not wait for a reader that has gone.
        drop(stdout);
        (reading.join(), fed)
    });
    let read = read.map_err(|_| BackupError::Refused("the reading thread ended".to_owned()))?;
    // A damaged backup is why the rest fails, and is told first.
    match read {
        Ok(true) => {}
        Ok(false) => return Err(fed.err().unwrap_or_else(|| restore.failed())),
        Err(error) => return Err(error),
    }
    fed?;
    restore.finish().map(drop)
}

/// To the end; false if whoever reads went away.
pub(crate) fn copy(from: &mut dyn Read, to: &mut dyn std::io::Write) -> Result<bool, BackupError> {
    let mut buffer = vec![0; 128 << 10];
    loop {
        let read = from.read(&mut buffer).map_err(BackupError::file("cannot read the backup"))?;
        if read == 0 {
            return Ok(to.flush().is_ok());
        }
        if to.write_all(&buffer[..read]).is_err() {
            return Ok(false);
        }
    }
}
