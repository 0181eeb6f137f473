//! From a run's events to spans of time.

use callsheet_base::Timestamp;
use callsheet_engine::{Claim, Event, Run, TimerFor};
use callsheet_plan::StepIndex;

/// What a step was at for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The step.
    pub step: StepIndex,
    /// From when.
    pub from: Timestamp,
    /// Until when; the picture's end if it is not over.
    pub to: Timestamp,
    /// What it was at.
    pub kind: Kind,
}

/// What a step was at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An attempt at an act.
    Ran(Claim, Fate),
    /// A person was asked.
    Asked,
    /// A durable timer ran.
    Waited,
    /// It had failed and was to be tried again.
    Retried,
}

/// What became of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// As wanted.
    Good,
    /// Not as wanted.
    Bad,
    /// Nobody knows.
    Doubt,
    /// It never started.
    Withdrawn,
    /// It goes on.
    Open,
}

/// Something that concerned the whole run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// When.
    pub at: Timestamp,
    /// A stable name of its kind: `resumed`, `back`, `cancel`, `hold`.
    pub kind: &'static str,
}

/// Everything that is drawn.
#[derive(Clone, Debug)]
pub struct Course {
    /// In the order in which they began.
    pub spans: Vec<Span>,
    /// In order of time.
    pub marks: Vec<Mark>,
    /// The run's beginning.
    pub begin: Timestamp,
    /// Its end, or the instant of the picture.
    pub end: Timestamp,
}

/// The course of `run` up to `end`.
pub fn course(run: &Run, events: &[(Timestamp, Event)], end: Timestamp) -> Course {
    let mut drawn = Drawn { run, spans: Vec::new(), open: Vec::new(), end };
    let mut marks = Vec::new();
    let mut executors = 0;
    for (at, event) in events {
        drawn.take(*at, event);
        marks.extend(mark(*at, event, &mut executors));
    }
    Course { spans: drawn.spans, marks, begin: run.started(), end }
}

fn mark(at: Timestamp, event: &Event, executors: &mut usize) -> Option<Mark> {
    let kind = match event {
        Event::Adopted(_) => {
            *executors += 1;
            (*executors > 1).then_some("resumed")?
        }
        Event::RollbackBegan { .. } => "back",
        Event::CancelAsked { .. } | Event::Abandoned { .. } => "cancel",
        Event::Held { .. } | Event::Released { .. } => "hold",
        _ => return None,
    };
    Some(Mark { at, kind })
}

struct Drawn<'a> {
    run: &'a Run,
    spans: Vec<Span>,
    /// Indices of spans that are not over.
    open: Vec<usize>,
    end: Timestamp,
}

impl Drawn<'_> {
    fn take(&mut self, at: Timestamp, event: &Event) {
        let Some(step) = event.step() else {
            if matches!(event, Event::Finished { .. } | Event::Abandoned { .. }) {
                self.close(at, |_| true);
            }
            return;
        };
        let is_attempt = |span: &Span| matches!(span.kind, Kind::Ran(..));
        match event {
            Event::Asked { .. } => self.begin(step, at, Kind::Asked),
            // More people may have to approve: the question is over with the next thing that happens.
            Event::Approved { .. } => {
                self.close(at, |span| span.step == step && span.kind == Kind::Asked);
            }
            Event::Intended { claim } => {
                self.close(at, |span| span.step == step && !is_attempt(span));
                self.begin(step, at, Kind::Ran(*claim, Fate::Open));
            }
            Event::Ended { claim, outcome } => {
                let act = self.run.plan().act(step, claim.act);
                let good = act.is_none_or(|found| outcome.satisfies(found.act));
                self.ended(at, *claim, if good { Fate::Good } else { Fate::Bad });
            }
            Event::Withdrawn { claim, .. } => self.ended(at, *claim, Fate::Withdrawn),
            Event::DoubtFound { claim, .. } => self.ended(at, *claim, Fate::Doubt),
            Event::TimerSet { timer, .. } => {
                self.close(at, |span| span.step == step && !is_attempt(span));
                let kind = match timer {
                    TimerFor::Wait(_) => Kind::Waited,
                    TimerFor::Retry(_) => Kind::Retried,
                };
                self.begin(step, at, kind);
            }
            _ => self.close(at, |span| span.step == step && !is_attempt(span)),
        }
    }

    fn begin(&mut self, step: StepIndex, at: Timestamp, kind: Kind) {
        self.open.push(self.spans.len());
        self.spans.push(Span { step, from: at, to: self.end, kind });
    }

    fn ended(&mut self, at: Timestamp, claim: Claim, fate: Fate) {
        let is_it = |span: &Span| matches!(span.kind, Kind::Ran(own, _) if own == claim);
        for index in &self.open {
            if is_it(&self.spans[*index]) {
                self.spans[*index].kind = Kind::Ran(claim, fate);
            }
        }
        self.close(at, is_it);
    }

    fn close(&mut self, at: Timestamp, which: impl Fn(&Span) -> bool) {
        let spans = &mut self.spans;
        self.open.retain(|index| {
            let closes = which(&spans[*index]);
            if closes {
                spans[*index].to = at;
            }
            !closes
        });
    }
}
