//! What a restored database lacks, has more of, or has otherwise than was counted in the backup's snapshot.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Content;

/// One thing that is not as recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum Difference {
    /// Not there.
    Missing {
        /// Which table.
        name: String,
        /// Rows recorded.
        recorded: u64,
    },
    /// There, although nothing of it was recorded.
    Unknown {
        /// Which table.
        name: String,
        /// Rows found.
        found: u64,
    },
    /// More or fewer.
    Count {
        /// Which table.
        name: String,
        /// As recorded.
        recorded: u64,
        /// As found.
        found: u64,
    },
    /// As many rows, but not the same.
    Rows {
        /// Which table.
        name: String,
    },
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Difference::Missing { name, recorded } => write!(f, "{name} is missing; {recorded} were recorded"),
            Difference::Unknown { name, found } => write!(f, "{name} was not recorded, and {found} are there"),
            Difference::Count { name, recorded, found } => {
                write!(f, "{name}: {found} are there, {recorded} were recorded")
            }
            Difference::Rows { name } => write!(f, "{name}: as many rows as recorded, but other ones"),
        }
    }
}

/// What differs, by name. Digests are held against each other where both sides have one.
pub fn compare(recorded: &[Content], found: &[Content]) -> Vec<Difference> {
    let found_by: BTreeMap<&str, &Content> = found.iter().map(|content| (content.name.as_str(), content)).collect();
    let recorded_by: BTreeMap<&str, &Content> =
        recorded.iter().map(|content| (content.name.as_str(), content)).collect();
    let mut differences = Vec::new();
    for (name, recorded) in &recorded_by {
        let name = (*name).to_owned();
        match found_by.get(name.as_str()) {
            None => differences.push(Difference::Missing { name, recorded: recorded.count }),
            Some(found) if found.count != recorded.count => {
                differences.push(Difference::Count { name, recorded: recorded.count, found: found.count });
            }
            Some(found) if found.digest.is_some() && recorded.digest.is_some() && found.digest != recorded.digest => {
                differences.push(Difference::Rows { name });
            }
            Some(_) => {}
        }
    }
    let unknown = found_by.values().filter(|content| !recorded_by.contains_key(content.name.as_str()));
    differences.extend(unknown.map(|content| Difference::Unknown { name: content.name.clone(), found: content.count }));
    differences
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(name: &str, count: u64, digest: &str) -> Content {
        let digest = Some(digest.to_owned()).filter(|digest| !digest.is_empty());
        Content { name: name.to_owned(), count, digest }
    }

    fn check(recorded: &[Content], found: &[Content], expected: &[&str]) {
        let told: Vec<String> = compare(recorded, found).iter().map(ToString::to_string).collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn the_same_is_the_same_in_any_order() {
        let (a, b) = (content("a", 1, "x"), content("b", 0, ""));
        check(&[a.clone(), b.clone()], &[b, a], &[]);
    }

    #[test]
    fn each_kind_of_difference_is_told() {
        let recorded = [content("a", 2, "x"), content("b", 5, "y"), content("c", 1, "z"), content("(indexes)", 4, "")];
        let found = [content("a", 2, "other"), content("b", 4, "y"), content("d", 9, ""), content("(indexes)", 3, "")];
        check(
            &recorded,
            &found,
            &[
                "(indexes): 3 are there, 4 were recorded",
                "a: as many rows as recorded, but other ones",
                "b: 4 are there, 5 were recorded",
                "c is missing; 1 were recorded",
                "d was not recorded, and 9 are there",
            ],
        );
    }
}
