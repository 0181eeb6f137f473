//! One capture or assert: query, filters, predicate.

use super::response::Judged;
use super::{Captured, Failure, Surroundings, filter, predicate, query, unfilled};
use crate::model::{Assert, Capture, Filter, Predicate, Query};
use crate::value::{Value, Variables};

fn found(
    wanted: &Query,
    filters: &[Filter],
    response: &Judged,
    variables: &Variables,
    around: &Surroundings,
) -> Result<Option<Value>, String> {
    let mut value = query::query(wanted, response, variables)?;
    for next in filters {
        let Some(present) = value else { return Err("nothing found, so a filter has nothing to work on".to_owned()) };
        value = filter::filter(next, present, variables, around)?;
    }
    Ok(value)
}

pub(super) fn capture(
    capture: &Capture,
    response: &Judged,
    variables: &Variables,
    around: &Surroundings,
) -> Result<Captured, Failure> {
    let name = capture.name.fill(variables).map_err(|error| unfilled(capture.at, capture.name.source(), error))?;
    let failure = |actual: String| Failure {
        at: capture.at,
        condition: format!("capture {name}"),
        actual,
        expected: "a value to keep".to_owned(),
    };
    match found(&capture.query, &capture.filters, response, variables, around) {
        Ok(Some(value)) if capture.redact && !matches!(value, Value::Text(_)) => {
            Err(failure(format!("a {}, and only a string can be kept as a secret", value.kind())))
        }
        Ok(Some(value)) => Ok(Captured { name, value, secret: capture.redact }),
        Ok(None) => Err(failure("nothing found".to_owned())),
        Err(problem) => Err(failure(problem)),
    }
}

pub(super) fn assert(
    assert: &Assert,
    response: &Judged,
    variables: &Variables,
    around: &Surroundings,
) -> Result<(), Failure> {
    let failure =
        |actual: String, expected: String| Failure { at: assert.at, condition: assert.text.clone(), actual, expected };
    let value = match found(&assert.query, &assert.filters, response, variables, around) {
        Ok(value) => value,
        Err(problem) => return Err(failure(problem, "a value to judge".to_owned())),
    };
    // Secrets that a capture keeps may stand in the body; the caller redacts what it prints.
    let describe = || value.as_ref().map_or("nothing".to_owned(), Value::describe);
    match predicate::predicate(&assert.predicate, value.as_ref(), variables, around) {
        Ok(answer) if !answer.mismatch && answer.holds != assert.negated => Ok(()),
        Ok(answer) => {
            let none_wanted = assert.negated && assert.predicate == Predicate::Exists;
            let not = if assert.negated { "not " } else { "" };
            let wanted = || format!("{not}{}", predicate::wanted(&assert.predicate, answer.expected.as_ref()));
            let expected = if none_wanted { "nothing".to_owned() } else { wanted() };
            Err(failure(describe(), expected))
        }
        Err(problem) => Err(failure(describe(), problem)),
    }
}
