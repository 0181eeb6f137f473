//! One step on the page: what it was to do, what was done, seen and said, in order of time.

use callsheet_base::Timestamp;
use callsheet_engine::change_record::{Attempt, Said, StepRecord};
use callsheet_engine::{Claim, Run};
use callsheet_plan::StepIndex;
use serde::Serialize;

use crate::act::Act;
use crate::files::{Files, Left};
use crate::output::{Output, Outputs};
use crate::timeline::{Course, Fate, Kind};
use crate::words::{self, Instant, brief, heading, instant};

/// One step.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    pub anchor: String,
    pub number: String,
    pub title: String,
    pub id: String,
    pub line: u32,
    pub state: &'static str,
    pub class: &'static str,
    pub sign: &'static str,
    pub took: String,
    /// Whether it begins unfolded: something in it is worth a look.
    pub open: bool,
    /// Why it is dangerous.
    pub dangers: Vec<String>,
    pub acts: Vec<Act>,
    pub items: Vec<Item>,
}

/// Something that happened in it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Item {
    Attempt(Tried),
    Said(Spoken),
}

/// An attempt at an act.
#[derive(Clone, Debug, Serialize)]
pub struct Tried {
    pub at: Instant,
    pub act: u16,
    pub attempt: u32,
    pub how: String,
    pub class: &'static str,
    pub sign: &'static str,
    pub took: String,
    pub checks: Vec<Check>,
    pub outputs: Vec<Output>,
    pub files: Vec<Left>,
}

/// What was kept of all attempts.
pub struct KeptOf<'a> {
    pub outputs: Outputs,
    pub files: Files<'a>,
}

/// An expectation and what became of it.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    pub class: &'static str,
    pub sign: &'static str,
    pub text: String,
}

/// A question, an answer, a timer.
#[derive(Clone, Debug, Serialize)]
pub struct Spoken {
    pub at: Instant,
    pub who: String,
    pub known_by: String,
    pub what: String,
    pub note: String,
}

impl Step {
    pub fn new(run: &Run, index: StepIndex, record: &StepRecord, course: &Course, kept: &KeptOf) -> Step {
        let planned = run.plan().step(index);
        let spans = || course.spans.iter().filter(|span| span.step == index);
        let (from, to) = (spans().map(|span| span.from).min(), spans().map(|span| span.to).max());
        let took = from.zip(to).map(|(from, to)| brief(callsheet_base::Duration::between(from, to)));
        let mut items: Vec<(Timestamp, Item)> =
            record.attempts.iter().map(|one| (one.began, Item::Attempt(tried(one, course, kept)))).collect();
        items.extend(record.said.iter().map(|said| (said.at, Item::Said(spoken(said)))));
        items.sort_by_key(|(at, _)| *at);
        let troubled = spans().any(|span| matches!(span.kind, Kind::Ran(_, Fate::Bad | Fate::Doubt)));
        Step {
            anchor: anchor(index),
            number: number(run, index),
            title: heading(&record.title),
            id: record.id.to_string(),
            line: record.line,
            state: record.state,
            class: words::class(record.state),
            sign: words::sign(record.state),
            took: took.unwrap_or_default(),
            open: troubled || !matches!(record.state, "done" | "skipped"),
            dangers: planned.map(|step| step.danger.iter().map(|one| one.text.clone()).collect()).unwrap_or_default(),
            acts: planned.map(acts).unwrap_or_default(),
            items: items.into_iter().map(|(_, item)| item).collect(),
        }
    }
}

/// Where the page's links lead.
pub fn anchor(index: StepIndex) -> String {
    format!("step-{}", index.0 + 1)
}

/// The step's number in the procedure; `↶` for steps of a rollback.
pub fn number(run: &Run, index: StepIndex) -> String {
    if index.0 < run.plan().main { (index.0 + 1).to_string() } else { "↶".to_owned() }
}

fn acts(step: &callsheet_plan::PlannedStep) -> Vec<Act> {
    let all = step.acts.iter().enumerate().map(|(at, act)| Act::new(at, act));
    // What only repeats the title tells nothing.
    all.filter(|act| act.code || act.word == "wait" || heading(&act.text) != heading(&step.title)).collect()
}

fn tried(attempt: &Attempt, course: &Course, all: &KeptOf) -> Tried {
    let Claim { act, attempt: count, .. } = attempt.claim;
    let mut fates = course.spans.iter().filter_map(|span| match span.kind {
        Kind::Ran(claim, fate) if claim == attempt.claim => Some(fate),
        _ => None,
    });
    let (class, sign) = match fates.next_back().unwrap_or(Fate::Open) {
        Fate::Good => ("good", "✓"),
        Fate::Bad => ("bad", "✗"),
        Fate::Doubt => ("bad", "!"),
        Fate::Withdrawn => ("faint", "↷"),
        Fate::Open => ("active", "●"),
    };
    let end = attempt.end.as_ref();
    let kept = end.map(|end| [("output", &end.evidence), ("errors", &end.errors)]);
    let shown = kept.into_iter().flatten().filter_map(|(name, kept)| Some(all.outputs.show(name, kept.as_ref()?)));
    Tried {
        at: instant(attempt.began),
        act: act + 1,
        attempt: count,
        how: end.map_or("under way".to_owned(), |end| end.how.clone()),
        class,
        sign,
        took: end.and_then(|end| end.took).map(brief).unwrap_or_default(),
        checks: end.map(|end| end.checks.iter().map(|text| check(text)).collect()).unwrap_or_default(),
        outputs: shown.collect(),
        files: end.into_iter().flat_map(|end| &end.files).map(|file| all.files.show(file)).collect(),
    }
}

fn check(text: &str) -> Check {
    let (class, sign) = match text {
        text if text.starts_with("holds") => ("good", "✓"),
        text if text.starts_with("fails") => ("bad", "✗"),
        _ => ("warn", "?"),
    };
    Check { class, sign, text: text.to_owned() }
}

fn spoken(said: &Said) -> Spoken {
    Spoken {
        at: instant(said.at),
        who: said.by.as_ref().map(|by| by.name.clone()).unwrap_or_default(),
        known_by: said.by.as_ref().map(words::known_by).unwrap_or_default(),
        what: said.what.clone(),
        note: said.note.clone(),
    }
}
