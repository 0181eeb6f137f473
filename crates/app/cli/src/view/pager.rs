//! Reading what a step printed, page by page, while the run goes on; also the page of help.

use callsheet_plan::StepIndex;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::view::editor::{Edited, Editor};
use crate::view::line::{Line, Tone, harmless, width};

/// What is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The output of a step.
    Step(StepIndex),
    /// What the keys do.
    Help,
}

/// What a key made of the pager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paged {
    /// It goes on.
    Open,
    /// The person goes back to the run.
    Left,
    /// Another step is read: the one before or after.
    Switch {
        /// Backwards.
        back: bool,
    },
}

/// Where the person is in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pager {
    /// What is read.
    pub subject: Subject,
    /// The first row shown; `None`: the end is followed.
    top: Option<usize>,
    /// What was searched for last.
    wanted: String,
    /// The words being typed after `/`.
    typing: Option<Editor>,
    /// The last search found nothing.
    missed: bool,
}

impl Pager {
    /// At the end of a step's output, which is followed; help begins at its beginning.
    pub fn of(subject: Subject) -> Pager {
        let top = (subject == Subject::Help).then_some(0);
        Pager { subject, top, wanted: String::new(), typing: None, missed: false }
    }

    /// Takes one key; `rows` is the text as it is broken now, `page` how many of them are shown at once.
    pub fn key(&mut self, key: KeyEvent, rows: &[String], page: usize) -> Paged {
        if let Some(editor) = &mut self.typing {
            match editor.key(key) {
                Edited::Open => {}
                Edited::Left => self.typing = None,
                Edited::Entered(words) => {
                    self.typing = None;
                    self.wanted = words;
                    self.search(rows, page, false, true);
                }
            }
            return Paged::Open;
        }
        let last = rows.len().saturating_sub(page);
        let top = self.top.unwrap_or(last).min(last);
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        self.top = match key.code {
            KeyCode::Esc | KeyCode::Char('q') => return Paged::Left,
            KeyCode::Tab | KeyCode::Right => return Paged::Switch { back: false },
            KeyCode::BackTab | KeyCode::Left => return Paged::Switch { back: true },
            KeyCode::Up | KeyCode::Char('k') => Some(top.saturating_sub(1)),
            KeyCode::PageUp | KeyCode::Char('b') => Some(top.saturating_sub(page.max(2) - 1)),
            KeyCode::Char('u') if control => Some(top.saturating_sub(page / 2)),
            KeyCode::Home | KeyCode::Char('g') => Some(0),
            KeyCode::Down | KeyCode::Char('j') | KeyCode::Enter => self.down(top, 1, last),
            KeyCode::PageDown | KeyCode::Char(' ') => self.down(top, page.max(2) - 1, last),
            KeyCode::Char('d') if control => self.down(top, page / 2, last),
            KeyCode::End | KeyCode::Char('G' | 'f') => self.end(last),
            KeyCode::Char('/') => {
                self.typing = Some(Editor::default());
                self.top
            }
            KeyCode::Char('n') => {
                self.search(rows, page, false, false);
                self.top
            }
            KeyCode::Char('N') => {
                self.search(rows, page, true, false);
                self.top
            }
            _ => self.top,
        };
        Paged::Open
    }

    /// Pasted text goes into the search.
    pub fn paste(&mut self, text: &str) {
        if let Some(editor) = &mut self.typing {
            editor.paste(text);
        }
    }

    /// At the end the end is followed.
    fn down(&self, top: usize, by: usize, last: usize) -> Option<usize> {
        if top + by >= last { self.end(last) } else { Some(top + by) }
    }

    fn end(&self, last: usize) -> Option<usize> {
        (self.subject == Subject::Help).then_some(last)
    }

    /// To the next row with what is wanted, from the one shown first; round the end if there is none before it.
    fn search(&mut self, rows: &[String], page: usize, back: bool, here: bool) {
        if self.wanted.is_empty() || rows.is_empty() {
            return;
        }
        let wanted = self.wanted.to_lowercase();
        let at = self.top.unwrap_or(rows.len().saturating_sub(page)).min(rows.len().saturating_sub(1));
        let found = |index: &usize| rows[*index].to_lowercase().contains(&wanted);
        let hit = match (back, here) {
            (true, _) => (0..at).rev().chain((at..rows.len()).rev()).find(found),
            (false, true) => (at..rows.len()).chain(0..at).find(found),
            (false, false) => (at + 1..rows.len()).chain(0..=at).find(found),
        };
        self.missed = hit.is_none();
        self.top = hit.or(self.top);
    }

    /// The whole screen: a title, the text, the keys.
    pub fn draw(&self, title: &str, rows: &[String], columns: usize, height: usize) -> Vec<Line> {
        let page = page(height);
        let last = rows.len().saturating_sub(page);
        // A hit near the end stands first on the screen all the same.
        let top = self.top.unwrap_or(last).min(rows.len().saturating_sub(1));
        let end = (top + page).min(rows.len());
        let place = match rows.len() {
            0 => "nothing yet".to_owned(),
            count => format!("{}–{end} of {count}{}", top + 1, if self.top.is_none() { ", following" } else { "" }),
        };
        let room = columns.saturating_sub(width(&place) + 2);
        let title = Line::of(Tone::Strong, cut(title, room));
        let mut lines = vec![title.pad_to(columns.saturating_sub(width(&place))).and(Tone::Faint, place)];
        lines.extend(rows[top..end].iter().map(|row| self.marked(row)));
        lines.resize(page + 1, Line::new());
        lines.push(self.footer(columns));
        lines
    }

