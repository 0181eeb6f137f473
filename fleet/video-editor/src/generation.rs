//! Which release this is, and what it asks of the schema.

/// A released version of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generation {
    /// A project's picture is described by one JSON column.
    First,
    /// Width, height and frames a second have columns of their own.
    Second,
}

impl Generation {
    /// 1 or 2, as the schema's `oldest_release` counts.
    pub fn number(self) -> i32 {
        match self {
            Generation::First => 1,
            Generation::Second => 2,
        }
    }

    /// The version it states unless told otherwise.
    pub fn version(self) -> &'static str {
        match self {
            Generation::First => "1.0.0",
            Generation::Second => "2.0.0",
        }
    }

    /// The oldest revision of the schema that it runs on; also the newest migration that it applies by itself. Later ones, which
    /// end the older release, are a step of their own.
    pub fn revision(self) -> i32 {
        match self {
            Generation::First => 4,
            Generation::Second => 5,
        }
    }
}
