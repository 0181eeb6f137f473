//! Which version this is.

use crate::generation::Generation;

/// `VIDEO_EDITOR_VERSION` if it is a plain word of at most 64 characters, else the release's own.
pub fn running(generation: Generation) -> String {
    let given = std::env::var("VIDEO_EDITOR_VERSION").ok().filter(|given| is_plain(given));
    given.unwrap_or_else(|| generation.version().to_owned())
}

/// Whether a version can be shown anywhere as it is.
pub fn is_plain(version: &str) -> bool {
    (1..=64).contains(&version.len()) && version.chars().all(|c| c.is_ascii_alphanumeric() || "._+-".contains(c))
}
