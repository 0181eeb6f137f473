//! Flows that only the `hurl` program carries out: called with the flow on its standard input and the variables in its environment,
//! where no process list shows them; its report is read back as our own.

use std::collections::HashMap;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use callsheet_flow::{Captured, Flow, Value, Variables};
use serde::Deserialize;

use super::limits::FlowLimits;
use super::report::{EntryReport, FlowReport, Problem};

/// An installed `hurl`.
#[derive(Clone, Debug)]
pub struct HurlProgram {
    path: PathBuf,
    /// As it tells it: `8.0.1`.
    version: String,
}

/// Why the program gave no report.
#[derive(Debug, thiserror::Error)]
pub enum HurlProgramError {
    /// It could not be started or spoken to.
    #[error("cannot run `{}`", path.display())]
    Start {
        /// The program.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It ended without a report that can be read.
    #[error("`hurl` {version} ended with {status} and no report: {said}")]
    NoReport {
        /// Its version.
        version: String,
        /// How it ended.
        status: std::process::ExitStatus,
        /// What it said.
        said: String,
    },
}

/// What `hurl --json` tells, as far as we ask.
#[derive(Deserialize)]
struct Told {
    entries: Vec<ToldEntry>,
    success: bool,
}

#[derive(Deserialize)]
struct ToldEntry {
    index: usize,
    line: u32,
    time: u64,
    calls: Vec<ToldCall>,
    captures: Vec<ToldCapture>,
    asserts: Vec<ToldAssert>,
}

#[derive(Deserialize)]
struct ToldCall {
    request: ToldRequest,
    response: Option<ToldResponse>,
}

#[derive(Deserialize)]
struct ToldRequest {
    method: String,
    url: String,
}

#[derive(Deserialize)]
struct ToldResponse {
    status: u16,
}

#[derive(Deserialize)]
struct ToldCapture {
    name: String,
    value: serde_json::Value,
}

#[derive(Deserialize)]
struct ToldAssert {
    line: u32,
    success: bool,
    message: Option<String>,
}

// === impl HurlProgram ===

impl HurlProgram {
    /// The `hurl` of the search path, if it tells its version. Starts it once.
    pub fn find() -> Option<HurlProgram> {
        HurlProgram::at(Path::new("hurl"))
    }

    /// The program at `path`, if it tells its version.
    pub fn at(path: &Path) -> Option<HurlProgram> {
        let output = Command::new(path).arg("--version").stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
        let text = String::from_utf8(output.stdout).ok().filter(|_| output.status.success())?;
        let version = text.strip_prefix("hurl ")?.split_whitespace().next()?.to_owned();
        Some(HurlProgram { path: path.to_owned(), version })
    }

    /// As it tells it.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Has it run the flow `text`, which parses as `flow`. Files that it sends are found in `folder`.
    pub fn run(
        &self,
        text: &str,
        flow: &Flow,
        variables: &Variables,
        folder: &Path,
        limits: &FlowLimits,
    ) -> Result<FlowReport, HurlProgramError> {
        let start = |source| HurlProgramError::Start { path: self.path.clone(), source };
        let mut command = Command::new(&self.path);
        command.args(["--json", "--no-color", "--file-root"]).arg(folder).args(options(limits));
        command.envs(variables.iter().map(|(name, value)| (self.environment_name(name), value.to_text())));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(start)?;
        // It reads all of the flow before it writes anything; one that has ended says why on its other streams.
        if let Some(mut input) = child.stdin.take() {
            match input.write_all(text.as_bytes()) {
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(start(error)),
                _ => {}
            }
        }
        let output = child.wait_with_output().map_err(start)?;
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        match serde_json::from_slice::<Told>(&output.stdout) {
            Ok(told) => Ok(report(told, flow, &said)),
            Err(_) => Err(HurlProgramError::NoReport { version: self.version.clone(), status: output.status, said }),
        }
    }

