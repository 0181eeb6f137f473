//! PostgreSQL, MySQL/MariaDB and SQLite: queries of runbooks, schema migrations, users' passwords.
//!
//! The caller does: resolve the address and its credentials, redact what is shown, journal.
//! This crate does: run SQL within bounds — read-only unless told otherwise, a time limit, a row limit — and give the
//! results back as text tables; apply and undo migrations ([`migrate`]) so that a crash at any moment leaves a known revision; make users'
//! passwords valid and invalid ([`credentials`], also of Redis); make another server the primary ([`replication`]).

mod address;
pub mod credentials;
pub mod migrate;
mod mysql;
mod postgres;
mod query;
pub mod replication;
mod sqlite;

pub use address::{Address, AddressError};
pub use mysql::{cause as mysql_cause, tls as mysql_tls};
pub use postgres::tls as postgres_tls;
pub use query::{Query, QueryError, ResultSet, Results, run};
