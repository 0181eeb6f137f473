//! The live view as a machine: takes in what the node tells and what keys are pressed, gives pictures and what the person says.

use callsheet_base::Timestamp;
use callsheet_engine::{Command, Event, Run, StepState};
use callsheet_plan::StepIndex;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::asks::{self, Answer, Ask, Note};
use crate::view::dialog::Dialog;
use crate::view::editor::{Edited, Editor};
use crate::view::frame::{self, Scene};
use crate::view::help;
use crate::view::line::{Line, Tone, heading};
use crate::view::pager::{self, Paged, Pager, Subject};
use crate::view::progress::Progress;
use crate::view::remark::{remark, wrote};

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
    /// Output, or help, is read on a screen of its own.
    Reading(Pager),
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
    /// The step that the person turned to, where several are open.
    focus: Option<StepIndex>,
    /// The question that a person was called for last.
    called: Option<(StepIndex, String)>,
    /// Columns and rows of the last picture.
    size: (usize, usize),
}

impl Live {
    /// The view of `run` as it is.
    pub fn of(run: Run) -> Live {
        let progress = Progress::of(run.plan().steps.len());
        Live {
            run,
            progress,
            mode: Mode::Open,
            refused: None,
            answered: Vec::new(),
            above: Vec::new(),
            focus: None,
            called: None,
            size: (80, 24),
        }
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
        self.above.extend(remark(run, event));
        self.above.extend(wrote(event));
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

    /// The picture now; while output is read, the whole screen.
    pub fn draw(&mut self, now: Timestamp, columns: usize, rows: usize) -> Vec<Line> {
        self.size = (columns, rows);
        if let Mode::Reading(pager) = &self.mode {
            return pager.draw(&self.reading_title(pager.subject), &self.reading_rows(pager.subject), columns, rows);
        }
        let dialog = self.dialog();
        frame::draw(&Scene { run: &self.run, progress: &self.progress, dialog: dialog.as_ref(), now, columns, rows })
    }

    /// Whether output is read on a screen of its own.
    pub fn is_reading(&self) -> bool {
        matches!(self.mode, Mode::Reading(_))
    }

    /// Words to call a person by, once for every question; not for plain ones where these are agreed to beforehand.
    pub fn take_call(&mut self, agreed: bool) -> Option<String> {
        let asked = self.ask().filter(|ask| !(agreed && ask.plain)).map(|ask| (ask.step, ask.question));
        if asked == self.called {
            return None;
        }
        self.called = asked.clone();
        asked.map(|(step, question)| format!("{}: {question}", self.title_of(step)))
    }

    /// What the window is called.
    pub fn window_title(&self) -> String {
        let title = &self.run.plan().title;
        match (self.ask(), self.run.open_steps().next()) {
            (Some(ask), _) => format!("? {} · {title}", self.title_of(ask.step)),
            (None, Some((step, _))) => format!("{} · {title}", self.title_of(step)),
            (None, None) => title.clone(),
        }
    }

    /// Takes one key.
    pub fn key(&mut self, key: KeyEvent) -> Option<Say> {
        let interrupt = key.modifiers.contains(KeyModifiers::CONTROL) && matches!(key.code, KeyCode::Char('c' | 'd'));
        match std::mem::replace(&mut self.mode, Mode::Open) {
            Mode::Stopping if interrupt => Some(Say::Leave),
            Mode::Reading(pager) if !interrupt || key.code == KeyCode::Char('d') => {
                self.read(pager, key);
                None
            }
            _ if interrupt => {
                self.mode = Mode::Stopping;
                None
            }
            Mode::Stopping => self.stopping(key.code),
            Mode::Typing(ask, answer, editor) => self.typing(ask, answer, editor, key),
            Mode::Open | Mode::Reading(_) => self.pressed(key.code),
        }
    }

    /// Pasted text goes where it is typed, and nowhere else.
    pub fn paste(&mut self, text: &str) {
        match &mut self.mode {
            Mode::Typing(_, _, editor) => editor.paste(text),
            Mode::Reading(pager) => pager.paste(text),
            Mode::Open | Mode::Stopping => {}
        }
    }

    /// Reads on; other steps are those with anything to read.
    fn read(&mut self, mut pager: Pager, key: KeyEvent) {
        let rows = self.reading_rows(pager.subject);
        match pager.key(key, &rows, pager::page(self.size.1)) {
            Paged::Left => return,
            Paged::Open => {}
            Paged::Switch { back } => {
                if let (Subject::Step(step), steps) = (pager.subject, self.readable())
                    && let Some(at) = steps.iter().position(|other| *other == step)
                {
                    let count = steps.len();
                    let next = if back { (at + count - 1) % count } else { (at + 1) % count };
                    pager = Pager::of(Subject::Step(steps[next]));
                }
            }
        }
        self.mode = Mode::Reading(pager);
    }

    /// Steps of which there is something to read: what they printed, or what they ask.
    fn readable(&self) -> Vec<StepIndex> {
        let steps = (0..self.run.plan().steps.len() as u32).map(StepIndex);
        let open: Vec<StepIndex> = self.run.open_steps().map(|(step, _)| step).collect();
        steps.filter(|step| open.contains(step) || !self.progress.course(*step).last_lines(1).is_empty()).collect()
    }

    fn reading_title(&self, subject: Subject) -> String {
        match subject {
            Subject::Help => "Keys".to_owned(),
            Subject::Step(step) => format!("{}  {}", step.0 + 1, self.title_of(step)),
        }
    }

    /// What is asked about the step, then what it printed, broken to the screen's width.
    fn reading_rows(&self, subject: Subject) -> Vec<String> {
        let columns = self.size.0;
        let Subject::Step(step) = subject else { return pager::rows(help::LINES, columns) };
        let mut lines: Vec<String> = Vec::new();
        if let Some(ask) = asks::of(&self.run).into_iter().find(|ask| ask.step == step) {
            lines.push(format!("? {}", ask.question));
            lines.extend(ask.details.iter().map(|detail| format!("  {detail}")));
            lines.push(String::new());
        }
        let asked: Vec<&str> = lines.iter().map(String::as_str).chain(self.progress.course(step).all_lines()).collect();
        pager::rows(&asked, columns)
    }

    fn title_of(&self, step: StepIndex) -> String {
        self.run.plan().step(step).map(|step| heading(&step.title)).unwrap_or_default()
    }

    /// The open question that the person turned to, else the first; with the output, where somebody must judge it.
    fn ask(&self) -> Option<Ask> {
        let mut asks = asks::of(&self.run);
        asks.retain(|ask| !self.answered.contains(&ask.step));
        let at = asks.iter().position(|ask| Some(ask.step) == self.focus).unwrap_or(0);
        let mut ask = asks.into_iter().nth(at)?;
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
            (Mode::Reading(_), ..) => return None,
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
        let answered = match code {
            KeyCode::Char(pressed) => self.answered_by(pressed),
            _ => None,
        };
        if let Some((ask, answer)) = answered {
            let must_type = ask.typed && answer.verb == "confirm";
            if answer.note == Note::Unasked && !must_type {
                return Some(self.tell(ask.step, answer, String::new()));
            }
            self.mode = Mode::Typing(ask, answer, Editor::default());
            return None;
        }
        match code {
            KeyCode::Char('t') => return self.terminal_wanted().map(Say::Attach),
            KeyCode::Char('?') | KeyCode::F(1) => self.mode = Mode::Reading(Pager::of(Subject::Help)),
            KeyCode::Tab => self.turn(),
            KeyCode::Up | KeyCode::PageUp | KeyCode::Char('o') => {
                if let Some(step) = self.worth_reading() {
                    self.mode = Mode::Reading(Pager::of(Subject::Step(step)));
                }
            }
            _ => {}
        }
        None
    }

    fn answered_by(&self, pressed: char) -> Option<(Ask, Answer)> {
        let ask = self.ask()?;
        let answer = ask.answers.iter().find(|answer| answer.key == pressed.to_ascii_lowercase())?.clone();
        Some((ask, answer))
    }

    /// The step that asks, else the one turned to, else the first open one, else the last that printed anything.
    fn worth_reading(&self) -> Option<StepIndex> {
        let asks = self.ask().map(|ask| ask.step);
        let open = || self.run.open_steps().map(|(step, _)| step);
        let focused = self.focus.filter(|focus| open().any(|step| step == *focus));
        asks.or(focused).or_else(|| open().next()).or_else(|| self.readable().last().copied())
    }

    /// To the next open step that asks, or runs.
    fn turn(&mut self) {
        let asking: Vec<StepIndex> = asks::of(&self.run).iter().map(|ask| ask.step).collect();
        let steps = if asking.is_empty() { self.run.open_steps().map(|(step, _)| step).collect() } else { asking };
        let at = steps.iter().position(|step| Some(*step) == self.focus).unwrap_or(0);
        self.focus = steps.get((at + 1) % steps.len().max(1)).copied();
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
