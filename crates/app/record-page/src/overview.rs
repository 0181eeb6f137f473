//! The picture at the top: a row for every step, with bars over time.

use callsheet_base::Duration;
use callsheet_engine::Run;
use callsheet_plan::StepIndex;
use serde::Serialize;

use crate::step::{anchor, number};
use crate::timeline::{Course, Fate, Kind, Scale, Span};
use crate::words::{self, brief, heading, instant};

/// Steps not reached that are listed one by one.
const MOST_UNREACHED: usize = 40;

/// The narrowest bar, of 1000.
const NARROWEST: f64 = 6.0;

/// The picture.
#[derive(Clone, Debug, Serialize)]
pub struct Overview {
    pub ticks: Vec<Tick>,
    pub cut: Vec<Cut>,
    pub marks: Vec<Marked>,
    pub rows: Vec<Row>,
    /// Steps that were not reached and are not among the rows.
    pub more: usize,
}

/// A time below the picture.
#[derive(Clone, Debug, Serialize)]
pub struct Tick {
    pub place: f64,
    pub label: String,
}

/// A stretch that is drawn shorter than it was.
#[derive(Clone, Debug, Serialize)]
pub struct Cut {
    pub from: f64,
    pub width: f64,
    pub took: String,
}

/// Something that concerned the whole run.
#[derive(Clone, Debug, Serialize)]
pub struct Marked {
    pub place: f64,
    pub kind: &'static str,
}

/// One step.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub anchor: String,
    pub number: String,
    pub title: String,
    pub state: &'static str,
    pub class: &'static str,
    pub sign: &'static str,
    pub took: String,
    /// Whether the page has more about it.
    pub reached: bool,
    pub bars: Vec<Bar>,
}

/// One bar.
#[derive(Clone, Debug, Serialize)]
pub struct Bar {
    pub x: f64,
    pub width: f64,
    pub class: &'static str,
    pub words: String,
}

impl Overview {
    pub fn new(run: &Run, course: &Course, reached: &[StepIndex]) -> Overview {
        let scale = Scale::of(course);
        let plan = run.plan();
        let mut rows = Vec::new();
        let mut unreached = 0;
        for index in (0..plan.steps.len() as u32).map(StepIndex) {
            let is_reached = reached.contains(&index);
            if !is_reached && (index.0 >= plan.main || unreached == MOST_UNREACHED) {
                continue;
            }
            unreached += usize::from(!is_reached);
            rows.push(row(run, index, is_reached, course, &scale));
        }
        let more = (0..plan.main).filter(|index| !reached.contains(&StepIndex(*index))).count() - unreached;
        let cut = scale.cut.iter().map(|(from, to, took)| Cut {
            from: rounded(*from),
            width: rounded(to - from),
            took: brief(*took),
        });
        let marks = course.marks.iter().map(|mark| Marked { place: rounded(scale.place(mark.at)), kind: mark.kind });
        Overview { ticks: ticks(&scale, course), cut: cut.collect(), marks: marks.collect(), rows, more }
    }
}

/// Clock times; in a run too short for them, times since its beginning.
fn ticks(scale: &Scale, course: &Course) -> Vec<Tick> {
    let is_short = Duration::between(course.begin, course.end) < Duration::from_secs(10);
    let tick = |quarter: u8| {
        let at = scale.instant(f64::from(quarter) * 250.0);
        let label = match is_short {
            true => format!("+{}", brief(Duration::between(course.begin, at))),
            false => instant(at).time,
        };
        Tick { place: f64::from(quarter) * 25.0, label }
    };
    (0..=4).map(tick).collect()
}

fn row(run: &Run, index: StepIndex, reached: bool, course: &Course, scale: &Scale) -> Row {
    let state = run.step(index).word();
    let spans = || course.spans.iter().filter(|span| span.step == index);
    let (from, to) = (spans().map(|span| span.from).min(), spans().map(|span| span.to).max());
    let took = from.zip(to).map(|(from, to)| brief(Duration::between(from, to)));
    Row {
        anchor: anchor(index),
        number: number(run, index),
        title: run.plan().step(index).map(|step| heading(&step.title)).unwrap_or_default(),
        state,
        class: words::class(state),
        sign: words::sign(state),
        took: took.unwrap_or_default(),
        reached,
        bars: spans().map(|span| bar(span, scale)).collect(),
    }
}

fn bar(span: &Span, scale: &Scale) -> Bar {
    let (class, what) = match span.kind {
        Kind::Ran(claim, fate) => {
            let (class, how) = match fate {
                Fate::Good => ("good", "as wanted"),
                Fate::Bad => ("bad", "not as wanted"),
                Fate::Doubt => ("doubt", "in doubt"),
                Fate::Withdrawn => ("faint", "not started"),
                Fate::Open => ("active", "under way"),
            };
            (class, format!("act {} attempt {}, {how}", claim.act + 1, claim.attempt))
        }
        Kind::Asked => ("asked", "waited for a person".to_owned()),
        Kind::Waited => ("wait", "waited".to_owned()),
        Kind::Retried => ("wait", "waited to try again".to_owned()),
    };
    let took = brief(Duration::between(span.from, span.to));
    let words = format!("{what}: {}, {took}", instant(span.from).time);
    let (from, to) = (scale.place(span.from), scale.place(span.to));
    let width = (to - from).max(NARROWEST);
    Bar { x: rounded(from.min(1000.0 - width)), width: rounded(width), class, words }
}

fn rounded(place: f64) -> f64 {
    (place * 10.0).round() / 10.0
}
