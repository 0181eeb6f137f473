//! From lines to elements: what each line is, judged by its marks, its letters and the empty lines around it.

use super::headings::{begins_one, numbered};
use super::lines::Line;
use super::{Element, Kind};

/// The elements of everything behind the title page.
pub(super) fn read(lines: &[Line]) -> Vec<Element> {
    let mut reader = Reader { lines, at: 0, elements: Vec::new() };
    while reader.at < lines.len() {
        reader.step();
    }
    reader.elements
}

struct Reader<'a> {
    lines: &'a [Line],
    at: usize,
    elements: Vec<Element>,
}

impl Reader<'_> {
    /// Reads one block and goes behind it; always at least one line.
    fn step(&mut self) {
        let line = &self.lines[self.at];
        if line.text.trim().is_empty() {
            self.notes_of(self.at);
            self.at += 1;
            return;
        }
        let text = line.text.trim();
        match marked(text) {
            Some((kind @ Kind::Action, rest)) => self.action(kind, rest),
            Some((Kind::Character { .. }, rest)) if self.is_followed() => self.speech(rest),
            Some((Kind::Character { .. }, rest)) => self.action(Kind::Action, rest),
            Some((Kind::Heading { .. }, rest)) => self.heading(rest),
            Some((kind, rest)) => self.one(kind, rest),
            None if self.is_opened() && begins_one(text) => self.heading(text),
            None if self.is_opened() && !self.is_followed() && is_transition(text) => self.one(Kind::Transition, text),
            None if self.is_opened() && self.is_followed() && is_speaker(text) => self.speech(text),
            None => self.action(Kind::Action, &line.text),
        }
    }

    /// Whether an empty line, or nothing, stands before this one.
    fn is_opened(&self) -> bool {
        let before = self.lines[..self.at].iter().rev().find(|line| !line.emptied);
        before.is_none_or(Line::is_blank)
    }

    /// Whether the next line says something.
    fn is_followed(&self) -> bool {
        let next = self.lines[self.at + 1..].iter().find(|line| !line.emptied);
        // Two spaces stand for an empty line that does not end the speech.
        next.is_some_and(|line| !line.is_blank() || line.text.len() >= 2)
    }

    fn push(&mut self, kind: Kind, text: &str, line: usize) {
        self.elements.push(Element { kind, text: text.to_owned(), line });
    }

    fn notes_of(&mut self, at: usize) {
        let line = &self.lines[at];
        for note in line.notes.iter().filter(|note| !note.is_empty()) {
            self.elements.push(Element { kind: Kind::Note, text: note.clone(), line: line.number });
        }
    }

    fn one(&mut self, kind: Kind, text: &str) {
        self.push(kind, text.trim(), self.lines[self.at].number);
        self.notes_of(self.at);
        self.at += 1;
    }

    fn heading(&mut self, text: &str) {
        let (text, number) = numbered(text);
        self.one(Kind::Heading { number }, &text);
    }

    /// Lines of action up to an empty one, or to one whose mark says it is something else.
    fn action(&mut self, kind: Kind, first: &str) {
        let begin = self.at;
        let mut text = first.trim_end().to_owned();
        self.at += 1;
        while let Some(line) =
            self.lines.get(self.at).filter(|line| !line.is_blank() && marked(line.text.trim()).is_none())
        {
            if !line.emptied {
                text.push('\n');
                text.push_str(line.text.trim_end());
            }
            self.at += 1;
        }
        self.push(kind, &text, self.lines[begin].number);
        (begin..self.at).for_each(|at| self.notes_of(at));
    }

    /// A name and what it says, up to an empty line.
    fn speech(&mut self, name: &str) {
        let begin = self.at;
        let (name, dual) = match name.trim().strip_suffix('^') {
            Some(name) => (name.trim_end(), true),
            None => (name.trim(), false),
        };
        self.push(Kind::Character { dual }, name, self.lines[begin].number);
        self.notes_of(begin);
        self.at += 1;
        let mut open = false;
        while let Some(line) = self.lines.get(self.at) {
            // Two spaces keep a speech open over an empty line.
            let held = line.text.len() >= 2 && line.text.trim().is_empty() && !line.emptied;
            if line.is_blank() && !held {
                break;
            }
            let text = line.text.trim();
            if text.starts_with('(') && text.ends_with(')') {
                self.push(Kind::Parenthetical, text, line.number);
                open = false;
            } else if let Some(sung) = text.strip_prefix('~') {
                self.push(Kind::Lyric, sung.trim(), line.number);
                open = false;
            } else if let Some(spoken) = self.elements.last_mut().filter(|_| open) {
                if !line.emptied {
                    spoken.text.push('\n');
                    spoken.text.push_str(text);
                }
            } else if !line.emptied {
                self.push(Kind::Dialogue, text, line.number);
                open = true;
            }
            self.at += 1;
        }
        (begin + 1..self.at).for_each(|at| self.notes_of(at));
    }
}

/// What a line's own mark says it is, and its text behind the mark.
fn marked(text: &str) -> Option<(Kind, &str)> {
    let first = text.chars().next()?;
    let rest = &text[first.len_utf8()..];
    Some(match first {
        '=' if text.len() >= 3 && text.chars().all(|letter| letter == '=') => (Kind::PageBreak, ""),
        '=' => (Kind::Synopsis, rest),
        '#' => {
            let depth = text.chars().take_while(|letter| *letter == '#').count();
            (Kind::Section { depth: u8::try_from(depth).unwrap_or(u8::MAX).min(6) }, &text[depth..])
        }
        '!' => (Kind::Action, rest),
        '@' => (Kind::Character { dual: false }, rest),
        '~' => (Kind::Lyric, rest),
        '>' => match rest.strip_suffix('<') {
            Some(inner) => (Kind::Centered, inner),
            None => (Kind::Transition, rest),
        },
        '.' if rest.starts_with(|letter: char| letter.is_alphanumeric()) => (Kind::Heading { number: None }, rest),
        _ => return None,
    })
}

fn is_transition(text: &str) -> bool {
    text.ends_with("TO:") && !text.chars().any(char::is_lowercase)
}

/// A name in capitals with at least one letter; what stands in brackets behind it may be small.
fn is_speaker(text: &str) -> bool {
    let text = text.strip_suffix('^').unwrap_or(text).trim();
    let name = text.split('(').next().unwrap_or_default().trim();
    let is_closed = text.contains('(') == text.ends_with(')');
    is_closed && name.chars().any(char::is_alphabetic) && !name.chars().any(char::is_lowercase)
}
