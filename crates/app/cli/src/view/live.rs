//! The live view as a machine: takes in what the node tells and what keys are pressed, gives pictures and what the person says.

use callsheet_base::Timestamp;
use callsheet_engine::{Command, Event, Run, StepState};
use callsheet_plan::StepIndex;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::asks::{self, Answer, Ask, Note};
use crate::view::dialog::Dialog;
use crate::view::editor::{Edited, Editor};
use crate::view::frame::{self, Scene};
use crate::view::line::{Line, Tone};
use crate::view::progress::Progress;

/// Lines of output that a failed step leaves in the scrollback.
const FAILED_LINES: usize = 12;

/// Lines of output shown to the person who judges it.
const JUDGED_LINES: usize = 6;

/// What the person wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Say {
    /// The run is told something.
    Tell(Command, String),
    /// The view is left; what runs goes on by itself.
    Leave,
    /// The terminal goes to an interactive step.
    Attach(StepIndex),
}

/// What the keys mean now.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Mode {
    /// Questions are shown as they come.
    Open,
    /// Words are typed for an answer to the question of this step.
    Typing(Ask, Answer, Editor),
    /// The person pressed Ctrl-C and is asked what they mean.
    Stopping,
}

/// The live view of one run.
pub struct Live {
    run: Run,
    progress: Progress,
    mode: Mode,
    /// Why the last answer was not taken.
    refused: Option<String>,
    /// Answers under way: their steps are not asked again until the run has moved.
    answered: Vec<StepIndex>,
    /// Lines for the scrollback that were not drawn yet.
    above: Vec<Line>,
}

impl Live {
    /// The view of `run` as it is.
    pub fn of(run: Run) -> Live {
        let progress = Progress::of(run.plan().steps.len());
        Live { run, progress, mode: Mode::Open, refused: None, answered: Vec::new(), above: Vec::new() }
    }

    /// A record of the time before this view.
    pub fn before(&mut self, run: &Run, at: Timestamp, event: &Event) {
        self.run = run.clone();
        self.progress.apply(at, event, run);
    }

    /// A record became durable.
    pub fn recorded(&mut self, run: &Run, at: Timestamp, event: &Event, columns: usize) {
        self.run = run.clone();
        for step in self.progress.apply(at, event, run) {
            self.above.push(frame::closed(run, &self.progress, step, columns));
            if *run.step(step) == StepState::Failed {
                let lines = self.progress.course(step).last_lines(FAILED_LINES);
                self.above.extend(lines.iter().map(|text| Line::of(Tone::Faint, "  │ ").and(Tone::Plain, text)));
            }
        }
        self.answered.clear();
        self.refused = None;
        if let Some(line) = remark(run, event) {
            self.above.push(line);
        }
        if let Mode::Typing(ask, ..) = &self.mode
            && !asks::of(&self.run).iter().any(|open| open.step == ask.step && open.question == ask.question)
        {
            self.mode = Mode::Open;
        }
    }

    /// A step put something out.
    pub fn output(&mut self, step: StepIndex, bytes: &[u8]) {
        self.progress.output(step, bytes);
    }

    /// The node did not take an answer.
    pub fn refused(&mut self, why: String) {
        self.answered.clear();
        self.refused = Some(why);
    }

    /// The run as it is known here.
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// Lines for the scrollback, once.
    pub fn take_above(&mut self) -> Vec<Line> {
        std::mem::take(&mut self.above)
    }

    /// The picture now.
    pub fn draw(&self, now: Timestamp, columns: usize, rows: usize) -> Vec<Line> {
        let dialog = self.dialog();
        frame::draw(&Scene { run: &self.run, progress: &self.progress, dialog: dialog.as_ref(), now, columns, rows })
    }

    /// Takes one key.
    pub fn key(&mut self, key: KeyEvent) -> Option<Say> {
        let interrupt = key.modifiers.contains(KeyModifiers::CONTROL) && matches!(key.code, KeyCode::Char('c' | 'd'));
        match std::mem::replace(&mut self.mode, Mode::Open) {
            Mode::Stopping if interrupt => Some(Say::Leave),
            _ if interrupt => {
                self.mode = Mode::Stopping;
                None
            }
            Mode::Stopping => self.stopping(key.code),
            Mode::Typing(ask, answer, editor) => self.typing(ask, answer, editor, key),
            Mode::Open => self.pressed(key.code),
        }
    }

    /// Pasted text goes where it is typed, and nowhere else.
    pub fn paste(&mut self, text: &str) {
        if let Mode::Typing(_, _, editor) = &mut self.mode {
            editor.paste(text);
        }
    }

    /// The first open question; with the output, where somebody must judge it.
    fn ask(&self) -> Option<Ask> {
        let mut ask = asks::of(&self.run).into_iter().find(|ask| !self.answered.contains(&ask.step))?;
        let lines = self.progress.course(ask.step).last_lines(JUDGED_LINES);
        ask.details.extend(lines.iter().map(|line| format!("│ {line}")));
        Some(ask)
    }

    fn terminal_wanted(&self) -> Option<StepIndex> {
        let interactive = |step: &StepIndex| self.run.plan().step(*step).is_some_and(|step| step.interactive);
        let running = self.run.open_steps().filter(|(_, state)| matches!(state, StepState::Running { .. }));
        running.map(|(step, _)| step).find(interactive)
    }

