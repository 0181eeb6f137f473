//! One step of the sheet.

use std::collections::BTreeSet;

use callsheet_plan::{Gate, OnFailure, PlannedStep, When};
use callsheet_runbook::{ActKind, Expect, ExpectTest, Runs, Step, StepKind};

use crate::plan_view::{labelled, release};
use crate::view::line::{Line, Tone, heading, width as columns_of};

/// Lines of one command that are shown.
const MOST_COMMAND_LINES: usize = 12;

/// The lines of one of these steps: number and title, what runs, then what surrounds it.
pub fn lines(at: usize, steps: &[Step], numbers: &[String], planned: Option<&PlannedStep>, width: usize) -> Vec<Line> {
    let step = &steps[at];
    let mut lines = vec![title(&numbers[at], step, width)];
    lines.extend(acts(step));
    for (field, label) in [("flow", "flow"), ("program", "runs with")] {
        for one in step.inferred.iter().filter(|one| one.field == field) {
            lines.extend(labelled(label, Tone::Faint, &one.value, width));
        }
    }
    if let Some(condition) = &step.condition {
        lines.extend(labelled("if", Tone::Attention, condition, width));
    }
    if let Some(alternative) = &step.alternative {
        let words = format!("several ways, this is `{}`: a person chooses", alternative.label);
        lines.extend(labelled("one of", Tone::Attention, &words, width));
    }
    if let Some(wait) = &step.wait {
        let span =
            if wait.least == wait.most { wait.least.to_string() } else { format!("{} to {}", wait.least, wait.most) };
        let since = if wait.from_run_start { " after the run's start" } else { "" };
        lines.extend(labelled("waits", Tone::Active, &format!("{span}{since}"), width));
    }
    for danger in &step.danger {
        let words = format!("{}: {} (line {})", danger.kind, danger.text, danger.line);
        lines.extend(labelled("danger", Tone::Bad, &words, width));
    }
    if step.interactive {
        lines.extend(labelled("terminal", Tone::Attention, "needs one, or never ends by itself", width));
    }
    for expect in &step.expects {
        lines.extend(labelled("expects", Tone::Good, &expectation(expect), width));
    }
    lines.extend(back(step, width));
    if numbers[at] == OUT_OF_TURN {
        for (number, _) in numbers.iter().zip(steps).filter(|(_, other)| other.undone_by() == Some(step.id.as_str())) {
            let words = format!("undoes step {number}; not done in its turn");
            lines.extend(labelled("back", Tone::Attention, &words, width));
        }
    }
    match planned {
        Some(planned) => {
            lines.extend(release::lines(planned, width));
            lines.extend(settings(planned, width));
        }
        None => lines.extend(written(step, width)),
    }
    lines
}

/// In place of a number: the step is not done in its turn, but undoes another.
pub const OUT_OF_TURN: &str = "–";

/// The number that a run gives each, or [`OUT_OF_TURN`].
pub fn numbers(steps: &[Step]) -> Vec<String> {
    let undoing: BTreeSet<&str> = steps.iter().filter_map(Step::undone_by).collect();
    let mut next = 0;
    let number = |step: &Step| {
        if undoing.contains(step.id.as_str()) {
            return OUT_OF_TURN.to_owned();
        }
        next += 1;
        next.to_string()
    };
    steps.iter().map(number).collect()
}

fn title(number: &str, step: &Step, width: usize) -> Line {
    let who = format!("{} · line {}", who(step), step.at.line);
    let column = width.saturating_sub(columns_of(&who));
    let left = Line::of(Tone::Faint, format!("{number:>3}  ")).and(Tone::Strong, heading(&step.title));
    if left.width() < column {
        return left.pad_to(column).and(Tone::Faint, who);
    }
    let room = column.saturating_sub(7);
    let cut: String = step.title.chars().take(room).collect();
    let left = Line::of(Tone::Faint, format!("{number:>3}  ")).and(Tone::Strong, format!("{}…", cut.trim_end()));
    left.pad_to(column).and(Tone::Faint, who)
}

fn who(step: &Step) -> &'static str {
    match (step.kind, step.runs) {
        (StepKind::Check, Some(_)) => "check",
        (StepKind::Wait, _) => "timer",
        (StepKind::Notify, Some(_)) => "message",
        (StepKind::Approve, _) => "approval",
        (_, Some(Runs::Shell)) => "shell",
        (_, Some(Runs::Hurl)) => "HTTP",
        (_, Some(Runs::Sql)) => "SQL",
        (_, Some(Runs::Promql)) => "PromQL",
        (_, Some(Runs::Verb)) => "callsheet",
        (StepKind::Check, None) => "a person checks",
        (_, None) => "a person",
    }
}

