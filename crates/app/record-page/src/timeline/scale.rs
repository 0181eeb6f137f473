//! Where an instant is in the picture. Long stretches in which nothing ran are drawn shorter, so that the steps stay visible.

use callsheet_base::{Duration, Timestamp};

use super::{Course, Kind};

/// The picture's width.
pub const WIDTH: f64 = 1000.0;

/// A stretch without attempts takes at most this share of all attempts' time.
const IDLE_SHARE: f64 = 0.12;

/// From instants to places.
#[derive(Clone, Debug)]
pub struct Scale {
    /// Instants in milliseconds after the beginning, with their places; both rise.
    points: Vec<(f64, f64)>,
    begin: Timestamp,
    /// Stretches that are drawn shorter: from, to, and how long they were.
    pub cut: Vec<(f64, f64, Duration)>,
}

impl Scale {
    /// The scale of a course.
    pub fn of(course: &Course) -> Scale {
        let millis = |at: Timestamp| Duration::between(course.begin, at).as_millis() as f64;
        let busy: Vec<(f64, f64)> = merged(
            course
                .spans
                .iter()
                .filter(|span| matches!(span.kind, Kind::Ran(..)))
                .map(|span| (millis(span.from), millis(span.to))),
        );
        let end = millis(course.end).max(1.0);
        let busy_total: f64 = busy.iter().map(|(from, to)| to - from).sum();
        let most = if busy_total > 0.0 { busy_total * IDLE_SHARE } else { f64::INFINITY };
        let mut points = vec![(0.0, 0.0)];
        let mut cut = Vec::new();
        let (mut at, mut place) = (0.0, 0.0);
        for (from, to) in busy.into_iter().chain([(end, end)]) {
            let idle = from - at;
            if idle > most * 2.0 {
                cut.push((place, place + most, Duration::from_millis(idle as u64)));
                place += most;
            } else {
                place += idle;
            }
            points.push((from, place));
            place += to - from;
            points.push((to, place));
            at = to;
        }
        let factor = WIDTH / place.max(1.0);
        points.iter_mut().for_each(|(_, place)| *place *= factor);
        cut.iter_mut().for_each(|(from, to, _)| (*from, *to) = (*from * factor, *to * factor));
        Scale { points, begin: course.begin, cut }
    }

    /// The place of an instant, 0 to [`WIDTH`].
    pub fn place(&self, at: Timestamp) -> f64 {
        let at = Duration::between(self.begin, at).as_millis() as f64;
        between(&self.points, at, |point| *point).clamp(0.0, WIDTH)
    }

    /// The instant at a place.
    pub fn instant(&self, place: f64) -> Timestamp {
        let millis = between(&self.points, place, |(at, place)| (*place, *at));
        Duration::from_millis(millis.max(0.0) as u64).after(self.begin)
    }
}

/// The value at `x` on the line through the points.
fn between(points: &[(f64, f64)], x: f64, axes: impl Fn(&(f64, f64)) -> (f64, f64)) -> f64 {
    let mut before = (0.0, 0.0);
    for point in points.iter().map(axes) {
        if x <= point.0 {
            let (width, height) = (point.0 - before.0, point.1 - before.1);
            return if width > 0.0 { before.1 + height * (x - before.0) / width } else { point.1 };
        }
        before = point;
    }
    before.1
}

fn merged(spans: impl Iterator<Item = (f64, f64)>) -> Vec<(f64, f64)> {
    let mut spans: Vec<(f64, f64)> = spans.collect();
    spans.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut merged: Vec<(f64, f64)> = Vec::new();
    for (from, to) in spans {
        match merged.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => merged.push((from, to)),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::{Fate, Span};
    use callsheet_engine::Claim;
    use callsheet_plan::StepIndex;

    fn at(millis: u64) -> Timestamp {
        Duration::from_millis(millis).after("2026-01-01T10:00:00Z".parse().unwrap())
    }

    fn course(spans: &[(u64, u64)], end: u64) -> Course {
        let step = StepIndex(0);
        let kind = Kind::Ran(Claim::first(step, 0), Fate::Good);
        let spans = spans.iter().map(|(from, to)| Span { step, from: at(*from), to: at(*to), kind }).collect();
        Course { spans, marks: Vec::new(), begin: at(0), end: at(end) }
    }

    #[test]
    fn a_night_of_waiting_does_not_hide_the_steps() {
        let night = 8 * 3_600_000;
        let scale = Scale::of(&course(&[(0, 10_000), (night, night + 10_000)], night + 10_000));
        assert_eq!(scale.cut.len(), 1);
        assert!((scale.place(at(10_000)) - 446.4).abs() < 0.1, "{}", scale.place(at(10_000)));
        assert!((scale.place(at(night)) - 553.6).abs() < 0.1);
        assert_eq!(scale.place(at(night + 10_000)), WIDTH);
        assert_eq!(scale.instant(WIDTH), at(night + 10_000));
    }

    #[test]
    fn without_waits_it_is_even() {
        let scale = Scale::of(&course(&[(0, 400), (400, 1000)], 1000));
        assert!(scale.cut.is_empty());
        assert_eq!((scale.place(at(500)), scale.place(at(2000))), (500.0, WIDTH));
        assert_eq!(scale.instant(250.0), at(250));
        let nothing = Scale::of(&course(&[], 0));
        assert!(nothing.place(at(0)) <= WIDTH);
    }
}
