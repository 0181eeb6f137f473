//! The way of a backup's bytes: tool → zstd → age → pieces with digests → storage; and back. Memory is bounded by a few pieces, whatever the size.
//!
//! The stored pieces of a backup, one after the other, are an ordinary age file (or, without recipients, an ordinary zstd file): `cat` them through
//! `age -d` and `zstd -d`, and there is what the tool gave. The zstd stream begins with a skippable frame that names the backup, so that pieces of
//! another backup are told even where a manifest was forged.

mod keys;
mod mark;
mod pieces;
mod sink;
mod source;

pub use keys::{Identities, Recipients, new_key};
pub(crate) use pieces::Pieces;
pub(crate) use sink::Sink;
pub(crate) use source::{Expected, Source};

/// Bytes of a piece unless something else is said.
pub(crate) const PIECE: usize = 8 << 20;

/// The name of the piece with this index, within the backup's folder.
pub(crate) fn piece_name(folder: &str, at: usize) -> String {
    format!("{folder}/{:08}", at + 1)
}
