//! Files: taken in, examined, kept in a folder or a bucket, given out again.

mod kinds;
mod picture;
mod receive;
mod storage;

pub use receive::{Received, Refused, Staging};
pub use storage::{Place, Storage, StorageError, Which};
