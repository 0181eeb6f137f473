//! The same suite on PostgreSQL: a real server shared by all tests, a database for each.

mod database;
mod lost_server;
mod script;

#[path = "../service/accounts.rs"]
mod accounts;
#[path = "../service/deliverables.rs"]
mod deliverables;
#[path = "../service/document.rs"]
mod document;
#[path = "../service/faults.rs"]
mod faults;
#[path = "../service/generation.rs"]
mod generation;
#[path = "../service/hostile.rs"]
mod hostile;
#[path = "../service/observability.rs"]
mod observability;
#[path = "../service/releases.rs"]
mod releases;
#[path = "../service/running.rs"]
mod running;
#[path = "../service/studio.rs"]
mod studio;
#[path = "../service/uploads.rs"]
mod uploads;
