//! A database of MariaDB's is brought back in place. Definitions cannot be rolled back here: a restore that fails leaves the database emptied or half
//! loaded, which is said; a backup of what was there is made before.

use std::io::Read;

use callsheet_backups::{Content, compare};

use super::{contents, quoted, session};
use crate::BackupError;
use crate::place::Server;
use crate::session::Session;

/// Whether there is anything that a restore would replace.
pub(crate) fn is_empty(server: &Server) -> Result<bool, BackupError> {
    let mut session = session(server)?;
    let found = contents::contents(&mut session)?;
    session.end()?;
    Ok(found.is_empty())
}

/// Empties the database, loads the backup, compares.
pub(crate) fn replace(server: &Server, backup: &mut dyn Read, recorded: &[Content]) -> Result<usize, BackupError> {
    let mut emptying = session(server)?;
    emptying.ask("SET SESSION foreign_key_checks = 0")?;
    emptied(emptying)
        .and_then(|()| loaded(server, backup, recorded))
        .map_err(|error| BackupError::HalfWay(Box::new(error)))
}

fn emptied(mut emptying: Session) -> Result<(), BackupError> {
    let others = [
        ("VIEW", "SELECT table_name FROM information_schema.views WHERE table_schema = DATABASE()"),
        ("EVENT", "SELECT event_name FROM information_schema.events WHERE event_schema = DATABASE()"),
        (
            "PROCEDURE",
            "SELECT routine_name FROM information_schema.routines WHERE routine_schema = DATABASE() AND routine_type = 'PROCEDURE'",
        ),
        (
            "FUNCTION",
            "SELECT routine_name FROM information_schema.routines WHERE routine_schema = DATABASE() AND routine_type = 'FUNCTION'",
        ),
    ];
    for (kind, which) in others {
        for name in emptying.lines(which)? {
            emptying.ask(&format!("DROP {kind} {}", quoted(&name)))?;
        }
    }
    for name in contents::tables(&mut emptying)? {
        emptying.ask(&format!("DROP TABLE {}", quoted(&name)))?;
    }
    emptying.end()
}

fn loaded(server: &Server, backup: &mut dyn Read, recorded: &[Content]) -> Result<usize, BackupError> {
    load(server, backup)?;
    let mut counting = session(server)?;
    let found = contents::contents(&mut counting)?;
    counting.end()?;
    match compare(recorded, &found).as_slice() {
        [] => Ok(found.len()),
        differences => {
            let told: Vec<String> = differences.iter().map(ToString::to_string).collect();
            let what =
                format!("the backup was loaded, but the database is not as it was recorded: {}", told.join("; "));
            Err(BackupError::Refused(what))
        }
    }
}

/// Loads a dump.
pub(crate) fn load(server: &Server, backup: &mut dyn Read) -> Result<(), BackupError> {
    let mut loading = session(server)?;
    loading.feed(backup)?;
    // The dump has settings of its own; an answer shows that all before it was done.
    loading.ask("SELECT 1")?;
    loading.end()
}
