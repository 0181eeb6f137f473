//! Which release this is, and what that decides.
//!
//! The program plays every release of the service, as the version says that it is told (`CONTENT_JUMPSTART_VERSION`), so that deploys
//! and ways back can be rehearsed: 1.x keeps voice samples in a column of their client, 2.0 writes both places and reads the
//! new one, and every later release knows the rows alone. Migration 5 opens the new place, migration 6 closes the old one.

/// Where voice samples are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Release {
    /// In `clients.voice_samples`, without labels.
    One,
    /// In both places, so that 1.x can come back.
    Two,
    /// In `voice_samples`.
    Later,
}

impl Release {
    /// The release that a version belongs to; what is built without a version of its own is the latest.
    pub fn of(version: &str) -> Release {
        let mut numbers = version.trim_start_matches('v').split(['.', '-', '+']);
        match (numbers.next(), numbers.next()) {
            (Some("1"), _) => Release::One,
            (Some("2"), Some("0")) => Release::Two,
            _ => Release::Later,
        }
    }

    /// The newest migration that it needs to start.
    pub fn needs(self) -> i64 {
        match self {
            Release::One => 4,
            Release::Two | Release::Later => 5,
        }
    }

    /// The newest migration with which it still works.
    pub fn bears(self) -> i64 {
        match self {
            Release::One | Release::Two => 5,
            Release::Later => i64::MAX,
        }
    }
}

/// The version if none is given.
pub const BUILT: &str = env!("CARGO_PKG_VERSION");

/// `CONTENT_JUMPSTART_VERSION` if it is a plain word of at most 64 characters, else the version it was built as.
pub fn running() -> String {
    let given = std::env::var("CONTENT_JUMPSTART_VERSION").ok();
    given.filter(|given| is_plain(given)).unwrap_or_else(|| BUILT.to_owned())
}

/// Whether a version can be shown anywhere as it is.
pub fn is_plain(version: &str) -> bool {
    (1..=64).contains(&version.len()) && version.chars().all(|c| c.is_ascii_alphanumeric() || "._+-".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_told_apart() {
        for (version, release) in [
            ("1.0.0", Release::One),
            ("v1.9.3", Release::One),
            ("2.0.7", Release::Two),
            ("2.1.0", Release::Later),
            ("0.1.0", Release::Later),
            ("12.0.0", Release::Later),
        ] {
            assert_eq!(Release::of(version), release, "{version}");
        }
    }
}
