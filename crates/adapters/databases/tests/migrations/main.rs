//! Migrations on real servers: what every engine promises, then what is each one's own.

mod crashes;
mod mariadb;
mod postgres;
mod sqlite;
mod suite;
