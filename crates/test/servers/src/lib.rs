//! Real servers for tests: started on loopback in a temporary folder, ended with the test.
//!
//! The programs come from Debian's packages `postgresql`, `mariadb-server`, `redis-server` and `prometheus`; where they are missing, starting fails with
//! the command that installs them.

mod mariadb;
mod postgres;
mod process;
mod prometheus;
mod raw_request;
mod redis;
mod sample;

pub use mariadb::Mariadb;
pub use postgres::Postgres;
pub use process::free_port;
pub use prometheus::Prometheus;
pub use raw_request::{chunk, raw_request, raw_request_that_breaks_off};
pub use redis::Redis;
pub use sample::{Received, SampleService};
