//! A rollout in words for people: one sentence for each event and phase.

use std::fmt::Write;

use crate::analysis::Evidence;
use crate::{Command, Ending, Event, Hook, Phase, Promotion, RolloutPlan};

impl RolloutPlan {
    /// `shop 1.3.9 → 1.4.0`; `shop 1.4.0` at the first release ever.
    pub fn name(&self) -> String {
        match &self.from {
            Some(from) => format!("{} {} → {}", self.service, from.version, self.to.version),
            None => format!("{} {}", self.service, self.to.version),
        }
    }

    /// What an event of it says.
    pub fn tell(&self, event: &Event) -> String {
        let new = &self.to.version;
        let share = |stage: usize| self.stages.get(stage).map_or_else(String::new, |stage| stage.weight.to_string());
        match event {
            Event::Began(_) => {
                let urgent = self.emergency.as_ref().map(|why| format!("; an emergency, without a soak: {why}"));
                let urgent = urgent.unwrap_or_default();
                let schema = self.schema.as_ref().map(|said| format!("; {said}")).unwrap_or_default();
                let instances = count(self.instances, "instance");
                format!("begins: {instances} of {new}, {}{schema}{urgent}", self.course())
            }
            Event::Undone { said } => said.clone(),
            Event::Ready {} => format!("{new} is ready"),
            Event::HookBegan { hook, address, .. } => {
                let at = address.as_ref().map(|address| format!(" at {address}")).unwrap_or_default();
                format!("{} begins{at}", self.hook_words(*hook))
            }
            Event::HookEnded { hook, failed: None } => format!("{} passed", self.hook_words(*hook)),
            Event::HookEnded { hook, failed: Some(what) } => format!("{} failed: {what}", self.hook_words(*hook)),
            Event::ConditionSeen { condition, sight } => {
                self.conditions.get(*condition).map_or_else(String::new, |condition| condition.tell(sight))
            }
            Event::Hindered { why: Some(why) } => format!("stands still: {why}"),
            Event::Hindered { why: None } => "what hindered it is over".to_owned(),
            Event::Shifted { stage } => format!("{} of the traffic is on {new}", share(*stage)),
            Event::Passed { stage, evidence } => shown(format!("{} is passed", share(*stage)), evidence.as_ref()),
            Event::Waits { stage, evidence } => {
                let by_hand = self.stages.get(*stage).is_some_and(|stage| stage.promotion == Promotion::ByHand);
                let whom = if by_hand { "a person" } else { "more evidence, or a person" };
                said(format!("stays at {} and waits for {whom}", share(*stage)), evidence.as_ref())
            }
            Event::Soaked { evidence } => shown(format!("{new} has soaked for {}", self.soak), evidence.as_ref()),
            Event::Retires {} if self.from.is_none() => "there is no older release to end".to_owned(),
            Event::Retires {} => "the older instances are ended".to_owned(),
            Event::Commanded { command, by } => {
                let what = match command {
                    Command::Pause => "paused".to_owned(),
                    Command::Resume => "resumed".to_owned(),
                    Command::Promote => "promoted".to_owned(),
                    Command::SetWeight(weight) => format!("set to {weight} of the traffic"),
                    Command::Abort => "turned back".to_owned(),
                };
                format!("{what} by {by}")
            }
            Event::TurnedBack { reason, evidence, .. } => shown(format!("turned back: {reason}"), evidence.as_ref()),
            Event::Restored {} => match &self.from {
                Some(from) => format!("all traffic is on {} again", from.version),
                None if self.repairs => format!("what is there of {new} stays"),
                None => format!("no traffic is on {new} any more"),
            },
            Event::Ended {} => "over".to_owned(),
        }
    }

    /// What instances wrote that an event keeps, each line ready to stand below the event's sentence.
    pub fn wrote(event: &Event) -> Vec<String> {
        match event {
            Event::TurnedBack { wrote, .. } => wrote.iter().map(|line| format!("  it wrote: {line}")).collect(),
            _ => Vec::new(),
        }
    }

    /// Where it stands, in a few words.
    pub fn stands(&self, phase: &Phase) -> String {
        let share = |stage: usize| self.stages.get(stage).map_or_else(String::new, |stage| stage.weight.to_string());
        match phase {
            Phase::Undoing {} => "bringing the schema back".to_owned(),
            Phase::Migrating {} => "migrating".to_owned(),
            Phase::Preparing { .. } => "getting ready".to_owned(),
            Phase::Trying { hook } => format!("ready, before its first user: {}", self.hook_words(*hook)),
            Phase::Shifting { stage } => format!("moving to {}", share(*stage)),
            Phase::Judging { stage, .. } => format!("judged at {}", share(*stage)),
            Phase::Waiting { stage } => format!("waiting at {}", share(*stage)),
            Phase::Soaking { since } => {
                format!("all traffic moved, soaking until {:.0}", self.soak.after(*since))
            }
            Phase::Observing { .. } => "all traffic moved, the older instances are warm".to_owned(),
            Phase::Retiring {} => "ending the older instances".to_owned(),
            Phase::Restoring { reason, .. } => format!("going back: {reason}"),
            Phase::Clearing { reason } => format!("gone back, ending the newer instances: {reason}"),
            Phase::Ended(Ending::Promoted) => "promoted".to_owned(),
            Phase::Ended(Ending::RolledBack(reason)) => format!("rolled back: {reason}"),
        }
    }

    /// What a hook is called: a later verification by its time and name.
    pub fn hook_words(&self, hook: Hook) -> String {
        let later = match hook {
            Hook::Later(index) => self.later.get(index),
            _ => None,
        };
        later.map_or_else(|| hook.to_string(), |later| format!("the verification T+{} `{}`", later.after, later.name))
    }

    /// `10% → 50% → 100%`.
    pub fn course(&self) -> String {
        let mut course = String::new();
        for stage in &self.stages {
            let arrow = if course.is_empty() { "" } else { " → " };
            // Writing to a string cannot fail.
            let _ = write!(course, "{arrow}{}", stage.weight);
        }
        course
    }
}

/// With the figures alone: the verdict is told by what happened.
fn shown(what: String, evidence: Option<&Evidence>) -> String {
    match evidence {
        Some(evidence) => format!("{what} ({})", evidence.figures()),
        None => what,
    }
}

fn said(what: String, evidence: Option<&Evidence>) -> String {
    match evidence {
        Some(evidence) => format!("{what} ({evidence})"),
        None => what,
    }
}

fn count(number: u16, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
