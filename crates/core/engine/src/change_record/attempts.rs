//! What a change record tells of one step: its attempts with their evidence, and what people said.

use callsheet_access::Actor;
use callsheet_base::{Duration, StepId, Timestamp};
use callsheet_plan::{PlannedStep, StepIndex};
use serde::Serialize;

use crate::{Cause, Claim, Event, Evidence, EvidenceFile, Judged, Outcome, Run, SkipReason};

/// One step that was reached.
#[derive(Clone, Debug, Serialize)]
pub struct StepRecord {
    /// Its id.
    pub id: StepId,
    /// The words that introduce it.
    pub title: String,
    /// 1-based line in the runbook.
    pub line: u32,
    /// Where it is, or how it ended.
    pub state: &'static str,
    /// Every attempt at every act.
    pub attempts: Vec<Attempt>,
    /// Questions, answers and decisions.
    pub said: Vec<Said>,
    #[serde(skip)]
    stated: Vec<Vec<String>>,
}

/// One attempt.
#[derive(Clone, Debug, Serialize)]
pub struct Attempt {
    /// Step, act, attempt.
    pub claim: Claim,
    /// When the intent was recorded.
    pub began: Timestamp,
    /// How it ended; `None`: it did not yet.
    pub end: Option<AttemptEnd>,
}

/// How an attempt ended.
#[derive(Clone, Debug, Serialize)]
pub struct AttemptEnd {
    /// When that was recorded.
    pub at: Timestamp,
    /// In words: `exit status 0`, `not started: …`, `in doubt: …`.
    pub how: String,
    /// How long it took, where known.
    pub took: Option<Duration>,
    /// Its output.
    pub evidence: Option<Evidence>,
    /// Its error output.
    pub errors: Option<Evidence>,
    /// Files that it left.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<EvidenceFile>,
    /// Expectations with what became of them, in words.
    pub checks: Vec<String>,
}

/// Something that was asked, answered or decided.
#[derive(Clone, Debug, Serialize)]
pub struct Said {
    /// When.
    pub at: Timestamp,
    /// Who; `None`: Callsheet itself.
    pub by: Option<Actor>,
    /// What, in a few words.
    pub what: String,
    /// Their own words.
    pub note: String,
}

// === impl StepRecord ===

impl StepRecord {
    /// What happened in it, in order of time: one line each, with the checks of attempts.
    pub(super) fn in_order(&self) -> Vec<(String, &[String])> {
        let attempts = self.attempts.iter().map(|attempt| (attempt.began, attempt.words(), attempt.checks()));
        let nothing: &[String] = &[];
        let said = self.said.iter().map(|said| (said.at, said.words(), nothing));
        let mut all: Vec<_> = attempts.chain(said).collect();
        all.sort_by_key(|(at, ..)| *at);
        all.into_iter().map(|(_, words, checks)| (words, checks)).collect()
    }

    pub(super) fn new(run: &Run, at: usize, planned: &PlannedStep) -> StepRecord {
        let texts = planned.acts.iter().map(|act| act.expects.iter().map(|expect| expect.text.clone()).collect());
        StepRecord {
            id: planned.id.clone(),
            title: planned.title.clone(),
            line: planned.line,
            state: run.step(StepIndex(at as u32)).word(),
            attempts: Vec::new(),
            said: Vec::new(),
            stated: texts.collect(),
        }
    }

    pub(super) fn is_untouched(&self) -> bool {
        self.attempts.is_empty() && self.said.is_empty() && self.state == "pending"
    }

    pub(super) fn take(&mut self, event: &Event, at: Timestamp) {
        let bare = |how: String| AttemptEnd {
            at,
            how,
            took: None,
            evidence: None,
            errors: None,
            files: Vec::new(),
            checks: Vec::new(),
        };
        let (claim, end) = match event {
            Event::Intended { claim } => {
                self.attempts.push(Attempt { claim: *claim, began: at, end: None });
                return;
            }
            Event::Withdrawn { claim, why } => (claim, bare(format!("not started: {why}"))),
            Event::DoubtFound { claim, why } => (claim, bare(format!("in doubt: {why}"))),
            Event::Ended { claim, outcome } => (claim, self.ended(*claim, outcome, at)),
            _ => {
                self.said.extend(said(event, at));
                return;
            }
        };
        if let Some(attempt) = self.attempts.iter_mut().rev().find(|attempt| attempt.claim == *claim) {
            attempt.end = Some(end);
        }
    }

    fn ended(&self, claim: Claim, outcome: &Outcome, at: Timestamp) -> AttemptEnd {
        let stated = self.stated.get(claim.act as usize);
        let checks = outcome.verdicts.iter().map(|verdict| {
            let text =
                stated.and_then(|texts| texts.get(verdict.expect as usize)).map_or("an expectation", String::as_str);
            match verdict.judged {
                Judged::Holds => format!("holds: {text}"),
                Judged::Fails => format!("fails: {text}; saw {}", verdict.saw),
                Judged::Person => format!("left to a person: {text}"),
            }
        });
        AttemptEnd {
            at,
            how: outcome.exit.words(),
            took: Some(outcome.took),
            evidence: outcome.evidence.clone(),
            errors: outcome.errors.clone(),
            files: outcome.files.clone(),
            checks: checks.collect(),
        }
    }
}

