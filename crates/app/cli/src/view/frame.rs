//! The picture of a run at one instant: what is under way with its output, what comes next, what is asked.

use callsheet_base::Timestamp;
use callsheet_engine::{PauseReason, Run, StepState};
use callsheet_plan::StepIndex;

use crate::paint::Paint;
use crate::view::dialog::Dialog;
use crate::view::line::{Line, Tone, heading, width, wrap};
use crate::view::progress::{Progress, brief};

/// Steps to come that are shown.
const MOST_NEXT: usize = 3;

/// Rows that the picture takes at most, so that the scrollback stays in sight.
const MOST_ROWS: usize = 24;

/// Columns that the title keeps in the last line.
const LEAST_TITLE: usize = 10;

/// Rows of a terminal in which everything must give way to a question.
const SMALL: usize = 14;

/// The turning mark of what is under way.
const TURNING: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/// What a picture is drawn from.
pub struct Scene<'a> {
    /// The run's state.
    pub run: &'a Run,
    /// Times and output.
    pub progress: &'a Progress,
    /// The question to the person, if there is one.
    pub dialog: Option<&'a Dialog>,
    /// The instant.
    pub now: Timestamp,
    /// The terminal's columns.
    pub columns: usize,
    /// The terminal's rows.
    pub rows: usize,
}

/// The lines of the picture, at most `rows - 1`.
pub fn draw(scene: &Scene) -> Vec<Line> {
    let rows = scene.rows.saturating_sub(1).clamp(4, MOST_ROWS);
    // A small terminal is the question's but for the step and the last line.
    let room = if rows <= SMALL { rows.saturating_sub(4) } else { rows / 2 };
    let asked = scene.dialog.map(|dialog| dialog.lines(scene.columns, room)).unwrap_or_default();
    let footer = footer(scene);
    let mut left = rows.saturating_sub(asked.len() + if asked.is_empty() { 2 } else { 3 });
    let mut lines = vec![Line::new()];
    let next = next(scene, left);
    left = left.saturating_sub(next.len());
    let mut open = open(scene, left);
    if open.len() > left.max(1) {
        let hidden = open.len() - left.max(2) + 1;
        open.truncate(left.max(2) - 1);
        open.push(Line::of(Tone::Faint, format!("  … {hidden} more side by side")));
    }
    lines.extend(open);
    lines.extend(next);
    if !asked.is_empty() {
        lines.push(Line::new());
        lines.extend(asked);
    }
    lines.push(footer);
    lines
}

/// The line that a closed step leaves in the scrollback.
pub fn closed(run: &Run, progress: &Progress, step: StepIndex, columns: usize) -> Line {
    let (mark, tone, word) = match run.step(step) {
        StepState::Done => ("✓", Tone::Good, ""),
        StepState::Skipped => ("↷", Tone::Faint, "skipped"),
        _ => ("✗", Tone::Bad, "failed"),
    };
    let took = progress.course(step).took(run.updated()).map(brief).unwrap_or_default();
    let text = if tone == Tone::Faint { Tone::Faint } else { Tone::Plain };
    row(run, step, mark, tone, text, &[word, &took].join(" "), columns)
}

/// `● 3  Migrate the database            12s`
fn row(run: &Run, step: StepIndex, mark: &str, tone: Tone, text: Tone, right: &str, columns: usize) -> Line {
    let planned = run.plan().step(step);
    let title = planned.map(|step| heading(&step.title)).unwrap_or_default();
    let digits = run.plan().steps.len().to_string().len();
    let left = Line::of(tone, mark).and(Tone::Faint, format!(" {:>digits$}  ", step.0 + 1)).and(text, &title);
    let right = right.trim();
    let column = columns.saturating_sub(right.chars().count() + 1);
    if left.width() >= column {
        let room = column.saturating_sub(6 + digits).max(1);
        let short = Line::of(tone, mark).and(Tone::Faint, format!(" {:>digits$}  ", step.0 + 1));
        let cut: String = title.chars().take(room).collect();
        return short.and(text, format!("{}…", cut.trim_end())).pad_to(column).and(Tone::Faint, right);
    }
    left.pad_to(column).and(Tone::Faint, right)
}

