//! When each step began and ended and what it printed last, gathered from the events as they come.

use std::collections::VecDeque;

use callsheet_base::{Duration, Timestamp};
use callsheet_engine::{Event, Run};
use callsheet_plan::StepIndex;

/// Lines of each step's output kept for the live view.
const TAIL_LINES: usize = 5000;

/// Bytes of them.
const TAIL_BYTES: usize = 1 << 20;

/// Bytes of one unfinished line that are kept.
const LONGEST_LINE: usize = 4096;

/// What is known of one step's course.
#[derive(Clone, Debug, Default)]
pub struct Course {
    /// Its first question, intent or timer.
    pub began: Option<Timestamp>,
    /// When it was closed.
    pub ended: Option<Timestamp>,
    /// How many attempts were made.
    pub attempts: u32,
    /// The last lines of its output, oldest first.
    pub tail: VecDeque<String>,
    tail_bytes: usize,
    partial: String,
}

/// The courses of all steps.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    courses: Vec<Course>,
}

impl Progress {
    /// Before the first event of a run with so many steps.
    pub fn of(steps: usize) -> Progress {
        Progress { courses: vec![Course::default(); steps] }
    }

    /// A step's course so far.
    pub fn course(&self, step: StepIndex) -> &Course {
        &self.courses[step.at()]
    }

    /// Takes in an event that `run` has applied; returns the steps that it closed.
    pub fn apply(&mut self, at: Timestamp, event: &Event, run: &Run) -> Vec<StepIndex> {
        if let Some(step) = begun_by(event) {
            self.courses[step.at()].began.get_or_insert(at);
        }
        if let Event::Intended { claim } = event {
            self.courses[claim.step.at()].attempts += 1;
        }
        let mut closed = Vec::new();
        for (index, course) in self.courses.iter_mut().enumerate() {
            let step = StepIndex(index as u32);
            if run.step(step).is_closed() {
                if course.ended.is_none() {
                    course.ended = Some(at);
                    closed.push(step);
                }
            } else {
                course.ended = None;
            }
        }
        closed
    }

    /// Takes in output of a step.
    pub fn output(&mut self, step: StepIndex, bytes: &[u8]) {
        let course = &mut self.courses[step.at()];
        course.partial.push_str(&String::from_utf8_lossy(bytes));
        while let Some(end) = course.partial.find('\n') {
            let line: String = course.partial.drain(..=end).collect();
            course.push(line.trim_end_matches(['\n', '\r']));
        }
        if course.partial.len() > LONGEST_LINE {
            let line = std::mem::take(&mut course.partial);
            course.push(&line);
        }
    }
}

impl Course {
    fn push(&mut self, line: &str) {
        // What a progress bar overwrites with a carriage return is not worth keeping.
        let visible = line.rsplit('\r').next().unwrap_or_default();
        self.tail_bytes += visible.len();
        self.tail.push_back(visible.to_owned());
        while self.tail.len() > TAIL_LINES || self.tail_bytes > TAIL_BYTES {
            self.tail_bytes -= self.tail.pop_front().map_or(0, |line| line.len());
        }
    }

    /// Every line that is kept, an unfinished one included.
    pub fn all_lines(&self) -> impl Iterator<Item = &str> {
        let partial = self.partial.rsplit('\r').find(|part| !part.is_empty());
        self.tail.iter().map(String::as_str).chain(partial)
    }

    /// The last `most` lines, an unfinished one included.
    pub fn last_lines(&self, most: usize) -> Vec<&str> {
        let partial = self.partial.rsplit('\r').find(|part| !part.is_empty());
        let whole = most.saturating_sub(usize::from(partial.is_some())).min(self.tail.len());
        let tail = self.tail.range(self.tail.len() - whole..).map(String::as_str);
        tail.chain(partial.filter(|_| most > 0)).collect()
    }

    /// From its beginning to its end, or to now.
    pub fn took(&self, now: Timestamp) -> Option<Duration> {
        self.began.map(|began| Duration::between(began, self.ended.unwrap_or(now)))
    }
}

fn begun_by(event: &Event) -> Option<StepIndex> {
    match event {
        Event::Asked { step, .. } | Event::TimerSet { step, .. } => Some(*step),
        Event::Intended { claim } => Some(claim.step),
        _ => None,
    }
}

/// Short for a person: `0.3s`, `12s`, `4m05s`, `2h10m`.
pub fn brief(duration: Duration) -> String {
    let millis = duration.as_millis();
    let seconds = millis / 1000;
    match seconds {
        0..=9 => format!("{}.{}s", seconds, millis % 1000 / 100),
        10..=59 => format!("{seconds}s"),
        60..=3599 => format!("{}m{:02}s", seconds / 60, seconds % 60),
        3600..=86_399 => format!("{}h{:02}m", seconds / 3600, seconds / 60 % 60),
        _ => format!("{}d{:02}h", seconds / 86_400, seconds / 3600 % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_brief() {
        for (millis, text) in
            [(340, "0.3s"), (12_900, "12s"), (245_000, "4m05s"), (7_800_000, "2h10m"), (90_000_000, "1d01h")]
        {
            assert_eq!(brief(Duration::from_millis(millis)), text);
        }
    }

    #[test]
    fn the_last_lines_are_kept() {
        let mut progress = Progress::of(1);
        let step = StepIndex(0);
        progress.output(step, b"one\ntwo\r\n10%\r20%\rthr");
        progress.output(step, b"ee");
        assert_eq!(progress.course(step).last_lines(2), ["two", "three"]);
        assert_eq!(progress.course(step).last_lines(9), ["one", "two", "three"]);
    }
}
