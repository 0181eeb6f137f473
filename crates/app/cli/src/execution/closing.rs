//! The last words about a run: how it stands, and exactly which commands go on.

use callsheet_base::Duration;
use callsheet_engine::{Run, RunResult, StepState};
use callsheet_plan::StepIndex;

use crate::asks::{self, Answer};
use crate::exit::Exit;
use crate::paint::Paint;
use crate::view::line::{harmless, heading};
use crate::view::progress::brief;

/// The words, and the exit status that says the same.
pub fn closing(run: &Run, served: bool, paint: Paint) -> (String, Exit) {
    let exit = Exit::of_status(run.exit_code());
    let id = run.id().short();
    let name = run.plan().name();
    let mut text = match run.result() {
        Some(result) => {
            let took = brief(Duration::between(run.started(), run.updated()));
            let word = match result {
                RunResult::Done => paint.green(format!("✓ {}", result.word())),
                RunResult::RolledBack => paint.yellow(format!("↶ {}", result.word())),
                _ => paint.red(format!("✗ {}", result.word())),
            };
            format!("\n{word} after {took}: run {} of {name}\n", paint.bold(&id))
        }
        None => format!("\n{}: run {} of {name}\n", paint.yellow(standing(run)), paint.bold(&id)),
    };
    for ask in asks::of(run) {
        let step = run.plan().step(ask.step);
        let title = step.map(|step| heading(&step.title)).unwrap_or_default();
        let step = step.map(|step| step.id.to_string()).unwrap_or_default();
        text.push_str(&format!("\n  {}: {}\n", paint.bold(title), harmless(&ask.question)));
        for detail in &ask.details {
            text.push_str(&format!("    {}\n", paint.dim(harmless(detail))));
        }
        text.push_str(&ways(&ask.answers, &id, &step, paint));
    }
    text.push_str(&hints(run, &id, served, paint));
    (text, exit)
}

/// Each answer's command, with what it means in a column.
fn ways(answers: &[Answer], id: &str, step: &str, paint: Paint) -> String {
    let lines: Vec<(String, &str)> =
        answers.iter().map(|answer| (answer.line(id, step), answer.label.as_str())).collect();
    let width = lines.iter().map(|(line, _)| line.chars().count()).max().unwrap_or(0);
    let padded = |(line, label): &(String, &str)| {
        let gap = " ".repeat(width - line.chars().count() + 2);
        format!("    {}{gap}{}\n", paint.cyan(line), paint.dim(format!("# {label}")))
    };
    lines.iter().map(padded).collect()
}

/// Where a run stands that is not over.
fn standing(run: &Run) -> &'static str {
    match run.phase_word() {
        "in-doubt" => "in doubt",
        "waiting" => "waiting for a person",
        "held" => "held",
        "observing" => "only watching from here",
        _ => "not over",
    }
}

fn hints(run: &Run, id: &str, served: bool, paint: Paint) -> String {
    let hint = |text: String| format!("{}: {text}\n", paint.bold_cyan("hint"));
    let mut text = String::from("\n");
    if run.result().is_some() {
        for (line, way) in ways_named(run) {
            text.push_str(&hint(format!("line {line} says where that failure leads: `{way}`")));
        }
        text.push_str(&hint(format!("`callsheet show {id}` prints the change record")));
        text.push_str(&hint(format!("`callsheet logs {id}` prints the output")));
    } else if served && run.waiting().is_empty() {
        text.push_str(&hint("the server goes on with it by itself".to_owned()));
    } else if served {
        text.push_str(&hint("after the answer the server goes on by itself".to_owned()));
    } else if run.waiting().is_empty() {
        text.push_str(&hint(format!("go on with `callsheet resume {id}`")));
    } else {
        text.push_str(&hint(format!("after the answer, go on with `callsheet resume {id}`")));
    }
    text
}

/// The procedures that the words name for the failures that ended it, each once, with the line that does.
fn ways_named(run: &Run) -> Vec<(u32, String)> {
    let plan = run.plan();
    let failed = |at: &u32| matches!(run.step(StepIndex(*at)), StepState::Failed);
    let named = (0..plan.main).filter(failed).flat_map(|at| &plan.steps[at as usize].inferred);
    let mut ways: Vec<(u32, String)> = Vec::new();
    for one in named.filter(|one| one.field == "rollback_to") {
        let way = format!("callsheet run {}{} --env {}", plan.file, one.value, plan.environment);
        if ways.iter().all(|(_, known)| *known != way) {
            ways.push((one.line, way));
        }
    }
    ways
}
