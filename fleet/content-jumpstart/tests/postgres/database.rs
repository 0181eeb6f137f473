//! The database of a test's folder.

use std::path::Path;
use std::sync::Arc;

use callsheet_servers::Postgres;

/// The server lives as long as a test that uses it.
pub type Held = Arc<Postgres>;

/// The address noted in the folder, else that of a new database.
pub fn of(folder: &Path) -> (String, Held) {
    let server = Postgres::shared();
    let note = folder.join("database-url");
    let url = std::fs::read_to_string(&note).unwrap_or_else(|_| {
        let url = server.fresh_database();
        std::fs::write(&note, &url).unwrap();
        url
    });
    (url, server)
}
