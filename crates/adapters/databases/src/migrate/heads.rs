//! What other tools' tables say is applied, in their own words: Alembic, Prisma, Knex, sqlx, Flyway, Rails and the like.

use super::MigrateError;
use super::drive::refused;
use super::session::Session;
use super::settle::has_table;

/// What another tool's table says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heads {
    /// The tool.
    pub tool: &'static str,
    /// What is applied, as the tool names it; Alembic names the newest alone.
    pub applied: Vec<String>,
}

/// Tool, table, and how the table is asked.
const TOOLS: [(&str, &str, &str); 6] = [
    ("Alembic", "alembic_version", "SELECT version_num FROM alembic_version ORDER BY 1"),
    (
        "Prisma",
        "_prisma_migrations",
        "SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY 1",
    ),
    ("Knex", "knex_migrations", "SELECT name FROM knex_migrations ORDER BY id"),
    ("sqlx", "_sqlx_migrations", "SELECT version FROM _sqlx_migrations ORDER BY 1"),
    (
        "Flyway",
        "flyway_schema_history",
        "SELECT version FROM flyway_schema_history WHERE version IS NOT NULL ORDER BY installed_rank",
    ),
    ("Rails or dbmate", "schema_migrations", "SELECT version FROM schema_migrations ORDER BY 1"),
];

pub(super) async fn read<S: Session>(session: &mut S) -> Result<Option<Heads>, MigrateError> {
    for (tool, table, query) in TOOLS {
        let there = has_table(session, table).await;
        if !there.map_err(|refusal| refused(session, "look for other tools' tables", refusal))? {
            continue;
        }
        let rows = session.rows(query).await;
        let rows = rows.map_err(|refusal| refused(session, "read another tool's history", refusal))?;
        let applied = rows.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect();
        return Ok(Some(Heads { tool, applied }));
    }
    Ok(None)
}
