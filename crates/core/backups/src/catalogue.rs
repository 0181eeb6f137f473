//! The backups that there are, and what is to be done with them: which to restore, what is overdue.

use callsheet_base::Duration;
use jiff::Timestamp;

use crate::{Kind, Manifest, Policy, Verification};

/// A backup, and the last word on whether it can be restored.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// What is recorded of it.
    pub manifest: Manifest,
    /// Its last restore into a scratch instance.
    pub verification: Option<Verification>,
}

/// How an instant can be had again.
#[derive(Clone, Debug, PartialEq)]
pub enum Way<'a> {
    /// The server's files, then its log up to that instant.
    Exactly(&'a Entry),
    /// The nearest backup before it: what came between is lost.
    Before {
        /// The backup.
        entry: &'a Entry,
        /// From it to the instant.
        lost: Duration,
    },
    /// There is none that old.
    No,
}

/// Something that should have happened by now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Overdue {
    /// No backup, or none since then.
    Backup {
        /// How old the newest is.
        age: Option<Duration>,
        /// How old it may be.
        every: Duration,
    },
    /// No restore that worked, or none since then.
    Drill {
        /// How long ago the last one was.
        age: Option<Duration>,
        /// How long ago it may be.
        every: Duration,
    },
    /// The last restore failed, and no later one worked.
    Failed {
        /// Why.
        why: String,
    },
}

impl Entry {
    /// Whether it was restored into a scratch instance and was what it promised.
    pub fn is_verified(&self) -> bool {
        self.verification.as_ref().is_some_and(Verification::holds)
    }
}

/// The one that began last.
pub fn newest(entries: &[Entry]) -> Option<&Entry> {
    entries.iter().max_by(|a, b| a.manifest.id.cmp(&b.manifest.id))
}

/// The newest that is verified.
pub fn newest_verified(entries: &[Entry]) -> Option<&Entry> {
    entries.iter().filter(|entry| entry.is_verified()).max_by(|a, b| a.manifest.id.cmp(&b.manifest.id))
}

/// How to have `instant` again. Whether the log is whole is for [`crate::wal`] to say.
pub fn for_instant(entries: &[Entry], instant: Timestamp) -> Way<'_> {
    let newest = |kind: Kind, before: fn(&Manifest) -> Timestamp| {
        let fits = entries.iter().filter(|entry| entry.manifest.kind == kind && before(&entry.manifest) <= instant);
        fits.max_by(|a, b| a.manifest.id.cmp(&b.manifest.id))
    };
    // The server's files are whole only with the log up to their end.
    if let Some(entry) = newest(Kind::Physical, |manifest| manifest.ended) {
        return Way::Exactly(entry);
    }
    match newest(Kind::Logical, |manifest| manifest.started) {
        Some(entry) => Way::Before { entry, lost: Duration::between(entry.manifest.started, instant) },
        None => Way::No,
    }
}

/// What should have happened by `now`.
pub fn overdue(entries: &[Entry], policy: &Policy, now: Timestamp) -> Vec<Overdue> {
    let mut overdue = Vec::new();
    let age = newest(entries).map(|entry| Duration::between(entry.manifest.started, now));
    if let Some(every) = policy.every.filter(|every| age.is_none_or(|age| age > *every)) {
        overdue.push(Overdue::Backup { age, every });
    }
    let verifications = || entries.iter().filter_map(|entry| entry.verification.as_ref());
    let worked = verifications().filter(|one| one.holds()).map(|one| one.at).max();
    let age = worked.map(|at| Duration::between(at, now));
    if let Some(every) = policy.drill.filter(|every| age.is_none_or(|age| age > *every)) {
        overdue.push(Overdue::Drill { age, every });
    }
    let last = verifications().max_by_key(|one| one.at).filter(|last| !last.holds());
    overdue.extend(last.map(|last| {
        let wrong = last.answers.iter().filter(|answer| !answer.good);
        let why = last.differences.iter().map(ToString::to_string).chain(wrong.map(|answer| answer.said.clone()));
        Overdue::Failed { why: format!("{}: {}", last.backup, why.collect::<Vec<_>>().join("; ")) }
    }));
    overdue
}