fn acts(step: &Step) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut choice = None;
    for act in &step.acts {
        if act.choice != choice {
            choice.clone_from(&act.choice);
            lines.extend(choice.iter().map(|label| Line::of(Tone::Plain, "     ").and(Tone::Attention, label)));
        }
        let (mark, tone) = match act.kind {
            ActKind::Run => ("$ ", Tone::Active),
            ActKind::Manual => ("by hand: ", Tone::Plain),
            ActKind::Standby => ("kept ready: ", Tone::Faint),
        };
        if act.kind == ActKind::Manual && act.command.trim() == step.title.trim() {
            continue;
        }
        let count = act.command.lines().count();
        for (index, text) in act.command.lines().take(MOST_COMMAND_LINES).enumerate() {
            let lead = if index == 0 { mark.to_owned() } else { " ".repeat(mark.len()) };
            lines.push(Line::of(Tone::Plain, "     ").and(Tone::Faint, lead).and(tone, text));
        }
        if count > MOST_COMMAND_LINES {
            lines.push(Line::of(Tone::Faint, format!("       … {} more lines", count - MOST_COMMAND_LINES)));
        }
    }
    lines
}

fn expectation(expect: &Expect) -> String {
    let what = match &expect.test {
        ExpectTest::Exit { status } => format!("exit status {status}"),
        ExpectTest::HttpStatus { status } => format!("HTTP {status}"),
        ExpectTest::Contains { needle } => format!("`{needle}` in the output"),
        ExpectTest::Lacks { needle } => format!("no `{needle}` in the output"),
        ExpectTest::Matches { pattern } => format!("output that matches `{pattern}`"),
        ExpectTest::Resembles { block } => format!("output like `{}`", block.lines().next().unwrap_or_default()),
        ExpectTest::Empty => "no output".to_owned(),
        ExpectTest::Person => format!("{} (a person judges)", expect.text),
    };
    let how = if expect.inferred { ", concluded" } else { "" };
    format!("{what} (line {}{how})", expect.line)
}

/// What undoes it and where its failure leads, as far as that is only concluded.
fn back(step: &Step, width: usize) -> Vec<Line> {
    let told = step.inferred.iter().filter_map(|one| match &*one.field {
        "undo" => Some(format!("`{}` undoes it, on `callsheet rollback` (line {}, concluded)", one.value, one.line)),
        "rollback_to" => {
            let (slug, line) = (&one.value, one.line);
            Some(format!("{slug} is named for its failure (line {line}, concluded); `rollback={slug}` goes there"))
        }
        _ => None,
    });
    told.flat_map(|words| labelled("back", Tone::Faint, &words, width)).collect()
}

fn settings(planned: &PlannedStep, width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    for gate in &planned.gates {
        let words = match gate {
            Gate::Alternative { .. } => continue,
            Gate::When(When::Known { text, holds }) => {
                format!("{text}: {}", if *holds { "it holds" } else { "it does not hold, so the step is skipped" })
            }
            Gate::When(When::Done(step)) => format!("`{step}` is done"),
            Gate::When(When::Failed(step)) => format!("`{step}` failed"),
            Gate::When(When::Skipped(step)) => format!("`{step}` was skipped"),
            Gate::Optional { .. } => "a person says whether it is done".to_owned(),
            Gate::Option { labels } => format!("a person chooses: {}", labels.join(", ")),
            Gate::Approval { rule } => {
                let own = if rule.requester_may { "" } else { ", not by who runs it" };
                format!(
                    "{} by {}{own}",
                    if rule.needed == 1 { "approval".to_owned() } else { format!("{} approvals", rule.needed) },
                    rule.who
                )
            }
            Gate::Danger { .. } => "asks each time, because it is dangerous".to_owned(),
            Gate::Confirm { words } => format!("asks: {words}"),
        };
        let label = if matches!(gate, Gate::When(_)) { "when" } else { "gate" };
        lines.extend(labelled(label, Tone::Attention, &words, width));
    }
    let mut facts = Vec::new();
    if let Some(group) = &planned.parallel {
        facts.push(format!("together with group {group}"));
    }
    if planned.retry.again > 0 {
        facts.push(format!("tried {} times, first pause {}", planned.retry.again + 1, planned.retry.backoff));
    }
    match &planned.on_failure {
        OnFailure::Stop => {}
        OnFailure::Pause => facts.push("a person decides if it fails".to_owned()),
        OnFailure::Rollback(slug) => facts.push(format!("goes back through #{slug} if it fails")),
        OnFailure::Undo => facts.push("undoes the finished steps if it fails".to_owned()),
        OnFailure::GoOn => facts.push("goes on if it fails".to_owned()),
    }
    if !facts.is_empty() {
        lines.extend(labelled("then", Tone::Faint, &facts.join("; "), width));
    }
    lines
}

/// What the info string says, where no plan could be made.
fn written(step: &Step, width: usize) -> Vec<Line> {
    let attributes = &step.attributes;
    let mut lines = Vec::new();
    if let Some(rule) = &attributes.approve {
        lines.extend(labelled("gate", Tone::Attention, &format!("approval by {rule}"), width));
    }
    if let Some(when) = &attributes.when {
        lines.extend(labelled("when", Tone::Attention, when, width));
    }
    lines
}
