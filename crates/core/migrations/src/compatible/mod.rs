//! Which releases run on which schema: what may go out, which migrations wait for an older release to be gone, and which way leads back.
//!
//! A release says which revisions it needs ([`Needs`]). A migration says in its file whether it takes something away, and from which release on
//! nobody misses it:
//!
//! ```sql
//! -- callsheet: phase contract
//! -- callsheet: oldest 2.0
//! ALTER TABLE orders DROP COLUMN price;
//! ```
//!
//! What only adds (the phase is *expand* unless it is said) keeps every older release running.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use crate::{Applied, Engine, Goal, Migration, Revision, Set, decide};

/// The revisions that a release runs on: `0007..`, `0007..0009`, `..0009`. Beyond the last one it runs on whatever only adds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Must be applied.
    pub least: Option<Revision>,
    /// Nothing that takes something away may be applied beyond it, unless that says itself that the release does without.
    pub most: Option<Revision>,
}

/// A release that runs, or is to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// Its version.
    pub version: &'a str,
    /// What it said it needs, if it said anything.
    pub needs: Option<&'a Needs>,
}

/// Why a release does not run on a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// It needs this revision, which is not applied.
    Missing(Revision),
    /// This revision took away what it may need: revision and name.
    Contracted {
        /// Which.
        revision: Revision,
        /// Its name.
        name: String,
        /// The oldest release that does without, as the file says.
        oldest: Option<String>,
    },
    /// The file of this applied revision is not here, so nobody knows whether it only adds.
    Unknown(Revision),
}

/// How a release is gone back to, the safest way that there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WayBack {
    /// It runs on the schema as it is.
    Keep,
    /// What it cannot do with is undone first.
    Downgrade {
        /// Down to this revision; `None`: before all.
        to: Option<Revision>,
        /// The rows that this destroys, by revision.
        loses: Vec<String>,
        /// Why it is needed.
        because: Misfit,
    },
    /// The database is restored first.
    Restore {
        /// When what is restored was taken, RFC 3339.
        taken: String,
        /// Nothing was written since: nobody has to agree to a loss.
        lossless: bool,
        /// Why it is needed.
        because: Misfit,
    },
    /// There is none: the fault is mended by a newer release.
    ForwardFix {
        /// Why.
        because: Misfit,
    },
}

/// A backup that the database could be restored from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The newest revision in it.
    pub revision: Option<Revision>,
    /// When it was taken, RFC 3339.
    pub taken: String,
    /// Writes have been locked since.
    pub writes_locked: bool,
}

/// A migration that waits for a release to be gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Which.
    pub revision: Revision,
    /// Its name.
    pub name: String,
    /// The version that still runs.
    pub version: String,
}

/// What a release does not run on, if anything.
pub fn misfit(release: Candidate, set: &Set, history: &[Applied]) -> Option<Misfit> {
    let none = Needs::default();
    let needs = release.needs.unwrap_or(&none);
    if let Some(least) = &needs.least
        && !history.iter().any(|applied| applied.is_whole() && applied.revision == *least)
    {
        return Some(Misfit::Missing(least.clone()));
    }
    history.iter().filter(|applied| needs.most.as_ref().is_none_or(|most| applied.revision > *most)).find_map(
        |applied| {
            let Some(migration) = set.find(&applied.revision) else {
                // A release that names what it needs was made for everything up to there.
                let covered = needs.least.as_ref().is_some_and(|least| applied.revision <= *least);
                return (!covered).then(|| Misfit::Unknown(applied.revision.clone()));
            };
            (!lives_with(release, migration)).then(|| contracted(migration))
        },
    )
}

/// The first migration of those not applied yet that one of the running releases does not live with.
pub fn held(set: &Set, history: &[Applied], running: &[Candidate]) -> Option<Held> {
    let missing = set.migrations.iter().filter(|one| !history.iter().any(|applied| applied.revision == one.revision));
    missing.into_iter().find_map(|migration| {
        let stands_by = running.iter().find(|release| !lives_with(**release, migration))?;
        Some(Held {
            revision: migration.revision.clone(),
            name: migration.name.clone(),
            version: stands_by.version.to_owned(),
        })
    })
}

/// The history as it will be once everything but what is held is applied.
pub fn after_up(set: &Set, history: &[Applied], running: &[Candidate]) -> Vec<Applied> {
    let last = held(set, history, running).map(|held| held.revision);
    let mut all = history.to_vec();
    let fresh = set.migrations.iter().filter(|one| last.as_ref().is_none_or(|last| one.revision < *last));
    for migration in fresh.filter(|one| !history.iter().any(|applied| applied.revision == one.revision)) {
        all.push(Applied::foreseen(migration));
    }
    all.sort_by(|one, other| one.revision.cmp(&other.revision));
    all
}