    /// Since version 7, variables of the environment have a longer prefix.
    fn environment_name(&self, name: &str) -> String {
        let major: u32 = self.version.split('.').next().and_then(|major| major.parse().ok()).unwrap_or(u32::MAX);
        if major >= 7 { format!("HURL_VARIABLE_{name}") } else { format!("HURL_{name}") }
    }
}

fn options(limits: &FlowLimits) -> Vec<String> {
    let seconds = |time: Duration| format!("{}ms", time.as_millis());
    let mut options = vec![
        "--max-time".to_owned(),
        seconds(limits.exchange),
        "--connect-timeout".to_owned(),
        seconds(limits.connect),
        "--max-redirs".to_owned(),
        limits.redirects.to_string(),
    ];
    if limits.retries != 0 {
        let interval = format!("{}ms", limits.retry_interval.as_millis());
        options.extend(["--retry".to_owned(), limits.retries.to_string(), "--retry-interval".to_owned(), interval]);
    }
    options.extend(limits.follow.then(|| "--location".to_owned()));
    options.extend(limits.insecure.then(|| "--insecure".to_owned()));
    options
}

fn report(told: Told, flow: &Flow, said: &str) -> FlowReport {
    let secret: HashMap<&str, bool> = flow
        .entries
        .iter()
        .filter_map(|entry| entry.response.as_ref())
        .flat_map(|response| &response.captures)
        .filter_map(|capture| match capture.name.pieces.as_slice() {
            [callsheet_flow::Piece::Text(name)] => Some((name.as_str(), capture.redact)),
            _ => None,
        })
        .collect();
    let mut report = FlowReport::default();
    let mut last = 0;
    for entry in told.entries {
        // It tells every try; only the last one counts.
        let again = entry.index == last && report.entries.last().is_some_and(|known| !known.problems.is_empty());
        let tries = if again { report.entries.pop().map_or(1, |known| known.tries + 1) } else { 1 };
        last = entry.index;
        let captured = entry.captures.iter().map(|capture| Captured {
            name: capture.name.clone(),
            value: Value::from_json(&capture.value),
            secret: secret.get(capture.name.as_str()).copied().unwrap_or_default(),
        });
        report.captured.extend(captured);
        report.entries.push(entry_report(&entry, flow, tries));
    }
    if !told.success && report.succeeded() {
        // No condition failed, so there was no response; only its words say why.
        let line = report.entries.last().map_or(1, |entry| entry.line);
        let problem = Problem::Exchange { line, what: said.to_owned(), sent: true };
        match report.entries.last_mut() {
            Some(entry) => entry.problems.push(problem),
            None => report.entries.push(EntryReport { problems: vec![problem], ..unsent(flow) }),
        }
    }
    if !report.succeeded() {
        let next = flow.entries.get(last);
        report.not_tried = next.map(|entry| entry.request.at.line);
    }
    report
}

fn entry_report(entry: &ToldEntry, flow: &Flow, tries: u32) -> EntryReport {
    let call = entry.calls.last();
    let planned = flow.entries.get(entry.index.wrapping_sub(1)).map(|entry| &entry.request);
    let (method, url) = match (call, planned) {
        (Some(call), _) => (call.request.method.clone(), call.request.url.clone()),
        (None, Some(request)) => (request.method.clone(), request.url.source()),
        (None, None) => (String::new(), String::new()),
    };
    let failed = entry.asserts.iter().filter(|assert| !assert.success);
    EntryReport {
        line: entry.line,
        method,
        url,
        status: call.and_then(|call| call.response.as_ref()).map(|response| response.status),
        duration_ms: entry.time,
        tries,
        judged: entry.asserts.len(),
        problems: failed.map(problem).collect(),
    }
}

fn problem(assert: &ToldAssert) -> Problem {
    let message = assert.message.clone().unwrap_or_else(|| "a condition does not hold".to_owned());
    // Its first line names the condition; the rest shows it with what was seen.
    let what = message.lines().filter(|line| !line.trim_start().starts_with("-->")).collect::<Vec<_>>().join("\n  ");
    Problem::Exchange { line: assert.line, what, sent: true }
}

fn unsent(flow: &Flow) -> EntryReport {
    let first = flow.entries.first().map(|entry| &entry.request);
    EntryReport {
        line: first.map_or(1, |request| request.at.line),
        method: first.map(|request| request.method.clone()).unwrap_or_default(),
        url: first.map(|request| request.url.source()).unwrap_or_default(),
        status: None,
        duration_ms: 0,
        tries: 1,
        judged: 0,
        problems: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLOW: &str = "GET http://h/a\nHTTP 200\n[Captures]\ntoken: xpath \"//t\" redact\n\nGET http://h/b\nHTTP 201\n\nGET http://h/c\n";

    #[test]
    fn its_report_is_read_as_ours() {
        let told = r#"{"success": false, "entries": [
            {"index": 1, "line": 1, "time": 3, "asserts": [{"line": 2, "success": true}], "captures": [{"name": "token", "value": "t"}],
             "calls": [{"request": {"method": "GET", "url": "http://h/a"}, "response": {"status": 200}}]},
            {"index": 2, "line": 6, "time": 1, "asserts": [{"line": 7, "success": false, "message": "Assert status code\n  --> -:7:6"}],
             "captures": [], "calls": [{"request": {"method": "GET", "url": "http://h/b"}, "response": {"status": 500}}]},
            {"index": 2, "line": 6, "time": 2, "asserts": [{"line": 7, "success": false, "message": "Assert status code\n  --> -:7:6\n   | actual value is <404>"}],
             "captures": [], "calls": [{"request": {"method": "GET", "url": "http://h/b"}, "response": {"status": 404}}]}]}"#;
        let flow = callsheet_flow::read(FLOW).unwrap();
        let report = report(serde_json::from_str(told).unwrap(), &flow, "");
        assert!(report.captured[0].secret);
        assert_eq!((report.entries.len(), report.entries[1].tries, report.entries[1].status), (2, 2, Some(404)));
        assert_eq!(
            report.text(None),
            "GET http://h/a → HTTP 200, 3 ms\nGET http://h/b → HTTP 404, 2 ms, try 2\n  line 7: Assert status code\n     | actual value is <404>\n"
        );
        assert_eq!(report.not_tried, Some(9));
    }

    #[test]
    fn without_a_response_its_words_say_why() {
        let flow = callsheet_flow::read(FLOW).unwrap();
        let told = Told { entries: Vec::new(), success: false };
        let report = report(told, &flow, "error: Undefined variable");
        assert_eq!(
            report.text(Some("a.hurl")),
            "GET http://h/a → no response, 0 ms\n  a.hurl:1: error: Undefined variable\n"
        );
    }
}
