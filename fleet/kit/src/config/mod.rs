//! Configuration from the environment and an optional TOML file, checked on boot with every fault listed at once.

mod faults;
mod profile;
mod reader;
mod secret;
mod server;
mod settings;

pub use faults::{Fault, Faults};
pub use profile::Profile;
pub use reader::{Reader, Shown};
pub use secret::Secret;
pub use server::ServerConfig;
pub use settings::{Origin, Settings};
