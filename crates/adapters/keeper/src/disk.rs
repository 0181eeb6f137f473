//! Tells a full disk from other failures.

use std::io;

/// True for "no space left", "quota exceeded" and "file too large".
pub(crate) fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge)
}
