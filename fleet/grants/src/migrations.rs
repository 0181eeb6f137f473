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

static FIRST: [Migration; 4] = migrations![
    1 "foundation" "0001_foundation",
    2 "documents" "0002_documents",
    3 "beneficiaries" "0003_beneficiaries",
    4 "budgets" "0004_budgets",
];

/// The contract migration, 6, is not among them: it belongs to the time when nobody goes back to the first release.
static SECOND: [Migration; 5] = migrations![
    1 "foundation" "0001_foundation",
    2 "documents" "0002_documents",
    3 "beneficiaries" "0003_beneficiaries",
    4 "budgets" "0004_budgets",
    5 "contacts apart" "0005_contacts_apart",
];

/// The database, ready to be moved to this release's schema.
pub async fn migrator(url: &Secret, generation: Generation) -> Result<Migrator, MigrationError> {
    let known: &'static [Migration] = match generation {
        Generation::First => &FIRST,
        Generation::Second => &SECOND,
    };
    Migrator::postgres(url, known).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_count_from_one_without_gaps_up_to_what_the_release_needs() {
        for (list, generation) in [(&FIRST[..], Generation::First), (&SECOND, Generation::Second)] {
            let versions: Vec<i64> = list.iter().map(|one| one.version).collect();
            assert_eq!(versions, (1..=generation.revision_latest()).collect::<Vec<_>>());
        }
    }
}
