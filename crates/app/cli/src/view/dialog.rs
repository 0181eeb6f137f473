//! A question at the bottom of the live view: words, keys, and the line that the person types.

use crate::asks::{Answer, Ask, Note};
use crate::view::editor::Editor;
use crate::view::frame::indented;
use crate::view::line::{Line, Tone};

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

    /// At most `rows` lines; details give way first.
    pub fn lines(&self, columns: usize, rows: usize) -> Vec<Line> {
        let mut lines = match self.question.as_str() {
            "" => Vec::new(),
            question => indented(Tone::Attention, "? ", question, columns),
        };
        let room = rows.saturating_sub(lines.len() + 2);
        for detail in self.details.iter().take(room) {
            lines.push(Line::of(Tone::Plain, "  ").and(Tone::Plain, detail));
        }
        if self.details.len() > room {
            lines.push(Line::of(Tone::Faint, format!("  … {} more: ↑ shows all", self.details.len() - room)));
        }
        if let Some(why) = &self.refused {
            lines.extend(indented(Tone::Bad, "  ", why, columns));
        }
        lines.extend(self.key_lines(columns));
        if let Some((prompt, editor)) = &self.input {
            let (before, after) = editor.parts();
            let mut rest = after.chars();
            let under = rest.next().unwrap_or(' ');
            let line = Line::of(Tone::Active, format!("  {prompt}")).and(Tone::Strong, before);
            lines.push(line.and(Tone::Cursor, under.to_string()).and(Tone::Strong, rest.as_str()));
        }
        lines
    }

    fn key_lines(&self, columns: usize) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut line = Line::of(Tone::Plain, " ");
        for (key, label) in &self.keys {
            let width = key.chars().count() + label.chars().count() + 5;
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
