//! Which release this is, and what it asks of the schema.

/// A released version of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generation {
    /// A beneficiary's contact is one text.
    First,
    /// E-mail address and telephone number are apart.
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

    /// The oldest revision of the schema that it runs on.
    pub fn revision_least(self) -> i32 {
        match self {
            Generation::First => 4,
            Generation::Second => 5,
        }
    }

    /// The newest migration that it brings along and applies by itself; later ones are a step of their own.
    pub fn revision_latest(self) -> i64 {
        i64::from(self.revision_least())
    }
}
