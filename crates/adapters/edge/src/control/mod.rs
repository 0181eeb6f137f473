//! How an edge is told what to do: lines of JSON over a Unix socket that only its own user can open.

mod client;
mod configuring;
mod conversation;
mod descriptors;
mod handover;
mod plane;
mod predecessor;
mod protocol;

pub use client::{EdgeClient, EdgeError};
pub(crate) use configuring::ConfigureError;
pub(crate) use conversation::listen;
pub(crate) use descriptors::MOST as MOST_SOCKETS;
pub use handover::TakeOverError;
pub(crate) use handover::{TakenOver, take_over};
pub(crate) use plane::{Control, Ending};
pub(crate) use protocol::{Answer, Ask};
pub use protocol::{EdgeStatus, ListenerSeen, ServiceSeen};
