//! A question at the bottom of the live view: words, keys, and the line that the person types.

use crate::asks::{Answer, Ask, Note};
use crate::paint::Paint;
use crate::view::editor::Editor;
use crate::view::frame::indented;
use crate::view::line::{Line, Tone, width};

/// Rows that the question keeps, however many keys there are.
const LEAST_QUESTION: usize = 1;

/// Lengths to which labels are cut, in turn, until they fit.
const LABELS: [usize; 5] = [usize::MAX, 28, 18, 10, 4];

/// What is on the screen while a person is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dialog {
    /// What is asked.
    pub question: String,
    /// What to know before the answer.
    pub details: Vec<String>,
    /// Key and label of each answer; empty while a line is typed.
    pub keys: Vec<(String, String)>,
    /// The line that is typed, after its prompt.
    pub input: Option<(String, Editor)>,
    /// Why the last answer was not taken.
    pub refused: Option<String>,
}

impl Dialog {
    /// The question of a step, answered by one key.
    pub fn of(ask: &Ask) -> Dialog {
        let keys = ask.answers.iter().map(|answer| (answer.key.to_string(), answer.label.clone())).collect();
        Dialog { question: ask.question.clone(), details: ask.details.clone(), keys, input: None, refused: None }
    }

    /// The same question while words are typed for an answer.
    pub fn typing(ask: &Ask, answer: &Answer, editor: &Editor) -> Dialog {
        let prompt = match (ask.typed && answer.verb == "confirm", answer.note) {
            (true, _) => "type yes to run it: ".to_owned(),
            (_, Note::Needed) => format!("{}, because: ", answer.label),
            _ => format!("{}. Note (may be empty): ", answer.label),
        };
        Dialog { keys: Vec::new(), input: Some((prompt, editor.clone())), ..Dialog::of(ask) }
    }

    /// At most `rows` lines: details give way first, then long labels, then the question's end.
    pub fn lines(&self, columns: usize, rows: usize) -> Vec<Line> {
        let mut below = match &self.refused {
            Some(why) => indented(Tone::Bad, "  ", why, columns),
            None => Vec::new(),
        };
        below.truncate((rows / 3).max(1));
        let room = rows.saturating_sub(below.len() + usize::from(self.input.is_some()) + LEAST_QUESTION);
        below.extend(self.key_lines(columns, room.max(1)));
        below.extend(self.input_line(columns));
        let mut lines = match self.question.as_str() {
            "" => Vec::new(),
            question => indented(Tone::Attention, "? ", question, columns),
        };
        lines.truncate(rows.saturating_sub(below.len()).max(1));
        let room = rows.saturating_sub(lines.len() + below.len());
        let shown = if self.details.len() > room { room.saturating_sub(1) } else { self.details.len() };
        for detail in &self.details[..shown] {
            lines.push(Line::of(Tone::Plain, "  ").and(Tone::Plain, detail));
        }
        if self.details.len() > shown && room > 0 {
            lines.push(Line::of(Tone::Faint, format!("  … {} more: ↑ shows all", self.details.len() - shown)));
        }
        lines.extend(below);
        lines
    }

    /// The line that is typed; of a long one the part around the cursor.
    fn input_line(&self, columns: usize) -> Option<Line> {
        let (prompt, editor) = self.input.as_ref()?;
        let (before, after) = editor.parts();
        let prompt = Line::of(Tone::Plain, format!("  {prompt}")).fit(columns * 2 / 3, Paint::new(false));
        let mut rest = after.chars();
        let under = rest.next().unwrap_or(' ');
        let room = columns.saturating_sub(width(&prompt) + 1);
        let before =
            if width(&before) > room { format!("…{}", end_of(&before, room.saturating_sub(1))) } else { before };
        let line = Line::of(Tone::Active, prompt).and(Tone::Strong, before);
        Some(line.and(Tone::Cursor, under.to_string()).and(Tone::Strong, rest.as_str()))
    }

    /// The keys in at most `rows` lines, with labels as long as these allow.
    fn key_lines(&self, columns: usize, rows: usize) -> Vec<Line> {
        let fitting = LABELS.into_iter().map(|most| self.key_lines_of(columns, most)).find(|lines| lines.len() <= rows);
        fitting.unwrap_or_else(|| self.key_lines_of(columns, 0))
    }

    fn key_lines_of(&self, columns: usize, most: usize) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut line = Line::of(Tone::Plain, " ");
        for (key, label) in &self.keys {
            let label = Line::of(Tone::Plain, label).fit(most.min(columns.saturating_sub(8)), Paint::new(false));
            let width = key.chars().count() + width(&label) + 5;
            if line.width() > 1 && line.width() + width > columns {
                lines.push(std::mem::replace(&mut line, Line::of(Tone::Plain, " ")));
            }
            line = line.and(Tone::Active, format!(" [{key}]")).and(Tone::Plain, format!(" {label} "));
        }
        if line.width() > 1 {
            lines.push(line);
        }
        lines
    }
}

/// The end of a text, at most `columns` wide.
fn end_of(text: &str, columns: usize) -> &str {
    let starts = text.char_indices().map(|(at, _)| at);
    starts.map(|at| &text[at..]).find(|end| width(end) <= columns).unwrap_or_default()
}
