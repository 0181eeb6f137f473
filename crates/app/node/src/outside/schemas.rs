//! The schemas of the databases that services rest on.

use std::path::{Path, PathBuf};

use callsheet_base::Secret;
use callsheet_databases::Address;
use callsheet_databases::migrate::Schema;
use callsheet_plan::SchemaOrder;

use crate::conductor::words;

/// Where migrations usually are, from the root.
const USUAL: [&str; 2] = ["migrations", "db/migrations"];

/// As it is now. `Err`: why it is not known, in words.
pub(super) fn read(order: &SchemaOrder, address: &Secret<String>, directory: &Path) -> Result<Schema, String> {
    let address = Address::parse(address.expose()).map_err(words)?.in_folder(directory);
    Schema::read(address, &folder(order, directory))
        .map_err(|error| format!("the schema of {} is not known: {}", order.database, words(error)))
}

fn folder(order: &SchemaOrder, directory: &Path) -> PathBuf {
    if let Some(folder) = &order.migrations {
        return directory.join(folder);
    }
    let found = USUAL.iter().map(|folder| directory.join(folder)).find(|folder| folder.is_dir());
    found.unwrap_or_else(|| directory.join(USUAL[0]))
}
