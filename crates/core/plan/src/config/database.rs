//! `[databases.NAME]`: where SQL steps, migrations and backups go.

use super::DatabaseConfig;
use super::backup::read_backup;
use super::keys::Keys;
use super::read::source;

pub(super) fn read_database(table: &mut Keys) -> Option<DatabaseConfig> {
    let (source, migrations) = (source(table), table.text("migrations"));
    let backup = table.table("backup").map(|mut keys| {
        let policy = read_backup(&mut keys);
        keys.finish();
        policy
    });
    Some(DatabaseConfig { source: source?, migrations, backup })
}
