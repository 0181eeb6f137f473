//! What every service of the fleet shares: configuration, health, logs, metrics, drain.
//!
//! The service brings its routes, its dependencies and the settings that are its own; this crate reads and checks the
//! configuration ([`config`]), answers health and metrics, gives each request its ids, its log line and its figures,
//! turns every failure into an RFC 9457 problem, and ends without losing a request ([`serve()`]).

pub mod commands;
pub mod config;
pub mod cookies;
pub mod disk;
pub mod drain;
pub mod faults;
pub mod fields;
pub mod file_names;
pub mod given;
pub mod health;
pub mod ids;
pub mod limit;
pub mod logs;
pub mod metering;
pub mod migrations;
pub mod mysql;
pub mod openapi;
pub mod paging;
pub mod passwords;
pub mod pdf;
pub mod postgres;
pub mod problem;
pub mod quota;
pub mod redis;
pub mod request;
pub mod security;
pub mod serve;
pub mod sessions;
pub mod sign_ins;
pub mod sqlite;
pub mod tokens;
pub mod uploads;
pub mod versions;

mod accept;
mod files;
mod guard;

pub use drain::Drain;
pub use faults::Faults;
pub use fields::Fields;
pub use guard::MissingPage;
pub use health::{Dependency, Health};
pub use problem::Problem;
pub use serve::{Service, serve};
