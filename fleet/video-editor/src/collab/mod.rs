//! Editing together: each project is a shared document (a CRDT, as Yjs writes it), held by every instance that somebody edits it on.
//!
//! What one browser sends goes to the other browsers of this instance, to PostgreSQL, and through Redis to the other instances. Redis
//! may lose messages and may be gone: instances that hear each other again tell what they have (a state vector) and get what they
//! lack. So nothing depends on the order or the completeness of messages.

mod document;
mod hub;
mod presence;
mod room;
mod rooms;
mod socket;
mod taken;

pub use document::is_readable;
pub use rooms::{Rooms, RoomsError};
pub use socket::serve;

/// A fault of this service's own: what one instance tells never reaches the others.
pub const BROADCAST_FAILURE: &str = "broadcast-failure";
