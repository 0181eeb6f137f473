//! What `migrate` of a service's program is told to do, and what it answers.

use super::{Migration, MigrationError, Migrator};

/// `migrate up`, `down [N]` or `status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::Subcommand)]
pub enum Migrate {
    /// Apply what this release needs.
    Up,
    /// Undo the newest migrations.
    Down {
        /// How many.
        #[arg(default_value_t = 1)]
        count: usize,
    },
    /// Show every migration and when it was applied.
    Status,
}

impl Migrator {
    /// Does it, and gives what to show: a line for each migration.
    pub async fn obey(&mut self, what: &Migrate) -> Result<String, MigrationError> {
        match what {
            Migrate::Up => Ok(moved("applied", &self.up().await?)),
            Migrate::Down { count } => Ok(moved("undid", &self.down(*count).await?)),
            Migrate::Status => {
                let lines = self.status().await?.into_iter().map(|state| {
                    let when = state.applied_at.map_or("pending".to_owned(), |at| format!("applied {at}"));
                    let note = if state.known { "" } else { "  (by a newer version)" };
                    format!("{:>4}  {:<24}  {when}{note}\n", state.version, state.name)
                });
                Ok(lines.collect())
            }
        }
    }
}

fn moved(verb: &str, done: &[Migration]) -> String {
    if done.is_empty() {
        return "nothing to do\n".to_owned();
    }
    done.iter().map(|one| format!("{verb} {} ({})\n", one.version, one.name)).collect()
}
