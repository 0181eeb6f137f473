//! The same suite on PostgreSQL: a real server shared by all tests, a database for each.

mod database;
mod lost_server;

#[path = "../service/accounts.rs"]
mod accounts;
#[path = "../service/document.rs"]
mod document;
#[path = "../service/faults.rs"]
mod faults;
#[path = "../service/fuzz.rs"]
mod fuzz;
#[path = "../service/hostile.rs"]
mod hostile;
#[path = "../service/hostile_uploads.rs"]
mod hostile_uploads;
#[path = "../service/media.rs"]
mod media;
#[path = "../service/observability.rs"]
mod observability;
#[path = "../service/pages.rs"]
mod pages;
#[path = "../service/relations.rs"]
mod relations;
#[path = "../service/running.rs"]
mod running;
#[path = "../service/schema.rs"]
mod schema;
#[path = "../service/stories.rs"]
mod stories;
