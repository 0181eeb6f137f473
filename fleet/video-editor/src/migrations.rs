//! The schema's versions: the files that `callsheet migrate` reads, too. Where Callsheet keeps the history, it alone moves the schema.

use fleet_kit::config::Secret;
use fleet_kit::migrations::{Migration, MigrationError, Migrator};

use crate::generation::Generation;

macro_rules! migrations {
    ($($version:literal $name:literal $file:literal),+ $(,)?) => {
        [$(Migration {
            version: $version,
            name: $name,
            up: include_str!(concat!("../migrations/", $file, ".up.sql")),
            down: include_str!(concat!("../migrations/", $file, ".down.sql")),
        }),+]
    };
}

/// The contract migration, 6, is not among them: it belongs to the time when nobody goes back to the first release.
static ALL: [Migration; 5] = migrations![
    1 "foundation" "0001_foundation",
    2 "projects" "0002_projects",
    3 "assets" "0003_assets",
    4 "jobs" "0004_jobs",
    5 "picture apart" "0005_picture_apart",
];

/// What a release brings along.
fn of(generation: Generation) -> &'static [Migration] {
    match generation {
        Generation::First => &ALL[..4],
        Generation::Second => &ALL,
    }
}

/// The database, ready to be moved to this release's schema.
pub async fn migrator(url: &Secret, generation: Generation) -> Result<Migrator, MigrationError> {
    Migrator::postgres(url, of(generation)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_count_from_one_without_gaps_up_to_what_the_release_needs() {
        for generation in [Generation::First, Generation::Second] {
            let versions: Vec<i64> = of(generation).iter().map(|one| one.version).collect();
            assert_eq!(versions, (1..=i64::from(generation.revision())).collect::<Vec<_>>());
        }
    }
}
