//! What a flow came to, in a form that both programs' reports can be brought into.

use callsheet_servers::Received;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How a flow ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// All as wanted.
    Done,
    /// The text is no flow.
    Refused,
    /// No response, or something could not be filled in, captured or sent.
    Broken,
    /// A condition does not hold.
    Failed,
}

/// A flow's end, its entries, and what reached the server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    pub end: End,
    /// Line and column of the fault, when refused.
    pub refused_at: Option<(u32, u32)>,
    pub entries: Vec<EntryOutcome>,
    /// Name and value, in order.
    pub captures: Vec<(String, Value)>,
    pub requests: Vec<RequestSeen>,
}

/// One entry; of one that was tried again, the last try.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EntryOutcome {
    pub line: u32,
    pub status: Option<u16>,
    /// Conditions judged, that on the version included.
    pub judged: usize,
    /// Lines of those that do not hold.
    pub failed: Vec<u32>,
}

/// A request as the server saw it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestSeen {
    pub line: String,
    /// Headers that a flow decides on, sorted.
    pub headers: Vec<String>,
    pub body: String,
}

impl Outcome {
    /// Each part that differs, in words.
    pub fn differences(&self, expected: &Outcome) -> impl Iterator<Item = String> {
        let mut differences = Vec::new();
        let mut compare = |what: &str, ours: String, theirs: String| {
            if ours != theirs {
                differences.push(format!("{what}\n    here: {ours}\n    kept: {theirs}"));
            }
        };
        compare("end", format!("{:?}", self.end), format!("{:?}", expected.end));
        compare("refused at", format!("{:?}", self.refused_at), format!("{:?}", expected.refused_at));
        let count = self.entries.len().max(expected.entries.len());
        for at in 0..count {
            compare("entry", format!("{:?}", self.entries.get(at)), format!("{:?}", expected.entries.get(at)));
        }
        let count = self.captures.len().max(expected.captures.len());
        for at in 0..count {
            compare("capture", format!("{:?}", self.captures.get(at)), format!("{:?}", expected.captures.get(at)));
        }
        let count = self.requests.len().max(expected.requests.len());
        for at in 0..count {
            compare("request", format!("{:?}", self.requests.get(at)), format!("{:?}", expected.requests.get(at)));
        }
        differences.into_iter()
    }
}

/// Takes the port of this turn out of a text.
pub fn without_port(text: &str, port: u16) -> String {
    text.replace(&format!(":{port}"), ":PORT")
}

/// The same in all strings of a value.
pub fn value_without_port(value: Value, port: u16) -> Value {
    match value {
        Value::String(text) => Value::String(without_port(&text, port)),
        Value::Array(items) => items.into_iter().map(|item| value_without_port(item, port)).collect(),
        Value::Object(members) => {
            members.into_iter().map(|(name, value)| (name, value_without_port(value, port))).collect()
        }
        other => other,
    }
}

/// What of a request counts. Left out: what each program says of itself, and `Content-Length: 0`.
pub fn seen(request: Received, port: u16) -> RequestSeen {
    let counts =
        |name: &str| ["accept", "authorization", "content-type", "cookie"].contains(&name) || name.starts_with("x-");
    let boundary =
        request.header("content-type").and_then(|value| value.split_once("boundary=")).map(|(_, b)| b.to_owned());
    let unmarked = |text: &str| match &boundary {
        Some(boundary) => text.replace(boundary.as_str(), "BOUNDARY"),
        None => text.to_owned(),
    };
    let pairs = request.headers.iter().filter(|(name, _)| counts(name));
    let mut headers: Vec<String> = pairs.map(|(name, value)| unmarked(&format!("{name}: {value}"))).collect();
    headers.sort();
    RequestSeen {
        line: without_port(&format!("{} {} {}", request.method, request.target, request.version), port),
        headers,
        body: without_port(&unmarked(&String::from_utf8_lossy(&request.body)), port),
    }
}
