//! Uploaded media: what is taken, what FFmpeg tells of it, where it is kept.

mod folder;
mod kinds;
mod probe;

pub use folder::MediaFolder;
pub use kinds::{UPLOAD_BYTES_MOST, kind_of, tell};
pub use probe::{Probed, Unsound, judge, parse};
