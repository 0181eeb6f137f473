//! A flow through our runner.

use base64::Engine as _;
use callsheet_actions::flow::{FlowLimits, FlowReport, FlowRunner, Problem};
use callsheet_base::Timestamp;
use callsheet_flow::{Flow, HttpVersion, Value, Variables, parse};
use callsheet_servers::SampleService;

use crate::outcome::{End, EntryOutcome, Outcome, seen, value_without_port};
use crate::{GIVEN, folder};

pub fn run(name: &str, service: &SampleService) -> Outcome {
    service.take();
    let text = std::fs::read_to_string(folder().join(format!("{name}.hurl"))).expect("a listed flow");
    let flow = match parse(&text) {
        Ok(flow) => flow,
        Err(error) => {
            let refused_at = Some((error.at.line, error.at.column));
            return Outcome { end: End::Refused, refused_at, entries: vec![], captures: vec![], requests: vec![] };
        }
    };
    let report = report(&flow, service);
    let captured = report.captured.iter();
    let captures = captured.map(|one| (one.name.clone(), value_without_port(told(&one.value), service.port())));
    Outcome {
        end: end(&report),
        refused_at: None,
        entries: entries(&flow, &report),
        captures: captures.collect(),
        requests: service.take().into_iter().map(|request| seen(request, service.port())).collect(),
    }
}

fn report(flow: &Flow, service: &SampleService) -> FlowReport {
    let mut variables = Variables::new();
    variables.insert("base".to_owned(), Value::Text(service.url()));
    variables.insert("port".to_owned(), Value::Integer(service.port().into()));
    for (name, value) in GIVEN {
        variables.insert(name.to_owned(), Value::given(value));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let runner = FlowRunner::new(FlowLimits::default());
    runtime.block_on(runner.run(flow, variables, &folder(), &Timestamp::now, &mut |_| {}))
}

/// As the `hurl` program writes values into its report.
fn told(value: &Value) -> serde_json::Value {
    match value {
        Value::List(items) => items.iter().map(told).collect(),
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), told(value))).collect(),
        Value::Bytes(bytes) => base64::engine::general_purpose::STANDARD.encode(bytes).into(),
        Value::Date(_) => value.to_text().replace('T', " ").replace(".000000Z", " UTC").into(),
        Value::Unit => serde_json::json!({"type": "unit"}),
        Value::BigNumber(digits) => serde_json::from_str(digits).expect("digits"),
        other => other.to_json(),
    }
}

fn end(report: &FlowReport) -> End {
    let mut problems = report.entries.iter().flat_map(|entry| &entry.problems);
    let broken = problems.clone().any(|problem| match problem {
        Problem::Exchange { .. } => true,
        Problem::Condition { condition, .. } => condition.starts_with("capture "),
    });
    match (broken, problems.next()) {
        (true, _) => End::Broken,
        (false, Some(_)) => End::Failed,
        (false, None) => End::Done,
    }
}

fn entries(flow: &Flow, report: &FlowReport) -> Vec<EntryOutcome> {
    let entries = report.entries.iter().map(|entry| {
        let spec = flow.entries.iter().find(|known| known.request.at.line == entry.line);
        let spec = spec.and_then(|entry| entry.response.as_ref());
        // Ours judges the version where one is named, theirs always.
        let any_version = spec.is_some_and(|spec| spec.version == HttpVersion::Any) && entry.status.is_some();
        let failed = entry.problems.iter().filter_map(|problem| match problem {
            Problem::Condition { condition, line, .. } if !condition.starts_with("capture ") => Some(*line),
            _ => None,
        });
        EntryOutcome {
            line: entry.line,
            status: entry.status,
            judged: entry.judged + usize::from(any_version),
            failed: failed.collect(),
        }
    });
    entries.collect()
}
