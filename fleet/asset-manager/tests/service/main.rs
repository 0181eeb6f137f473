//! The real program, started on a free port with a folder of its own, used over HTTP.

mod accounts;
mod configuration;
mod document;
mod drain;
mod faults;
mod hostile;
mod hostile_uploads;
mod media;
mod observability;
mod pages;
mod relations;
mod runbook;
mod running;
mod schema;
mod stories;