/// The safest way back to a release: the schema stays, else it is undone, else restored, else there is none. `serving` is the release that
/// users have meanwhile: nothing is taken from under it.
pub fn way_back(
    release: Candidate,
    serving: Option<Candidate>,
    set: &Set,
    history: &[Applied],
    engine: Engine,
    snapshot: Option<&Snapshot>,
) -> WayBack {
    let Some(because) = misfit(release, set, history) else { return WayBack::Keep };
    // What is missing cannot be had by going down.
    let fits = |kept: usize| {
        let lives = |release: Candidate| misfit(release, set, &history[..kept]).is_none();
        lives(release) && serving.is_none_or(lives)
    };
    let kept = (0..history.len()).rev().find(|&kept| fits(kept));
    if let Some(kept) = kept {
        let to = kept.checked_sub(1).map(|last| history[last].revision.clone());
        let decision = decide(set, history, &Goal::Down(to.clone()), engine, false);
        if decision.refused.is_empty() {
            let loss = |step: &crate::Step| {
                let lost: Vec<String> = step.script.destroys(engine).into_iter().map(|(_, what)| what).collect();
                (!lost.is_empty()).then(|| format!("{}: {}", step.title(), lost.join(", ")))
            };
            return WayBack::Downgrade { to, loses: decision.steps.iter().filter_map(loss).collect(), because };
        }
    }
    let restorable = snapshot.filter(|snapshot| {
        let there = history.iter().take_while(|applied| Some(&applied.revision) <= snapshot.revision.as_ref());
        misfit(release, set, &there.cloned().collect::<Vec<_>>()).is_none()
    });
    match restorable {
        Some(snapshot) => WayBack::Restore { taken: snapshot.taken.clone(), lossless: snapshot.writes_locked, because },
        None => WayBack::ForwardFix { because },
    }
}

/// Whether a release does without what a migration takes away.
fn lives_with(release: Candidate, migration: &Migration) -> bool {
    let phase = migration.phase();
    if !phase.contract {
        return true;
    }
    let within = |needs: &Needs| {
        let most = needs.most.as_ref().is_some_and(|most| migration.revision <= *most);
        most || needs.least.as_ref().is_some_and(|least| migration.revision <= *least)
    };
    if release.needs.is_some_and(within) {
        return true;
    }
    let newer = |oldest: &str| compare(release.version, oldest).is_some_and(Ordering::is_ge);
    phase.oldest.as_deref().is_some_and(newer)
}

fn contracted(migration: &Migration) -> Misfit {
    let oldest = migration.phase().oldest;
    Misfit::Contracted { revision: migration.revision.clone(), name: migration.name.clone(), oldest }
}

/// Versions as people number them: `v2.10.1`, `2.0-rc.1`. `None` where they are not numbers and differ: nobody knows which is older.
pub fn compare(one: &str, other: &str) -> Option<Ordering> {
    if one == other {
        return Some(Ordering::Equal);
    }
    let read = |text: &str| -> Option<(Vec<u64>, Option<String>)> {
        let text = text.strip_prefix('v').unwrap_or(text).split('+').next()?;
        let (numbers, rest) = text.split_once('-').map_or((text, None), |(numbers, rest)| (numbers, Some(rest)));
        let mut numbers: Vec<u64> = numbers.split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
        while numbers.len() > 1 && numbers.last() == Some(&0) {
            numbers.pop();
        }
        Some((numbers, rest.map(str::to_owned)))
    };
    let ((one, early), (other, other_early)) = (read(one)?, read(other)?);
    Some(one.cmp(&other).then_with(|| match (early, other_early) {
        (None, None) => Ordering::Equal,
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (Some(one), Some(other)) => one.cmp(&other),
    }))
}

// === impl Needs ===

impl FromStr for Needs {
    type Err = String;

    fn from_str(text: &str) -> Result<Needs, String> {
        let wrong = || format!("`{text}` must name revisions, like `0007..` or `0007..0009`");
        let (least, most) = text.trim().split_once("..").ok_or_else(wrong)?;
        let revision = |text: &str| match text.trim() {
            "" => Ok(None),
            text => Revision::parse(text).map(Some).ok_or_else(wrong),
        };
        let needs = Needs { least: revision(least)?, most: revision(most)? };
        match (&needs.least, &needs.most) {
            (None, None) => Err(wrong()),
            (Some(least), Some(most)) if least > most => Err(format!("`{text}` ends before it begins")),
            _ => Ok(needs),
        }
    }
}

impl fmt::Display for Needs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |revision: &Option<Revision>| revision.as_ref().map_or_else(String::new, Revision::to_string);
        write!(f, "{}..{}", text(&self.least), text(&self.most))
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Misfit::Missing(revision) => write!(f, "it needs revision {revision}, which is not applied"),
            Misfit::Contracted { revision, name, oldest: Some(oldest) } => {
                write!(f, "revision {revision} {name} took away what releases before {oldest} need")
            }
            Misfit::Contracted { revision, name, oldest: None } => {
                write!(f, "revision {revision} {name} took something away, and nothing says that it does without")
            }
            Misfit::Unknown(revision) => {
                write!(f, "the file of the applied revision {revision} is not here, so nobody knows what it took away")
            }
        }
    }
}

#[cfg(test)]
mod tests;
