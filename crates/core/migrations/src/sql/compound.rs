//! Bodies of routines and triggers: `BEGIN … END` whose semicolons end no statement of the script.

use crate::Engine;
use crate::sql::Token;

/// How deep in such a body the reading is.
#[derive(Debug, Default)]
pub(super) struct Compound {
    /// The statement's first words, as far as they decide.
    words: Vec<String>,
    depth: u32,
    ended: bool,
}

/// A definition names its kind within so many words (`CREATE DEFINER = 'a' @ 'b' PROCEDURE`).
const HEAD: usize = 12;

impl Compound {
    /// Whether a semicolon now would be the body's own.
    pub(super) fn inside(&self) -> bool {
        self.depth > 0
    }

    /// Takes in the statement's next token.
    pub(super) fn take(&mut self, token: &Token, engine: Engine) {
        let word = token.text.to_ascii_uppercase();
        let after_end = std::mem::take(&mut self.ended);
        match word.as_str() {
            // What follows END names what it ends: those openers were not counted, except for CASE, whose END was.
            "IF" | "LOOP" | "WHILE" | "REPEAT" if after_end => self.depth += 1,
            "CASE" if after_end => {}
            "BEGIN" if self.opens(engine) => self.depth += 1,
            "ATOMIC" if engine == Engine::Postgres && self.words.last().is_some_and(|word| word == "BEGIN") => {
                self.depth += 1;
            }
            "CASE" if self.inside() => self.depth += 1,
            "END" if self.inside() => {
                self.depth -= 1;
                self.ended = true;
            }
            _ => {}
        }
        if self.words.len() < HEAD || engine == Engine::Postgres {
            self.words.push(word);
        }
    }

    fn opens(&self, engine: Engine) -> bool {
        if self.inside() {
            return true;
        }
        let kinds: &[&str] = match engine {
            Engine::Mysql => &["TRIGGER", "PROCEDURE", "FUNCTION", "EVENT"],
            Engine::Sqlite => &["TRIGGER"],
            Engine::Postgres => return false,
        };
        self.words.first().is_some_and(|first| first == "CREATE")
            && self.words.iter().take(HEAD).any(|word| kinds.contains(&word.as_str()))
    }
}
