//! A rotation as a machine: what comes next, and what an event changes. [`Entry::begin`] begins one.
//!
//! The caller records each event durably, with the entry, before and after it acts: [`Event::Intended`] before anything outside is
//! touched, [`Event::Finished`] when it is done. After a crash [`Entry::decide`] asks for the open stage again; each can be done twice.

mod begin;
mod stage;

use std::fmt;

use callsheet_base::{Duration, Timestamp};
use serde::{Deserialize, Serialize};

pub use begin::{Beginning, Refusal, Staging};
pub use stage::{Kind, Stage, Way, path};

use crate::{Entry, State, Version};

/// A rotation under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Rotation {
    kind: Kind,
    from: u32,
    to: u32,
    way: Way,
    /// The last stage that came to its end on this way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    done: Option<Stage>,
    /// The stage that was begun and of whose end nothing is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    open: Option<Stage>,
    /// When it was begun the first time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    intended: Option<Timestamp>,
    /// Something outside may accept the new version.
    offered: bool,
    /// The new version was in use at some time.
    promoted: bool,
    /// When `done` came to its end.
    since: Timestamp,
    /// When the last instance began to use what is in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rolled: Option<Timestamp>,
    /// When what is in use was verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    verified: Option<Timestamp>,
    began: Timestamp,
    by: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    why: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    emergency: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    run: Option<String>,
    /// Why the open stage failed the last time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trouble: Option<String>,
}

/// How a rotation ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ended {
    /// From which version.
    pub from: u32,
    /// To which.
    pub to: u32,
    /// Which way it came to its end: back means that the old version is in use.
    pub way: Way,
    /// When it began.
    pub began: Timestamp,
    /// When it ended.
    pub at: Timestamp,
    /// Who asked for it.
    pub by: String,
    /// The run that it was part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
}

/// What happens to a rotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The stage is about to be brought about; nothing of it is done yet, unless it was intended before.
    Intended(Stage, Timestamp),
    /// It is done.
    Finished(Stage, Timestamp),
    /// It was not done, or not wholly; why.
    Failed(Stage, String),
    /// A person wants the old version back.
    Aborted(Timestamp),
}

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// No rotation is under way.
    Nothing,
    /// Bring this about.
    Do(Stage),
    /// The other version stays valid until then.
    Wait {
        /// Then its last use is looked for.
        until: Timestamp,
    },
}

/// An event that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Illegal {
    /// No rotation is under way.
    #[error("no rotation is under way")]
    NoRotation,
    /// Another stage is next.
    #[error("the stage `{stage}` is not next, `{next}` is")]
    NotNext {
        /// The event's.
        stage: Stage,
        /// What is next.
        next: Stage,
    },
    /// The old one may be invalid already.
    #[error("the old version is being revoked already: it cannot be had back")]
    TooLate,
    /// It is on its way back.
    #[error("it is on its way back already")]
    TurnedBack,
}

// === impl Rotation ===

impl Rotation {
    /// How it is rotated.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The version that was in use when it began.
    pub fn from(&self) -> u32 {
        self.from
    }

    /// The new version.
    pub fn to(&self) -> u32 {
        self.to
    }

    /// Which way it goes.
    pub fn way(&self) -> Way {
        self.way
    }

    /// The user of the new version.
    pub fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    /// Who asked for it.
    pub fn by(&self) -> &str {
        &self.by
    }

    /// When it began.
    pub fn began(&self) -> Timestamp {
        self.began
    }

    /// The run that began it.
    pub fn run(&self) -> Option<&str> {
        self.run.as_deref()
    }

    /// When what is in use now was verified.
    pub fn verified(&self) -> Option<Timestamp> {
        self.verified
    }

    /// When the open stage was begun the first time: whatever started after it knows what the stage is about.
    pub fn intended(&self) -> Option<Timestamp> {
        self.open.and(self.intended)
    }

    /// When the last stage ended.
    pub fn since(&self) -> Timestamp {
        self.since
    }

    /// Why the open stage failed the last time.
    pub fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    /// Whether something outside may accept the new version.
    pub fn is_offered(&self) -> bool {
        self.offered
    }

    /// Whether the version is one of its two.
    pub fn concerns(&self, number: u32) -> bool {
        number == self.from || number == self.to
    }

    /// The version that is to be revoked at the end of this way.
    pub fn doomed(&self) -> u32 {
        match self.way {
            Way::Forth => self.from,
            Way::Back => self.to,
        }
    }

    /// The version that is to be in use at the end of this way.
    pub fn kept(&self) -> u32 {
        match self.way {
            Way::Forth => self.to,
            Way::Back => self.from,
        }
    }

