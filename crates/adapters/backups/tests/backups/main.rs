//! Backups of real servers: made, restored, compared, damaged.

mod corruption;
mod instant;
mod mariadb;
mod postgres;
mod redis;
mod sqlite;
mod world;
