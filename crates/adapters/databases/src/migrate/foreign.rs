//! Histories that other tools keep: sqlx, Flyway, golang-migrate, dbmate and Rails.

use callsheet_migrations::Revision;

use super::drive::refused;
use super::session::{Rows, Session};
use super::settle::has_table;
use super::{MigrateError, session};

/// What another tool's table says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreign {
    /// The tool.
    pub tool: &'static str,
    /// Its table.
    pub table: &'static str,
    /// Revisions that are applied.
    pub revisions: Vec<Revision>,
    /// It only names the newest one: all up to it are applied.
    pub up_to: bool,
    /// Revisions that failed on their way.
    pub failed: Vec<Revision>,
}

pub(super) async fn read<S: Session>(session: &mut S) -> Result<Option<Foreign>, MigrateError> {
    for (table, read) in [
        ("_sqlx_migrations", Kind::Sqlx),
        ("flyway_schema_history", Kind::Flyway),
        ("schema_migrations", Kind::Versions),
    ] {
        let there = has_table(session, table).await;
        if there.map_err(|refusal| refused(session, "look for other tools' tables", refusal))? {
            let found = read_table(session, table, &read).await;
            return found.map(Some).map_err(|refusal| refused(session, "read another tool's history", refusal));
        }
    }
    Ok(None)
}

/// What the second column says, where there is one.
pub(super) fn is_whole(row: &[Option<String>]) -> bool {
    row.get(1).and_then(|text| text.as_deref()).is_none_or(|text| matches!(text, "1" | "t" | "true"))
}

enum Kind {
    Sqlx,
    Flyway,
    Versions,
}

async fn read_table<S: Session>(
    session: &mut S,
    table: &'static str,
    kind: &Kind,
) -> Result<Foreign, session::Refusal> {
    let found = |tool, rows: Rows, up_to| {
        let (mut revisions, mut failed) = (Vec::new(), Vec::new());
        for row in rows {
            let Some(revision) = row.first().and_then(|text| Revision::parse(text.as_deref()?)) else { continue };
            if is_whole(&row) { revisions.push(revision) } else { failed.push(revision) }
        }
        revisions.sort();
        Foreign { tool, table, revisions, up_to, failed }
    };
    match kind {
        Kind::Sqlx => Ok(found("sqlx", session.rows("SELECT version, success FROM _sqlx_migrations").await?, false)),
        Kind::Flyway => {
            let rows =
                session.rows("SELECT version, success FROM flyway_schema_history WHERE version IS NOT NULL").await?;
            Ok(found("Flyway", rows, false))
        }
        Kind::Versions => match session.rows("SELECT version, NOT dirty FROM schema_migrations").await {
            Ok(rows) => Ok(found("golang-migrate", rows, true)),
            Err(session::Refusal::No(..)) => {
                let rows = session.rows("SELECT version FROM schema_migrations").await?;
                Ok(found("dbmate, or another tool with a table `schema_migrations`,", rows, false))
            }
            Err(refusal) => Err(refusal),
        },
    }
}
