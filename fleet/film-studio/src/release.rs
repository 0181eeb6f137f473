//! The two releases that are built, and which schema each can run on.

/// Which release this program is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Release {
    /// Shots are as long as whole seconds (`shots.seconds`).
    First,
    /// Shots are as long as milliseconds (`shots.duration_ms`).
    Second,
}

impl Release {
    /// The version that it states unless `FILM_STUDIO_VERSION` says otherwise.
    pub fn version(self) -> &'static str {
        match self {
            Release::First => "1.0.0",
            Release::Second => "2.0.0",
        }
    }

    /// The oldest and the newest revision of the schema that it works on. Release 1 works on what release 2 has added, but not
    /// without what release 2 takes away.
    pub fn schema(self) -> (u32, u32) {
        match self {
            Release::First => (5, 6),
            Release::Second => (6, 7),
        }
    }
}
