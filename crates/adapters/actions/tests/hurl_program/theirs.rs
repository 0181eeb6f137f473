//! A flow through the `hurl` program.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use callsheet_servers::SampleService;
use serde_json::Value;

use crate::outcome::{End, EntryOutcome, Outcome, seen, value_without_port};
use crate::{GIVEN, folder};

pub fn run(program: &Path, name: &str, service: &SampleService) -> Outcome {
    service.take();
    let mut command = Command::new(program);
    command.args(["--json", "--no-color", "--file-root", "."]).current_dir(folder());
    command.args(["--variable", &format!("base={}", service.url())]);
    command.args(["--variable", &format!("port={}", service.port())]);
    for (name, value) in GIVEN {
        command.args(["--variable", &format!("{name}={value}")]);
    }
    let output = command.arg(format!("{name}.hurl")).stdin(Stdio::null()).output().expect("hurl can be started");
    let end = match output.status.code() {
        Some(0) => End::Done,
        Some(2) => End::Refused,
        Some(3) => End::Broken,
        Some(4) => End::Failed,
        other => panic!("{name}: hurl ended with {other:?}: {}", String::from_utf8_lossy(&output.stderr)),
    };
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let tries = list(&report["entries"]);
    let (mut entries, mut captures) = (Vec::new(), Vec::new());
    for (at, entry) in tries.iter().enumerate() {
        // A failed try is followed by the next one of the same entry.
        let is_last = tries.get(at + 1).is_none_or(|next| next["index"] != entry["index"]);
        if !is_last && !succeeded(entry) {
            continue;
        }
        entries.push(outcome(entry));
        let kept = list(&entry["captures"]).iter();
        captures.extend(kept.map(|one| (text(&one["name"]), value_without_port(one["value"].clone(), service.port()))));
    }
    Outcome {
        end,
        refused_at: if end == End::Refused { refused_at(&output) } else { None },
        entries,
        captures,
        requests: service.take().into_iter().map(|request| seen(request, service.port())).collect(),
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn number(value: &Value) -> u32 {
    value.as_u64().and_then(|number| u32::try_from(number).ok()).unwrap_or_default()
}

fn succeeded(entry: &Value) -> bool {
    !list(&entry["calls"]).is_empty() && list(&entry["asserts"]).iter().all(|assert| assert["success"] == true)
}

fn outcome(entry: &Value) -> EntryOutcome {
    let asserts = list(&entry["asserts"]);
    let failed = asserts.iter().filter(|assert| assert["success"] != true);
    let status = list(&entry["calls"]).last().map(|call| number(&call["response"]["status"]) as u16);
    EntryOutcome {
        line: number(&entry["line"]),
        status,
        judged: asserts.len(),
        failed: failed.map(|assert| number(&assert["line"])).collect(),
    }
}

/// From `  --> file:LINE:COLUMN`.
fn refused_at(output: &Output) -> Option<(u32, u32)> {
    let text = String::from_utf8_lossy(&output.stderr);
    let place = text.lines().find_map(|line| line.trim().strip_prefix("--> "))?.to_owned();
    let mut parts = place.rsplit(':').map(|part| part.parse().ok());
    let (column, line) = (parts.next()??, parts.next()??);
    Some((line, column))
}
