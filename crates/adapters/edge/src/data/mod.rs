//! The data plane: connections, requests, answers. Files are named after the stations a request passes.
//!
//! `accept` → `connection` (with `head_guard` around the socket) → `answer` → `session`, `headers` → `forward` → `upstream` → `body`.

mod accept;
mod admin;
mod answer;
mod body;
mod checks;
mod connection;
mod forward;
mod head_guard;
mod headers;
mod host;
mod refusal;
mod session;
mod tunnel;
mod upstream;
mod worker;

pub(crate) use accept::Door;
pub(crate) use upstream::Upstream;
pub(crate) use worker::{Order, WorkerHandle, start};
