//! Whether a rotation may begin.

use callsheet_base::Timestamp;

use super::{Rotation, Way};
use crate::rotation::Kind;
use crate::{Entry, State, Window};

/// What a rotation is begun with.
#[derive(Clone, Debug)]
pub struct Beginning {
    /// How it is rotated.
    pub kind: Kind,
    /// Now.
    pub at: Timestamp,
    /// Who asks.
    pub by: String,
    /// Why.
    pub why: String,
    /// The user that the new version belongs to, where two take turns.
    pub user: Option<String>,
    /// When it may be begun; `None`: at any time.
    pub window: Option<Window>,
    /// Whether it must have been rotated in staging first, and when it was.
    pub staging: Option<Staging>,
    /// Why neither window nor staging is waited for.
    pub emergency: Option<String>,
    /// The run that it is part of.
    pub run: Option<String>,
}

/// How it stands in staging.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staging {
    /// The environment's name.
    pub environment: String,
    /// When its last rotation came to its end there, or was at least verified.
    pub rotated: Option<Timestamp>,
}

/// Why no rotation begins.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// One is under way.
    #[error("a rotation to version {0} is under way")]
    UnderWay(u32),
    /// Nothing is in use yet.
    #[error("no version of it is in use, so there is nothing to rotate")]
    NothingInUse,
    /// The other half of the pair is still valid: never both halves at once.
    #[error("version {0} is still valid beside the one in use: only one of the two can be replaced at a time")]
    PairBusy(u32),
    /// Both halves would be the same user.
    #[error("the version in use belongs to `{0}`, so the new one must belong to the other user")]
    SameUser(String),
    /// It is not the time.
    #[error("it is outside of its window, `{window}`{}", next.map(|at| format!("; the next begins {}", at.strftime("%Y-%m-%d %H:%MZ"))).unwrap_or_default())]
    OutsideWindow {
        /// The window.
        window: Window,
        /// When it begins next.
        next: Option<Timestamp>,
    },
    /// Staging goes before.
    #[error("it was not rotated in {0} since it was here: staging goes before production")]
    StagingFirst(String),
}

impl Entry {
    /// Begins a rotation, if it may.
    pub fn begin(&mut self, begin: Beginning) -> Result<(), Refusal> {
        if let Some(rotation) = &self.rotation {
            return Err(Refusal::UnderWay(rotation.to));
        }
        let current = self.current().ok_or(Refusal::NothingInUse)?;
        if let Some(busy) = self.versions.iter().find(|one| matches!(one.state, State::Previous | State::Pending)) {
            return Err(Refusal::PairBusy(busy.number));
        }
        if begin.kind == Kind::Users && current.user == begin.user {
            return Err(Refusal::SameUser(current.user.clone().unwrap_or_default()));
        }
        if begin.emergency.is_none() {
            if let Some(window) = begin.window.filter(|window| !window.holds(begin.at)) {
                let next = window.next(begin.at);
                return Err(Refusal::OutsideWindow { window, next });
            }
            if let Some(staging) = begin.staging.filter(|staging| staging.rotated.is_none_or(|at| at <= current.made)) {
                return Err(Refusal::StagingFirst(staging.environment));
            }
        }
        self.rotation = Some(Rotation {
            kind: begin.kind,
            from: current.number,
            to: self.next_number(),
            way: Way::Forth,
            done: None,
            open: None,
            intended: None,
            offered: false,
            promoted: false,
            since: begin.at,
            rolled: None,
            verified: None,
            began: begin.at,
            by: begin.by,
            why: begin.why,
            user: begin.user,
            emergency: begin.emergency,
            run: begin.run,
            trouble: None,
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn beginning(now: &str) -> Beginning {
        let (by, why) = ("ops".to_owned(), String::new());
        let (user, window, staging, emergency, run) = (None, None, None, None, None);
        Beginning { kind: Kind::Keys, at: at(now), by, why, user, window, staging, emergency, run }
    }

    fn entry(values: usize) -> Entry {
        let mut entry = Entry::default();
        for _ in 0..values {
            entry.set(at("2026-11-01T00:00:00Z"), "ops", None);
        }
        entry
    }

    #[test]
    fn only_one_half_of_a_pair_is_replaced_at_a_time() {
        assert_eq!(entry(0).begin(beginning("2026-11-22T00:00:00Z")), Err(Refusal::NothingInUse));
        assert_eq!(entry(2).begin(beginning("2026-11-22T00:00:00Z")), Err(Refusal::PairBusy(1)));
        let mut once = entry(1);
        assert_eq!(once.begin(beginning("2026-11-22T00:00:00Z")), Ok(()));
        assert_eq!(once.begin(beginning("2026-11-22T00:00:00Z")), Err(Refusal::UnderWay(2)));
    }

    #[test]
    fn a_window_is_kept_but_in_an_emergency() {
        let window = || Some("Sun 02:00-04:00".parse().unwrap());
        let tuesday = Beginning { window: window(), ..beginning("2026-11-24T12:00:00Z") };
        let refused = entry(1).begin(tuesday.clone()).unwrap_err().to_string();
        assert!(refused.ends_with("the next begins 2026-11-29 02:00Z"), "{refused}");
        assert_eq!(entry(1).begin(Beginning { window: window(), ..beginning("2026-11-29T03:59:00Z") }), Ok(()));
        assert_eq!(entry(1).begin(Beginning { emergency: Some("leaked".to_owned()), ..tuesday }), Ok(()));
    }

    #[test]
    fn staging_goes_before() {
        let staged = |rotated: Option<&str>| Beginning {
            staging: Some(Staging { environment: "staging".to_owned(), rotated: rotated.map(at) }),
            ..beginning("2026-11-22T00:00:00Z")
        };
        let first = Err(Refusal::StagingFirst("staging".to_owned()));
        assert_eq!(entry(1).begin(staged(None)), first);
        assert_eq!(entry(1).begin(staged(Some("2026-10-01T00:00:00Z"))), first);
        assert_eq!(entry(1).begin(staged(Some("2026-11-21T00:00:00Z"))), Ok(()));
    }
}