    /// All stages of the way.
    pub fn path(&self) -> &'static [Stage] {
        path(self.kind, self.way, self.offered, self.promoted)
    }

    /// The stages of the way that came to their end.
    pub fn finished(&self) -> &'static [Stage] {
        let path = self.path();
        let count = self.done.and_then(|done| path.iter().position(|stage| *stage == done)).map_or(0, |at| at + 1);
        &path[..count]
    }

    /// The stage that is next or open.
    pub fn next(&self) -> Option<Stage> {
        self.path().get(self.finished().len()).copied()
    }

    /// Whether the stage was begun once and may be half done.
    pub fn is_open(&self, stage: Stage) -> bool {
        self.open == Some(stage)
    }

    fn decide(&self, now: Timestamp, overlap: Duration) -> Next {
        let Some(next) = self.next() else { return Next::Nothing };
        let until = self.rolled.map(|rolled| overlap.after(rolled));
        match until.filter(|until| next == Stage::Quiet && now < *until) {
            Some(until) => Next::Wait { until },
            None => Next::Do(next),
        }
    }

    fn expect(&self, stage: Stage) -> Result<(), Illegal> {
        match self.next() {
            Some(next) if next == stage => Ok(()),
            Some(next) => Err(Illegal::NotNext { stage, next }),
            None => Err(Illegal::NoRotation),
        }
    }
}

impl fmt::Display for Rotation {
    /// `to version 3: stage 4 of 9, put the new one in use`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let back = if self.way == Way::Back { " (on its way back)" } else { "" };
        let (at, of) = (self.finished().len() + 1, self.path().len());
        let words = self.next().map_or("over", Stage::words);
        write!(f, "from version {} to {}{back}: stage {at} of {of}, {words}", self.from, self.to)
    }
}

// === impl Entry ===

impl Entry {
    /// What comes next. `overlap`: how long the other version stays valid after the last instance left it.
    pub fn decide(&self, now: Timestamp, overlap: Duration) -> Next {
        self.rotation.as_ref().map_or(Next::Nothing, |rotation| rotation.decide(now, overlap))
    }

    /// Takes an event in. What it changes of versions is changed with it: a store that writes the entry writes both at once.
    pub fn apply(&mut self, event: &Event) -> Result<(), Illegal> {
        let mut rotation = self.rotation.take().ok_or(Illegal::NoRotation)?;
        let applied = self.apply_to(&mut rotation, event);
        let is_over = rotation.next().is_none();
        if !is_over {
            self.rotation = Some(rotation);
            return applied;
        }
        let Rotation { from, to, way, began, since, by, run, .. } = rotation;
        self.last = Some(Ended { from, to, way, began, at: since, by, run });
        applied
    }

    fn apply_to(&mut self, rotation: &mut Rotation, event: &Event) -> Result<(), Illegal> {
        match event {
            Event::Intended(stage, at) => {
                rotation.expect(*stage)?;
                if rotation.open != Some(*stage) {
                    (rotation.open, rotation.intended) = (Some(*stage), Some(*at));
                }
                rotation.offered |= matches!(stage, Stage::Admit | Stage::Announce);
                Ok(())
            }
            Event::Finished(stage, at) => {
                rotation.expect(*stage)?;
                self.finish(rotation, *stage, *at);
                (rotation.done, rotation.open, rotation.since, rotation.trouble) = (Some(*stage), None, *at, None);
                Ok(())
            }
            Event::Failed(stage, why) => {
                rotation.expect(*stage)?;
                rotation.trouble = Some(why.clone());
                Ok(())
            }
            Event::Aborted(at) => abort(rotation, *at),
        }
    }

    /// What the end of a stage says about the versions.
    fn finish(&mut self, rotation: &mut Rotation, stage: Stage, at: Timestamp) {
        let (kept, doomed) = (rotation.kept(), rotation.doomed());
        match stage {
            Stage::Store => {
                let (by, user) = (rotation.by.clone(), rotation.user.clone());
                let number = rotation.to;
                self.versions.retain(|version| version.number != number);
                self.versions.push(Version { number, state: State::Pending, made: at, by, user, destroyed: false });
            }
            Stage::Promote | Stage::Restore => {
                rotation.promoted = true;
                (rotation.rolled, rotation.verified) = (None, None);
                self.turn(doomed, State::Previous);
                self.turn(kept, State::Current);
            }
            Stage::Roll => rotation.rolled = Some(at),
            Stage::Verify => rotation.verified = Some(at),
            Stage::Retire => self.turn(doomed, State::Revoked),
            Stage::Destroy => {
                if let Some(version) = self.version_mut(doomed) {
                    version.destroyed = true;
                }
            }
            Stage::Admit | Stage::Try | Stage::Announce | Stage::Quiet | Stage::Forget => {}
        }
    }

    fn turn(&mut self, number: u32, state: State) {
        if let Some(version) = self.version_mut(number) {
            version.state = state;
        }
    }
}

fn abort(rotation: &mut Rotation, at: Timestamp) -> Result<(), Illegal> {
    if rotation.way == Way::Back {
        return Err(Illegal::TurnedBack);
    }
    let retiring = rotation.is_open(Stage::Retire) || rotation.finished().contains(&Stage::Retire);
    if retiring {
        return Err(Illegal::TooLate);
    }
    rotation.way = Way::Back;
    (rotation.done, rotation.open, rotation.trouble, rotation.since) = (None, None, None, at);
    Ok(())
}

#[cfg(test)]
mod tests;