fn open(scene: &Scene, rows: usize) -> Vec<Line> {
    let steps: Vec<(StepIndex, &StepState)> = scene.run.open_steps().collect();
    let running = steps.iter().filter(|(_, state)| matches!(state, StepState::Running { .. })).count();
    let spare = rows.saturating_sub(steps.len());
    let mut lines = Vec::new();
    for (step, state) in steps {
        let course = scene.progress.course(step);
        let (mark, tone, word) = look(state, scene.now);
        let took = course.took(scene.now).map(brief).unwrap_or_default();
        let right = if word.is_empty() { took } else { format!("{word} {took}") };
        lines.push(row(scene.run, step, &mark, tone, Tone::Strong, &right, scene.columns));
        if let Some(planned) = scene.run.plan().step(step)
            && matches!(state, StepState::Running { .. })
        {
            let most = spare.checked_div(running).unwrap_or(spare);
            for text in course.last_lines(most.min(8)) {
                lines.push(Line::of(Tone::Faint, "  │ ").and(Tone::Plain, text));
            }
            if course.tail.is_empty() && planned.interactive {
                lines.push(Line::of(Tone::Attention, "  │ it needs a terminal: see below"));
            }
        }
    }
    lines
}

/// Mark, colour and word of a step's state.
fn look(state: &StepState, now: Timestamp) -> (String, Tone, String) {
    let turn = TURNING[(now.as_millisecond() / 100).rem_euclid(TURNING.len() as i64) as usize].to_owned();
    let until = |due: &Timestamp| brief(callsheet_base::Duration::between(now, *due));
    match state {
        StepState::Asked { .. } => ("?".to_owned(), Tone::Attention, "waits for a person".to_owned()),
        StepState::Running { .. } => (turn, Tone::Active, String::new()),
        StepState::Waiting { due, .. } => (turn, Tone::Active, format!("{} left,", until(due))),
        StepState::Retrying { due, failures, .. } => {
            (turn, Tone::Attention, format!("failed {failures}×, again in {},", until(due)))
        }
        StepState::Failing { failures, .. } => (turn, Tone::Attention, format!("failed {failures}×,")),
        StepState::Paused { why: PauseReason::Failed, .. } => ("!".to_owned(), Tone::Bad, "failed".to_owned()),
        StepState::Paused { .. } => ("!".to_owned(), Tone::Attention, "not as expected".to_owned()),
        StepState::Doubt { .. } => ("!".to_owned(), Tone::Bad, "in doubt".to_owned()),
        _ => ("○".to_owned(), Tone::Faint, String::new()),
    }
}

fn next(scene: &Scene, rows: usize) -> Vec<Line> {
    let plan = scene.run.plan();
    let open: Vec<StepIndex> = scene.run.open_steps().map(|(step, _)| step).collect();
    let last = open.iter().max().copied();
    let to_come: Vec<StepIndex> = (0..plan.main)
        .map(StepIndex)
        .filter(|step| last.is_some_and(|last| *step > last) && !scene.run.step(*step).is_closed())
        .collect();
    let shown = MOST_NEXT.min(rows / 3).min(to_come.len());
    let mut lines: Vec<Line> = to_come[..shown]
        .iter()
        .map(|step| row(scene.run, *step, "○", Tone::Faint, Tone::Faint, "", scene.columns))
        .collect();
    if to_come.len() > shown {
        lines.push(Line::of(Tone::Faint, format!("  … {} more", to_come.len() - shown)));
    }
    lines
}

/// The title gives way before what one needs to know.
fn footer(scene: &Scene) -> Line {
    let plan = scene.run.plan();
    let closed = (0..plan.main).filter(|index| scene.run.step(StepIndex(*index)).is_closed()).count();
    let took = brief(callsheet_base::Duration::between(scene.run.started(), scene.now));
    let count = format!(" · {closed} of {} · {took} · ? keys", plan.main);
    let environment = if plan.environment.is_empty() { String::new() } else { format!(" · {}", plan.environment) };
    let id = format!(" · run {}", scene.run.id().short());
    let long = format!("{environment}{id}{count} · Ctrl-C stops");
    let rest = [long, format!("{environment}{id}{count}"), format!("{id}{count}"), count]
        .into_iter()
        .find(|rest| width(rest) + LEAST_TITLE.min(width(&plan.title)) <= scene.columns)
        .unwrap_or_default();
    let title = Line::of(Tone::Strong, &plan.title).fit(scene.columns.saturating_sub(width(&rest)), Paint::new(false));
    Line::of(Tone::Strong, title).and(Tone::Faint, rest)
}

/// Text in lines with an indent.
pub fn indented(tone: Tone, indent: &str, text: &str, columns: usize) -> Vec<Line> {
    let lines = wrap(text, columns.saturating_sub(indent.len()).max(20));
    let lead = |index| if index == 0 { indent.to_owned() } else { " ".repeat(indent.len()) };
    lines.into_iter().enumerate().map(|(index, line)| Line::of(tone, lead(index)).and(tone, line)).collect()
}
