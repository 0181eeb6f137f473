//! The real program on SQLite, started on a free port with a folder of its own, used over HTTP.

mod accounts;
mod bucket;
mod configuration;
mod document;
mod drain;
mod faults;
mod fuzz;
mod hostile;
mod hostile_uploads;
mod lost_file;
mod media;
mod observability;
mod pages;
mod recipes;
mod relations;
mod runbook;
mod running;
mod schema;
mod stories;

/// The database of a test's folder.
mod database {
    use std::path::Path;

    /// Nothing but the folder holds a file.
    pub type Held = ();

    pub fn of(folder: &Path) -> (String, Held) {
        (format!("sqlite:{}", folder.join("asset-manager.db").display()), ())
    }
}
