//! Values that the system or the reader needs: environment variables, placeholders, sample credentials.

mod code;
mod samples;
mod unnamed;
mod variables;

use std::collections::HashSet;

pub(super) use code::fence;
pub(super) use variables::{statement, table};

use super::Found;
use super::outline::{FenceAt, human};
use crate::model::FactValue;
use crate::words::phrases;

/// Names already stated, and names that the document's own code sets.
#[derive(Default)]
pub(super) struct Names {
    seen: HashSet<String>,
    set: HashSet<String>,
}

impl Names {
    /// With the variables that any code block assigns for its own use.
    pub fn of(fences: &[FenceAt<'_>]) -> Names {
        let mut set = HashSet::new();
        for fence in fences {
            for line in &fence.fence.lines {
                code::assigned(human(&line.text).trim(), &mut set);
            }
        }
        Names { seen: HashSet::new(), set }
    }
}

/// Whether a name says that its value is secret.
pub(super) fn is_secret(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    phrases![
        "SECRET",
        "TOKEN",
        "PASSWORD",
        "PASSWD",
        "CREDENTIAL",
        "PRIVATE_KEY",
        "API_KEY",
        "APIKEY",
        "DATABASE_URL",
        "REDIS_URL",
        "_DSN",
        "CONNECTION_STRING",
        "API KEY",
    ]
    .stand_in(&upper)
        || upper.ends_with("_KEY")
        || upper.ends_with(" KEY")
        || upper.ends_with(" KEYS")
        || matches!(upper.as_str(), "PASS" | "PASSWORDS" | "DB_PASS")
        || upper.ends_with("_PASS")
}

/// Whether `word` is written like an environment variable.
fn is_shout(word: &str) -> bool {
    word.len() >= 2
        && word.len() <= 80
        && word.starts_with(|c: char| c.is_ascii_uppercase())
        && word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

/// States a parameter. One that was stated before is stated again only where it is declared.
fn state(
    line: u32,
    name: &str,
    value: Option<&str>,
    note: Option<&str>,
    secret: bool,
    declared: bool,
    found: &mut Found<'_>,
) {
    let new = found.names.seen.insert(name.to_owned());
    if !new && !declared {
        return;
    }
    let owned = |text: Option<&str>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    found.push(
        line,
        FactValue::Param {
            name: name.to_owned(),
            value: owned(value),
            note: owned(note),
            secret: secret || is_secret(name),
        },
    );
}
