//! What other tools' tables say is applied, in their own words: Alembic, Prisma, Knex, sqlx, Flyway, Rails and the like.

use super::drive::refused;
use super::session::{Refusal, Rows, Session};
use super::settle::has_table;
use super::{MigrateError, foreign};

/// What another tool's table says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heads {
    /// The tool.
    pub tool: &'static str,
    /// What is applied, as the tool names it; Alembic names the newest alone.
    pub applied: Vec<String>,
    /// What failed on its way, as the tool marks it.
    pub failed: Vec<String>,
}

/// Something that another tool did, with what its table said before and after, all under the lock.
#[derive(Debug)]
pub struct Watched<T> {
    /// What its table said before; `None` if no tool that is known here has one.
    pub before: Option<Heads>,
    /// How it went.
    pub done: T,
    /// What its table says now. An error takes nothing away from what was done.
    pub after: Result<Option<Heads>, MigrateError>,
}

/// Tool, table, and how the table is asked: the name, and whether it is whole where the tool says so.
const TOOLS: [(&str, &str, &str); 7] = [
    ("Alembic", "alembic_version", "SELECT version_num FROM alembic_version ORDER BY 1"),
    (
        "Prisma",
        "_prisma_migrations",
        "SELECT migration_name, finished_at IS NOT NULL FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY 1",
    ),
    ("Knex", "knex_migrations", "SELECT name FROM knex_migrations ORDER BY id"),
    ("sqlx", "_sqlx_migrations", "SELECT version, success FROM _sqlx_migrations ORDER BY 1"),
    (
        "Flyway",
        "flyway_schema_history",
        "SELECT version, success FROM flyway_schema_history WHERE version IS NOT NULL ORDER BY installed_rank",
    ),
    ("golang-migrate", "schema_migrations", "SELECT version, NOT dirty FROM schema_migrations ORDER BY 1"),
    ("Rails or dbmate", "schema_migrations", "SELECT version FROM schema_migrations ORDER BY 1"),
];

pub(super) async fn read<S: Session>(session: &mut S) -> Result<Option<Heads>, MigrateError> {
    for (tool, table, query) in TOOLS {
        let there = has_table(session, table).await;
        if !there.map_err(|refusal| refused(session, "look for other tools' tables", refusal))? {
            continue;
        }
        match session.rows(query).await {
            Ok(rows) => return Ok(Some(heads(tool, rows))),
            // Another tool's table of the same name.
            Err(Refusal::No(..)) if tool == "golang-migrate" => {}
            Err(refusal) => return Err(refused(session, "read another tool's history", refusal)),
        }
    }
    Ok(None)
}

fn heads(tool: &'static str, rows: Rows) -> Heads {
    let (mut applied, mut failed) = (Vec::new(), Vec::new());
    for row in rows {
        let whole = foreign::is_whole(&row);
        let Some(name) = row.into_iter().next().flatten() else { continue };
        if whole { applied.push(name) } else { failed.push(name) }
    }
    Heads { tool, applied, failed }
}
