//! Judges a response: version and status first, then captures, then headers, body and asserts.
//! A capture that finds nothing ends it.

mod assert;
mod cookie;
mod filter;
mod json_path;
mod patterns;
mod predicate;
mod query;
mod response;

use jiff::Timestamp;

use crate::model::{Body, HttpVersion, Place, ResponseSpec};
use crate::value::{Value, Variables};

pub use cookie::Cookie;
use response::Judged;
pub use response::{Redirect, Response, header_text};

/// What a judgement needs beside the response.
pub struct Surroundings<'a> {
    /// The instant that `daysAfterNow` counts from.
    pub now: Timestamp,
    /// Reads a file named in the flow, relative to its folder.
    pub read_file: &'a dyn Fn(&str) -> Result<Vec<u8>, String>,
}

/// One condition that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Where the condition stands in the flow.
    pub at: Place,
    /// The condition as written.
    pub condition: String,
    /// What was seen.
    pub actual: String,
    /// What was wanted.
    pub expected: String,
}

/// A value kept for later requests.
#[derive(Clone, Debug, PartialEq)]
pub struct Captured {
    /// The variable's name.
    pub name: String,
    /// Its value.
    pub value: Value,
    /// The value is a secret.
    pub secret: bool,
}

/// What became of a response's conditions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Judgement {
    /// Conditions judged, those of the response line included.
    pub judged: usize,
    /// Those that do not hold, in order of judging. Empty: the response is as wanted.
    pub failures: Vec<Failure>,
    /// Values kept, in order; also among the variables.
    pub captured: Vec<Captured>,
}

/// Judges `response` by `spec`. Captures become `variables`. A capture that finds nothing is a failure, after
/// which nothing more is judged.
pub fn judge(spec: &ResponseSpec, response: &Response, variables: &mut Variables, around: &Surroundings) -> Judgement {
    let mut judgement = Judgement::default();
    response_line(spec, response, &mut judgement);
    if !judgement.failures.is_empty() {
        return judgement;
    }
    let response = &Judged::new(response);
    for capture in &spec.captures {
        match assert::capture(capture, response, variables, around) {
            Ok(captured) => {
                variables.insert(captured.name.clone(), captured.value.clone());
                judgement.captured.push(captured);
            }
            // What follows may build on it.
            Err(failure) => {
                judgement.failures.push(failure);
                judgement.captured.clear();
                return judgement;
            }
        }
    }
    for (at, pair) in &spec.headers {
        judgement.judged += 1;
        let filled = pair.name.fill(variables).and_then(|name| Ok((name, pair.value.fill(variables)?)));
        let failure = match filled {
            Ok((name, value)) => header_failure(*at, &name, &value, response),
            Err(error) => Some(unfilled(*at, pair.name.source(), error)),
        };
        judgement.failures.extend(failure);
    }
    if let Some((at, body)) = &spec.body {
        judgement.judged += 1;
        judgement.failures.extend(body_failure(*at, body, response, variables, around));
    }
    for condition in &spec.asserts {
        judgement.judged += 1;
        judgement.failures.extend(assert::assert(condition, response, variables, around).err());
    }
    judgement
}

fn response_line(spec: &ResponseSpec, response: &Response, judgement: &mut Judgement) {
    let mut judge = |condition: &str, holds: bool, actual: String, expected: String| {
        judgement.judged += 1;
        if !holds {
            judgement.failures.push(Failure { at: spec.at, condition: condition.to_owned(), actual, expected });
        }
    };
    if spec.version != HttpVersion::Any {
        let (actual, expected) = (response.version.text(), spec.version.text());
        judge("HTTP version", spec.version == response.version, actual.to_owned(), expected.to_owned());
    }
    if let Some(status) = spec.status {
        judge("status code", status == response.status, response.status.to_string(), status.to_string());
    }
}

fn header_failure(at: Place, name: &str, expected: &str, response: &Judged) -> Option<Failure> {
    let values: Vec<&str> = response.header(name).collect();
    if values.contains(&expected) {
        return None;
    }
    let actual = if values.is_empty() { "no such header".to_owned() } else { values.join(", ") };
    Some(Failure { at, condition: format!("header {name}"), actual, expected: expected.to_owned() })
}

fn unfilled(at: Place, condition: String, error: crate::FillError) -> Failure {
    Failure { at, condition, actual: error.to_string(), expected: "a variable with a value".to_owned() }
}

fn body_failure(
    at: Place,
    body: &Body,
    response: &Judged,
    variables: &Variables,
    around: &Surroundings,
) -> Option<Failure> {
    let failure =
        |actual: String, expected: String| Some(Failure { at, condition: "body".to_owned(), actual, expected });
    let words = |error: crate::FillError| error.to_string();
    let expected = match body {
        Body::Bytes(bytes) => Ok(bytes.clone()),
        Body::File(path) => path.fill(variables).map_err(words).and_then(|path| (around.read_file)(&path)),
        Body::Json(text) => text.fill_json(variables).map(String::into_bytes).map_err(words),
        Body::Xml(text) | Body::OneLine(text) | Body::Text { text, .. } => {
            text.fill(variables).map(String::into_bytes).map_err(words)
        }
    };
    let expected = match expected {
        Ok(expected) => expected,
        Err(problem) => return failure("not judged".to_owned(), problem),
    };
    let is_text = !matches!(body, Body::Bytes(_) | Body::File(_));
    let actual = match if is_text { response.text() } else { Ok("") } {
        Ok(text) if is_text => text.as_bytes(),
        Ok(_) => &response.body,
        Err(problem) => return failure(problem, "a body of text".to_owned()),
    };
    let shown = |bytes: &[u8]| String::from_utf8_lossy(&bytes[..bytes.len().min(2000)]).into_owned();
    if actual == expected { None } else { failure(shown(actual), shown(&expected)) }
}

#[cfg(test)]
mod tests;