/// What an event says that is no attempt. `None`: nothing worth a line.
pub(super) fn said(event: &Event, at: Timestamp) -> Option<Said> {
    let line =
        |by: Option<&Actor>, what: String, note: &str| Some(Said { at, by: by.cloned(), what, note: note.to_owned() });
    match event {
        Event::Adopted(executor) => {
            line(None, format!("carried out by process {} ({})", executor.pid, executor.role), "")
        }
        Event::TargetVerified { found } => line(None, format!("target verified: {}", found.join(", ")), ""),
        Event::TargetRefused { why } => line(None, format!("target refused: {why}"), ""),
        Event::Asked { .. } => line(None, "asked".to_owned(), ""),
        Event::Approved { actor, note, .. } => line(Some(actor), "approved".to_owned(), note),
        Event::Denied { actor, note, .. } => line(Some(actor), "denied".to_owned(), note),
        Event::Expired { .. } => line(None, "expired".to_owned(), ""),
        Event::Confirmed { actor, note, .. } => line(Some(actor), "confirmed".to_owned(), note),
        Event::Disproved { actor, note, .. } => line(Some(actor), "said it did not work".to_owned(), note),
        Event::Chosen { label, actor, note, .. } => line(Some(actor), format!("chose {label}"), note),
        Event::Skipped { why: SkipReason::Condition, .. } => {
            line(None, "left out: its condition does not hold".to_owned(), "")
        }
        Event::Skipped { why: SkipReason::Alternative, .. } => {
            line(None, "left out: another way was chosen".to_owned(), "")
        }
        Event::Skipped { why: SkipReason::Person { actor, note }, .. } => {
            line(Some(actor), "left out".to_owned(), note)
        }
        Event::Settled { how, actor, note, .. } => {
            line(Some(actor), format!("settled: {}", format!("{how:?}").to_lowercase()), note)
        }
        Event::TimerSet { due, .. } => line(None, format!("timed until {due:.3}"), ""),
        Event::RollbackBegan { to, cause } => {
            let by = match cause {
                Cause::Person(actor) => Some(actor),
                Cause::Failed(_) | Cause::Cancelled => None,
            };
            line(by, format!("rollback began: {}", to.as_deref().unwrap_or("the finished steps' undoing")), "")
        }
        Event::CancelAsked { actor, note, .. } => line(Some(actor), "cancelled".to_owned(), note),
        Event::Held { actor, note } => line(Some(actor), "held".to_owned(), note),
        Event::Released { actor, note } => line(Some(actor), "released".to_owned(), note),
        Event::Observing {} => line(None, "only watching is left".to_owned(), ""),
        Event::Superseded { by } => line(None, format!("superseded by run {}", by.short()), ""),
        Event::Finished { result } => line(None, result.word().to_owned(), ""),
        Event::Abandoned { actor, note } => line(Some(actor), "abandoned".to_owned(), note),
        Event::Created(_) | Event::TargetAsked {} | Event::TimerFired { .. } => None,
        // They have their own part of the record.
        Event::Rollout { .. } | Event::Measured { .. } => None,
        Event::Intended { .. } | Event::Withdrawn { .. } | Event::Ended { .. } | Event::DoubtFound { .. } => None,
    }
}

impl Said {
    /// One line: time, who, what, their words.
    pub(super) fn words(&self) -> String {
        let by = self.by.as_ref().map(|actor| format!("{actor} ")).unwrap_or_default();
        let note = if self.note.is_empty() { String::new() } else { format!(" — {}", self.note) };
        format!("{:.3} {by}{}{note}", self.at, self.what)
    }
}

impl Attempt {
    /// One line: time, which attempt, how it ended, its evidence.
    pub(super) fn words(&self) -> String {
        let Claim { act, attempt, .. } = self.claim;
        let end = match &self.end {
            None => "not ended".to_owned(),
            Some(end) => {
                let took = end.took.map(|took| format!(" after {took}")).unwrap_or_default();
                let evidence = |name: &str, evidence: &Option<Evidence>| {
                    let one =
                        evidence.as_ref().map(|one| format!(", {name} {} ({} bytes)", one.output.short(), one.bytes));
                    one.unwrap_or_default()
                };
                let files: String = end.files.iter().map(|file| format!(", {}", file.words())).collect();
                let (output, errors) = (evidence("output", &end.evidence), evidence("errors", &end.errors));
                format!("{}{took}{output}{errors}{files}", end.how)
            }
        };
        format!("{:.3} act {} attempt {attempt}: {end}", self.began, act + 1)
    }

    /// The checks' lines.
    pub(super) fn checks(&self) -> &[String] {
        self.end.as_ref().map_or(&[], |end| &end.checks)
    }
}
