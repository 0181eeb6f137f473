//! What the tests of every service of the fleet share. A service's own tests say how its program is started and what is particular to it; this crate
//! waits until it listens, speaks HTTP to it, ends it, calls every operation of its description with what nobody means, and looks at its pages in a browser.

pub mod browsing;
pub mod fuzz;
mod redis;
mod service;

pub use redis::shared_redis;
pub use service::{FAULTS_TOKEN, PASSWORD, Service, status_and_body};