    /// The row with what was searched for made visible.
    fn marked(&self, row: &str) -> Line {
        let wanted = self.wanted.to_lowercase();
        let lower = row.to_lowercase();
        // Where letters change their length in lower case, places would not agree.
        if wanted.is_empty() || lower.len() != row.len() {
            return Line::of(Tone::Plain, row);
        }
        let mut line = Line::new();
        let mut from = 0;
        for (at, found) in lower.match_indices(&wanted) {
            let (Some(before), Some(hit)) = (row.get(from..at), row.get(at..at + found.len())) else {
                return Line::of(Tone::Plain, row);
            };
            line = line.and(Tone::Plain, before).and(Tone::Cursor, hit);
            from = at + found.len();
        }
        line.and(Tone::Plain, &row[from..])
    }

    fn footer(&self, columns: usize) -> Line {
        if let Some(editor) = &self.typing {
            let (before, after) = editor.parts();
            let mut rest = after.chars();
            let under = rest.next().unwrap_or(' ');
            let line = Line::of(Tone::Active, "/").and(Tone::Strong, before).and(Tone::Cursor, under.to_string());
            return line.and(Tone::Strong, rest.as_str());
        }
        let words: &[&str] = match self.subject {
            Subject::Help => &["Esc back", "↑↓ PgUp PgDn", "/ search"],
            Subject::Step(_) => {
                &["Esc back", "↑↓ PgUp PgDn Home", "End follow", "/ search", "n N next", "Tab other step"]
            }
        };
        let missed = if self.missed { format!("`{}` is not there · ", self.wanted) } else { String::new() };
        let mut line = Line::of(Tone::Attention, &missed);
        for (at, word) in words.iter().enumerate() {
            let word = if at == 0 { (*word).to_owned() } else { format!(" · {word}") };
            if line.width() + width(&word) > columns {
                break;
            }
            line = line.and(Tone::Faint, word);
        }
        line
    }
}

/// Rows of text on a screen of so many rows.
pub fn page(height: usize) -> usize {
    height.saturating_sub(2).max(1)
}

/// Text in rows of at most `columns`, broken anywhere, so that nothing of a long line is hidden.
pub fn rows(lines: &[&str], columns: usize) -> Vec<String> {
    let mut rows = Vec::new();
    for line in lines {
        let mut row = String::new();
        let mut taken = 0;
        for c in harmless(line).chars() {
            let wide = unicode_width::UnicodeWidthChar::width(c).unwrap_or(0);
            if taken + wide > columns {
                rows.push(std::mem::take(&mut row));
                taken = 0;
            }
            row.push(c);
            taken += wide;
        }
        rows.push(row);
    }
    rows
}

fn cut(text: &str, columns: usize) -> String {
    Line::of(Tone::Plain, text).fit(columns, crate::paint::Paint::new(false))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text() -> Vec<String> {
        (0..50).map(|line| format!("line {line}{}", if line == 40 { " Error" } else { "" })).collect()
    }

    fn press(pager: &mut Pager, code: KeyCode) -> Paged {
        pager.key(KeyEvent::new(code, KeyModifiers::NONE), &text(), 10)
    }

    #[test]
    fn the_end_is_followed_until_one_looks_back() {
        let mut pager = Pager::of(Subject::Step(StepIndex(0)));
        assert_eq!(pager.top, None);
        press(&mut pager, KeyCode::Up);
        assert_eq!(pager.top, Some(39));
        press(&mut pager, KeyCode::PageUp);
        assert_eq!(pager.top, Some(30));
        press(&mut pager, KeyCode::Home);
        press(&mut pager, KeyCode::PageDown);
        assert_eq!(pager.top, Some(9));
        press(&mut pager, KeyCode::End);
        assert_eq!(pager.top, None);
        press(&mut pager, KeyCode::Up);
        press(&mut pager, KeyCode::Down);
        assert_eq!(pager.top, None, "who comes back to the end follows it again");
    }

    #[test]
    fn words_are_searched_without_regard_to_case_and_round_the_end() {
        let mut pager = Pager::of(Subject::Step(StepIndex(0)));
        for c in "/error".chars() {
            press(&mut pager, KeyCode::Char(c));
        }
        press(&mut pager, KeyCode::Enter);
        assert_eq!((pager.top, pager.missed), (Some(40), false));
        press(&mut pager, KeyCode::Char('n'));
        assert_eq!(pager.top, Some(40), "the only hit is found again");
        pager.wanted = "nowhere".to_owned();
        press(&mut pager, KeyCode::Char('N'));
        assert!(pager.missed && pager.top == Some(40));
        let empty = pager.key(KeyEvent::new(KeyCode::Char('n'), KeyModifiers::NONE), &[], 10);
        assert_eq!(empty, Paged::Open);
    }

    #[test]
    fn long_lines_are_broken_not_hidden() {
        assert_eq!(rows(&["abcdef", "", "日本語"], 4), ["abcd", "ef", "", "日本", "語"]);
    }
}
