//! How other processes reach the one that decides: Unix sockets in the state folder, one per deciding process, and one that is
//! always called `serve.sock`. Whoever may open the folder is its owner; the kernel names the peer.

mod client;
mod listen;
mod peer;
mod wire;

use std::fs::File;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};

pub use client::{Client, ClientError};
pub(crate) use listen::Listening;
pub use peer::user_name;

/// The server's socket in the state folder.
pub(crate) const SERVER: &str = "serve.sock";

/// The socket of a deciding process, relative to the state folder.
pub(crate) fn of_process(pid: u32) -> PathBuf {
    Path::new("sockets").join(pid.to_string())
}

/// A socket's path may have 107 bytes and a state folder lies anywhere: so the path goes through the open folder.
fn short_path(folder: &File, name: &str) -> String {
    format!("/proc/self/fd/{}/{name}", folder.as_raw_fd())
}
