//! The real program on a real MariaDB, started on a free port with a database of its own, used over HTTP.

mod accounts;
mod browser;
mod configuration;
mod document;
mod faults;
mod films;
mod hostile;
mod operators;
mod pages;
mod redis;
mod releases;
mod running;
mod script;
