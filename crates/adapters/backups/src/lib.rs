//! Makes backups with the engines' own tools, keeps them compressed, encrypted and in pieces, restores and verifies them.
//!
//! The caller does: say which database, where backups lie and who can read them; show progress; ask people before a live database is replaced.
//! This crate does: [`create`] (`pg_dump`, `pg_basebackup`, `mariadb-dump`, SQLite's backup interface, `redis-cli --rdb`), [`verify`] in an instance that
//! lives only as long as the proof, [`restore_beside`] and [`restore_in_place`], [`prune`], and PostgreSQL's log by [`log::archive`] and [`log::fetch`].
//! Calls block their thread; memory is bounded whatever the size of a database. No password is ever on a command line.

mod create;
mod error;
mod feed;
mod instance;
mod lock;
pub mod log;
mod mysql;
mod pipeline;
mod place;
mod postgres;
mod prune;
mod redis;
mod repository;
mod restore;
mod scratch;
mod session;
mod sqlite;
mod storage;
mod tool;
mod verify;

pub use create::{Creation, Progress, Watch, create};
pub use error::{BackupError, Said};
pub use instance::Upto;
pub use pipeline::{Identities, Recipients, new_key};
pub use place::{Place, Server};
pub use prune::{Pruned, prune};
pub use repository::{Broken, Listed, Repository};
pub use restore::{Beside, is_empty, restore_beside, restore_in_place};
pub use storage::{Location, Storage};
pub use verify::{Proof, verify};