impl std::fmt::Display for Overdue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Overdue::Backup { age: None, every } => write!(f, "there is no backup; one is due every {every}"),
            Overdue::Backup { age: Some(age), every } => {
                write!(f, "the newest backup is {} old; one is due every {every}", hours(*age))
            }
            Overdue::Drill { age: None, every } => {
                write!(f, "no backup was ever restored in a drill; one is due every {every}")
            }
            Overdue::Drill { age: Some(age), every } => {
                write!(f, "the last drill that worked was {} ago; one is due every {every}", hours(*age))
            }
            Overdue::Failed { why } => write!(f, "the last verification failed: {why}"),
        }
    }
}

fn hours(age: Duration) -> Duration {
    let unit = if age.as_millis() >= 3_600_000 { 3_600_000 } else { 1_000 };
    Duration::from_millis(age.as_millis() / unit * unit)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::manifest::tests::manifest;
    use crate::{Difference, Measured};

    pub(crate) fn entry(started: &str) -> Entry {
        Entry { manifest: manifest(started), verification: None }
    }

    pub(crate) fn verified(started: &str, at: &str) -> Entry {
        let manifest = manifest(started);
        let verification = Verification {
            backup: manifest.id.clone(),
            at: at.parse().unwrap(),
            by: "ops".to_owned(),
            instant: None,
            scratch: "PostgreSQL 15.14".to_owned(),
            measured: Measured { rpo: Duration::from_hours(1), rto: Duration::from_mins(1) },
            compared: 1,
            differences: Vec::new(),
            answers: Vec::new(),
            missed: Vec::new(),
            drill: true,
        };
        Entry { manifest, verification: Some(verification) }
    }

    fn physical(started: &str) -> Entry {
        let mut entry = entry(started);
        entry.manifest.kind = Kind::Physical;
        entry
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn an_instant_is_had_exactly_where_the_servers_files_are_older() {
        let entries =
            [physical("2026-11-01T00:00:00Z"), physical("2026-11-03T00:00:00Z"), entry("2026-11-04T00:00:00Z")];
        assert_eq!(for_instant(&entries, at("2026-11-05T00:00:00Z")), Way::Exactly(&entries[1]));
        // It began before, but ended after.
        assert_eq!(for_instant(&entries, at("2026-11-03T00:00:30Z")), Way::Exactly(&entries[0]));
        assert_eq!(for_instant(&entries, at("2026-10-01T00:00:00Z")), Way::No);
    }

    #[test]
    fn rows_alone_are_had_as_of_the_backup() {
        let entries = [entry("2026-11-01T00:00:00Z"), entry("2026-11-03T00:00:00Z")];
        let way = for_instant(&entries, at("2026-11-02T06:00:00Z"));
        assert_eq!(way, Way::Before { entry: &entries[0], lost: Duration::from_hours(30) });
    }

    #[test]
    fn a_failed_restore_verifies_nothing() {
        let mut failed = verified("2026-11-03T00:00:00Z", "2026-11-04T00:00:00Z");
        let difference = Difference::Rows { name: "a".to_owned() };
        failed.verification.as_mut().unwrap().differences.push(difference);
        let entries = [verified("2026-11-01T00:00:00Z", "2026-11-01T01:00:00Z"), failed];
        assert_eq!(newest_verified(&entries), Some(&entries[0]));
        assert_eq!(newest(&entries), Some(&entries[1]));
        let found = overdue(&entries, &Policy::default(), at("2026-11-05T00:00:00Z"));
        assert!(matches!(found.as_slice(), [Overdue::Failed { why }] if why.contains("other ones")), "{found:?}");
    }

    #[test]
    fn what_is_overdue_is_told() {
        let days = |days: u64| Some(Duration::from_hours(24 * days));
        let policy = Policy { every: days(1), drill: days(90), ..Policy::default() };
        let told = |entries: &[Entry], now: &str| -> Vec<String> {
            overdue(entries, &policy, at(now)).iter().map(ToString::to_string).collect()
        };
        assert_eq!(
            told(&[], "2026-11-05T00:00:00Z"),
            ["there is no backup; one is due every 1d", "no backup was ever restored in a drill; one is due every 90d"]
        );
        let entries = [verified("2026-11-01T00:00:00Z", "2026-11-01T01:00:00Z")];
        assert!(told(&entries, "2026-11-01T23:00:00Z").is_empty());
        assert_eq!(told(&entries, "2026-11-02T06:00:00Z"), ["the newest backup is 1d6h old; one is due every 1d"]);
    }
}
