//! When what happened: for each step the spans of its attempts, questions, waits and retries; for the run its marks.

mod scale;
mod spans;

pub use scale::Scale;
pub use spans::{Course, Fate, Kind, Span, course};
