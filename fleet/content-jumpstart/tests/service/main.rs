//! The real program on SQLite, started on a free port with a folder of its own, used over HTTP.

mod accounts;
mod browser;
mod configuration;
mod deliverables;
mod document;
mod faults;
mod fuzz;
mod generation;
mod hostile;
mod observability;
mod releases;
mod running;
mod script;
mod studio;
mod uploads;
mod web;

/// The database of a test's folder.
mod database {
    use std::path::Path;

    /// Nothing but the folder holds a file.
    pub type Held = ();

    pub fn of(folder: &Path) -> (String, Held) {
        (format!("sqlite:{}", folder.join("content-jumpstart.db").display()), ())
    }
}
