//! Where a service runs, which decides its defaults and what is forbidden.

use std::fmt;

/// The environment's kind, from `APP_ENV`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// A developer's machine: generous defaults, migrations run on start.
    Dev,
    /// Like production, for rehearsal.
    Staging,
    /// What users see: nothing is assumed, debugging is refused.
    Production,
}

impl Profile {
    /// From `dev`, `development`, `staging`, `production` or `prod`.
    pub fn named(name: &str) -> Option<Profile> {
        Some(match name {
            "dev" | "development" => Profile::Dev,
            "staging" => Profile::Staging,
            "prod" | "production" => Profile::Production,
            _ => return None,
        })
    }

    /// Whether secrets, addresses and origins must be given rather than assumed.
    pub fn is_strict(self) -> bool {
        self != Profile::Dev
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Profile::Dev => "dev",
            Profile::Staging => "staging",
            Profile::Production => "production",
        })
    }
}