    fn dialog(&self) -> Option<Dialog> {
        let dialog = match (&self.mode, self.ask(), self.terminal_wanted()) {
            (Mode::Stopping, ..) => self.stop_dialog(),
            (Mode::Typing(ask, answer, editor), ..) => Dialog::typing(ask, answer, editor),
            (Mode::Open, Some(ask), _) => Dialog::of(&ask),
            (Mode::Open, None, Some(_)) => Dialog {
                question: "This step needs a terminal.".to_owned(),
                keys: vec![("t".to_owned(), "go to it (Ctrl-] comes back)".to_owned())],
                ..Dialog::default()
            },
            (Mode::Open, None, None) if self.refused.is_some() => Dialog::default(),
            (Mode::Open, None, None) => return None,
        };
        Some(Dialog { refused: self.refused.clone(), ..dialog })
    }

    fn stop_dialog(&self) -> Dialog {
        let id = self.run.id().short();
        let mut keys = vec![
            ("l".to_owned(), "leave: steps under way end by themselves, nothing new begins".to_owned()),
            ("c".to_owned(), "cancel the run".to_owned()),
        ];
        if self.has_undo() {
            keys.push(("u".to_owned(), "cancel it and undo what is done".to_owned()));
        }
        keys.push(("Esc".to_owned(), "go on".to_owned()));
        let details = vec![format!("Left, it goes on with: callsheet resume {id}")];
        Dialog { question: "Stop?".to_owned(), details, keys, ..Dialog::default() }
    }

    fn has_undo(&self) -> bool {
        self.run.plan().steps.iter().any(|step| step.undo.is_some())
    }

    fn stopping(&mut self, code: KeyCode) -> Option<Say> {
        match code {
            KeyCode::Char('l' | 'q') => Some(Say::Leave),
            KeyCode::Char('c') => Some(Say::Tell(Command::Cancel { undo: false }, String::new())),
            KeyCode::Char('u') if self.has_undo() => Some(Say::Tell(Command::Cancel { undo: true }, String::new())),
            KeyCode::Esc | KeyCode::Enter | KeyCode::Char('g') => None,
            _ => {
                self.mode = Mode::Stopping;
                None
            }
        }
    }

    fn pressed(&mut self, code: KeyCode) -> Option<Say> {
        let KeyCode::Char(pressed) = code else { return None };
        let Some(ask) = self.ask() else {
            return self.terminal_wanted().filter(|_| pressed == 't').map(Say::Attach);
        };
        let answer = ask.answers.iter().find(|answer| answer.key == pressed.to_ascii_lowercase())?.clone();
        let must_type = ask.typed && answer.verb == "confirm";
        if answer.note == Note::Unasked && !must_type {
            return Some(self.tell(ask.step, answer, String::new()));
        }
        self.mode = Mode::Typing(ask, answer, Editor::default());
        None
    }

    fn typing(&mut self, ask: Ask, answer: Answer, mut editor: Editor, key: KeyEvent) -> Option<Say> {
        match editor.key(key) {
            Edited::Open => self.mode = Mode::Typing(ask, answer, editor),
            Edited::Left => {}
            Edited::Entered(words) => {
                let danger = ask.typed && answer.verb == "confirm";
                if danger && words == "yes" {
                    return Some(self.tell(ask.step, answer, String::new()));
                }
                if !danger && (answer.note != Note::Needed || !words.is_empty()) {
                    return Some(self.tell(ask.step, answer, words));
                }
                if !danger {
                    self.mode = Mode::Typing(ask, answer, editor);
                }
            }
        }
        None
    }

    fn tell(&mut self, step: StepIndex, answer: Answer, note: String) -> Say {
        self.answered.push(step);
        self.refused = None;
        Say::Tell(answer.command, note)
    }
}

/// What is said of the run as a whole, beside its steps.
fn remark(run: &Run, event: &Event) -> Option<Line> {
    let words = |tone, text: String| Some(Line::of(tone, text));
    match event {
        Event::TargetVerified { found } if !found.is_empty() => {
            words(Tone::Faint, format!("target: {}", found.join(", ")))
        }
        Event::TargetRefused { why } => words(Tone::Bad, format!("✗ not the target: {why}")),
        Event::RollbackBegan { to, .. } => {
            let title =
                to.as_deref().and_then(|slug| run.plan().rollback(slug)).map(|rollback| rollback.title.as_str());
            words(Tone::Attention, format!("↶ rolling back: {}", title.unwrap_or("undoing finished steps")))
        }
        Event::CancelAsked { actor, .. } => words(Tone::Attention, format!("cancelled by {}", actor)),
        Event::Observing {} => words(Tone::Faint, "only watching from here: a newer run may take over".to_owned()),
        Event::Approved { actor, note, .. } => words(Tone::Faint, format!("  approved by {}{}", actor, noted(note))),
        Event::Denied { actor, note, .. } => words(Tone::Bad, format!("  denied by {}{}", actor, noted(note))),
        Event::Expired { .. } => words(Tone::Bad, "  nobody answered in time: that counts as denied".to_owned()),
        _ => None,
    }
}

fn noted(note: &str) -> String {
    if note.is_empty() { String::new() } else { format!(": {note}") }
}
