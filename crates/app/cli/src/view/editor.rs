//! One line that a person types: the note beside an answer, a parameter, a `yes`.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// What a key made of the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edited {
    /// The person goes on typing.
    Open,
    /// Return.
    Entered(String),
    /// Escape.
    Left,
}

/// The line and the place of the next character.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Editor {
    text: Vec<char>,
    at: usize,
}

impl Editor {
    /// The text before and after the cursor.
    pub fn parts(&self) -> (String, String) {
        (self.text[..self.at].iter().collect(), self.text[self.at..].iter().collect())
    }

    /// Takes one key.
    pub fn key(&mut self, key: KeyEvent) -> Edited {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Enter => return Edited::Entered(self.text.iter().collect::<String>().trim().to_owned()),
            KeyCode::Esc => return Edited::Left,
            KeyCode::Char('u') if control => {
                self.text.drain(..self.at);
                self.at = 0;
            }
            KeyCode::Char('k') if control => self.text.truncate(self.at),
            KeyCode::Char('w') if control => self.delete_word(),
            KeyCode::Char('a') if control => self.at = 0,
            KeyCode::Char('e') if control => self.at = self.text.len(),
            KeyCode::Char(c) if !control => {
                self.text.insert(self.at, c);
                self.at += 1;
            }
            KeyCode::Backspace if self.at > 0 => {
                self.at -= 1;
                self.text.remove(self.at);
            }
            KeyCode::Delete if self.at < self.text.len() => {
                self.text.remove(self.at);
            }
            KeyCode::Left => self.at = self.at.saturating_sub(1),
            KeyCode::Right => self.at = (self.at + 1).min(self.text.len()),
            KeyCode::Home => self.at = 0,
            KeyCode::End => self.at = self.text.len(),
            _ => {}
        }
        Edited::Open
    }

    /// Pasted text; line ends become blanks.
    pub fn paste(&mut self, text: &str) {
        for c in text.chars().map(|c| if c.is_control() { ' ' } else { c }) {
            self.text.insert(self.at, c);
            self.at += 1;
        }
    }

    fn delete_word(&mut self) {
        let before = &self.text[..self.at];
        let trimmed = before.iter().rposition(|c| !c.is_whitespace()).map_or(0, |at| at + 1);
        let start = before[..trimmed].iter().rposition(|c| c.is_whitespace()).map_or(0, |at| at + 1);
        self.text.drain(start..self.at);
        self.at = start;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(keys: &[(KeyCode, KeyModifiers)]) -> (Editor, Edited) {
        let mut editor = Editor::default();
        let mut last = Edited::Open;
        for &(code, modifiers) in keys {
            last = editor.key(KeyEvent::new(code, modifiers));
        }
        (editor, last)
    }

    fn plain(text: &str) -> Vec<(KeyCode, KeyModifiers)> {
        text.chars().map(|c| (KeyCode::Char(c), KeyModifiers::NONE)).collect()
    }

    #[test]
    fn what_is_typed_is_entered() {
        let mut keys = plain("all greem");
        keys.push((KeyCode::Backspace, KeyModifiers::NONE));
        keys.extend(plain("n "));
        keys.push((KeyCode::Enter, KeyModifiers::NONE));
        assert_eq!(typed(&keys).1, Edited::Entered("all green".to_owned()));
    }

    #[test]
    fn words_and_lines_are_deleted_from_the_cursor() {
        let mut keys = plain("one two  ");
        keys.push((KeyCode::Char('w'), KeyModifiers::CONTROL));
        assert_eq!(typed(&keys).0.parts(), ("one ".to_owned(), String::new()));
        keys.push((KeyCode::Char('u'), KeyModifiers::CONTROL));
        assert_eq!(typed(&keys).0, Editor::default());
        assert_eq!(typed(&[(KeyCode::Esc, KeyModifiers::NONE)]).1, Edited::Left);
    }
}
