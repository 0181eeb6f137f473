//! PostgreSQL, MySQL/MariaDB and SQLite: queries of runbooks.
//!
//! The caller does: resolve the address and its credentials, redact what is shown, journal.
//! This crate does: run SQL within bounds — read-only unless told otherwise, a time limit, a row limit — and give the
//! results back as text tables.

mod address;
mod mysql;
mod postgres;
mod query;
mod sqlite;

pub use address::{Address, AddressError};
pub use postgres::tls as postgres_tls;
pub use query::{Query, QueryError, ResultSet, Results, run};
