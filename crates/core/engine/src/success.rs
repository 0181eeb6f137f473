//! What an act's end is worth.

use callsheet_plan::{ExpectTest, PlannedAct};

use crate::{Exit, Judged, Outcome};

/// What an act's end is worth.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Success {
    /// It succeeded.
    Full,
    /// It succeeded as far as a machine can tell; a person judges the rest.
    Judge,
    /// It succeeded but for an inferred expectation: a person decides.
    Unexpected { expect: u16, saw: String },
    /// It failed.
    None,
}

/// Weighs an outcome against its act. A written expectation that fails is a failure; an inferred one only pauses.
pub(crate) fn weigh(act: &PlannedAct, outcome: &Outcome) -> Success {
    let inferred = |expect: u16| act.expects.get(expect as usize).is_none_or(|expect| expect.inferred);
    let verdicts = |wanted: Judged| outcome.verdicts.iter().filter(move |verdict| verdict.judged == wanted);
    if !ended_well(act, &outcome.exit) || verdicts(Judged::Fails).any(|verdict| !inferred(verdict.expect)) {
        return Success::None;
    }
    if let Some(verdict) = verdicts(Judged::Fails).next() {
        return Success::Unexpected { expect: verdict.expect, saw: verdict.saw.clone() };
    }
    if verdicts(Judged::Person).next().is_some() { Success::Judge } else { Success::Full }
}

impl Outcome {
    /// Whether the act did what it was to do, as far as a machine can tell.
    pub fn satisfies(&self, act: &PlannedAct) -> bool {
        matches!(weigh(act, self), Success::Full | Success::Judge)
    }
}

/// Whether it ended as it should, whatever it put out.
pub(crate) fn ended_well(act: &PlannedAct, exit: &Exit) -> bool {
    match exit {
        Exit::Sent | Exit::Released => true,
        Exit::Status(status) => {
            let mut wanted = act.expects.iter().filter_map(|expect| match expect.test {
                ExpectTest::Exit { status } => Some(status),
                _ => None,
            });
            // A stated exit status is judged like any other expectation; only an unstated one must be zero.
            *status == 0 || wanted.any(|wanted| wanted == *status)
        }
        Exit::Signal(_) | Exit::TimedOut | Exit::Cancelled | Exit::Error(_) | Exit::TurnedBack(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Verdict;
    use callsheet_plan::{Action, Expect};

    fn check(tests: &[(ExpectTest, bool)], exit: Exit, judged: &[Judged], expected: Success) {
        let expects = tests.iter().map(|(test, inferred)| Expect {
            test: test.clone(),
            text: "stated".to_owned(),
            line: 1,
            act: None,
            inferred: *inferred,
        });
        let action = Action::Shell { argv: vec!["bash".to_owned()], script: "true".to_owned() };
        let act = PlannedAct { line: 1, choice: None, action, expects: expects.collect() };
        let verdicts =
            judged.iter().enumerate().map(|(at, &judged)| Verdict { expect: at as u16, judged, saw: String::new() });
        let outcome = Outcome { verdicts: verdicts.collect(), ..Outcome::bare(exit) };
        assert_eq!(weigh(&act, &outcome), expected);
    }

    #[test]
    fn the_exit_status_decides_first() {
        check(&[], Exit::Status(0), &[], Success::Full);
        check(&[], Exit::Status(3), &[], Success::None);
        check(&[], Exit::Signal(9), &[], Success::None);
        check(&[(ExpectTest::Exit { status: 3 }, false)], Exit::Status(3), &[Judged::Holds], Success::Full);
        check(&[(ExpectTest::Exit { status: 3 }, false)], Exit::Status(0), &[Judged::Fails], Success::None);
        check(&[(ExpectTest::Empty, true)], Exit::Status(1), &[Judged::Fails], Success::None);
    }

    #[test]
    fn an_inferred_expectation_only_pauses() {
        check(&[(ExpectTest::Empty, false)], Exit::Status(0), &[Judged::Fails], Success::None);
        let paused = Success::Unexpected { expect: 0, saw: String::new() };
        check(&[(ExpectTest::Empty, true)], Exit::Status(0), &[Judged::Fails], paused);
        check(&[(ExpectTest::Person, true)], Exit::Status(0), &[Judged::Person], Success::Judge);
    }
}
