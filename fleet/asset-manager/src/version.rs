//! Which version this is.

/// `ASSET_MANAGER_VERSION` if it is a plain word of at most 64 characters, else the version it was built as.
pub fn running() -> String {
    std::env::var("ASSET_MANAGER_VERSION")
        .ok()
        .filter(|given| is_plain(given))
        .unwrap_or_else(|| env!("CARGO_PKG_VERSION").to_owned())
}

/// Whether a version can be shown anywhere as it is.
pub fn is_plain(version: &str) -> bool {
    (1..=64).contains(&version.len()) && version.chars().all(|c| c.is_ascii_alphanumeric() || "._+-".contains(c))
}
