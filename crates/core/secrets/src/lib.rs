//! Secrets by name and version, and their rotation as a machine: never a value, only what is said about values.
//!
//! The caller does: keep the values and the [`Entry`] of each name, and bring about in the world what the machine asks for.
//! This crate does: say which version is meant, whether a rotation may begin, what comes next in it, and what a crash or an abort
//! leaves to be done. [`rotation`] holds the promise: at every moment a valid credential is in use, and none is revoked before the one
//! that follows it was verified.

mod entry;
mod name;
mod reference;
pub mod rotation;
pub mod scan;
mod settings;
mod window;

pub use entry::{Entry, NotThere, RevokeError, State, Version};
pub use name::{NameError, SecretName};
pub use reference::{Part, Reference, ReferenceError, Which};
pub use settings::{Engine, Ground, How, LOCAL, Settings, Shape, StoreSettings, Written};
pub use window::{Window, WindowError};
