//! The real program, started on a free port with a folder of its own, used over HTTP.

mod accounts;
mod configuration;
mod drain;
mod hostile;
mod observability;
mod pages;
mod runbook;
mod running;
mod schema;
mod stories;
