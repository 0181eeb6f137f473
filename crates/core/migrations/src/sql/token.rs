//! Tokens of SQL in the three dialects: enough to know what is a word, and what only looks like one inside quotes and comments.

use crate::Engine;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A bare word or number.
    Word,
    /// A quoted identifier, quotes included.
    Quoted,
    /// A string literal, quotes included.
    Text,
    /// One character of punctuation.
    Symbol,
    /// A quote or comment that never ends.
    Unended,
}

/// A token and where it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// What it is.
    pub kind: Kind,
    /// Its text.
    pub text: &'a str,
    /// Its first byte's offset.
    pub at: usize,
}

/// The tokens of a text, comments and blank space left out.
#[derive(Clone, Debug)]
pub struct Tokens<'a> {
    text: &'a str,
    at: usize,
    engine: Engine,
    /// Inside MySQL's `/*! … */`, which the server executes.
    executed_comment: bool,
}

// === impl Token ===

impl Token<'_> {
    /// Whether it is the bare word `word` (given in upper case).
    pub fn is(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }

    /// Whether it is that punctuation.
    pub fn is_symbol(&self, symbol: &str) -> bool {
        self.kind == Kind::Symbol && self.text == symbol
    }

    /// The offset after its last byte.
    pub fn end(&self) -> usize {
        self.at + self.text.len()
    }
}

// === impl Tokens ===

impl<'a> Tokens<'a> {
    /// Of `text`, from its start.
    pub fn new(text: &'a str, engine: Engine) -> Tokens<'a> {
        let at = if text.starts_with('\u{feff}') { 3 } else { 0 };
        Tokens { text, at, engine, executed_comment: false }
    }

    /// Goes on from the byte `at`.
    pub fn seek(&mut self, at: usize) {
        self.at = at;
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn take(&mut self, kind: Kind, length: usize) -> Token<'a> {
        let token = Token { kind, text: &self.rest()[..length], at: self.at };
        self.at += length;
        token
    }

    /// Passes blank space and comments; false if a comment never ends.
    fn pass_blanks(&mut self) -> bool {
        loop {
            let rest = self.rest();
            let blank = rest.len() - rest.trim_start().len();
            self.at += blank;
            let rest = self.rest();
            if self.is_line_comment(rest) {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else if self.executed_comment && rest.starts_with("*/") {
                self.executed_comment = false;
                self.at += 2;
            } else if self.engine == Engine::Mysql && (rest.starts_with("/*!") || rest.starts_with("/*M!")) {
                self.executed_comment = true;
                let opened = &rest[rest.find('!').unwrap_or(0) + 1..];
                self.at += rest.len() - opened.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            } else if rest.starts_with("/*") {
                let Some(length) = comment(rest, self.engine == Engine::Postgres) else { return false };
                self.at += length;
            } else if blank == 0 {
                return true;
            }
        }
    }

    fn is_line_comment(&self, rest: &str) -> bool {
        match self.engine {
            Engine::Mysql => {
                let dashes = rest.strip_prefix("--");
                rest.starts_with('#')
                    || dashes.is_some_and(|after| after.is_empty() || after.starts_with(char::is_whitespace))
            }
            Engine::Postgres | Engine::Sqlite => rest.starts_with("--"),
        }
    }

    /// A quoted text that begins here, by its quote; backslashes escape where the dialect says so.
    fn quoted(&mut self, kind: Kind, before: usize, quote: char, escapes: bool) -> Token<'a> {
        let body = &self.rest()[before + quote.len_utf8()..];
        let mut characters = body.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            if character == '\\' && escapes {
                characters.next();
            } else if character == quote {
                if characters.peek().is_some_and(|(_, next)| *next == quote) {
                    characters.next();
                } else {
                    return self.take(kind, before + at + 2 * quote.len_utf8());
                }
            }
        }
        let length = self.rest().len();
        self.take(Kind::Unended, length)
    }

    /// PostgreSQL's `$tag$ … $tag$`.
    fn dollar_quoted(&mut self) -> Option<Token<'a>> {
        let rest = self.rest();
        let tag_end = rest[1..].find('$')? + 2;
        let tag = &rest[1..tag_end - 1];
        let fits =
            !tag.starts_with(|c: char| c.is_ascii_digit()) && tag.chars().all(|c| c.is_alphanumeric() || c == '_');
        if !fits {
            return None;
        }
        let mark = &rest[..tag_end];
        Some(match rest[tag_end..].find(mark) {
            Some(end) => self.take(Kind::Text, end + 2 * tag_end),
            None => self.take(Kind::Unended, rest.len()),
        })
    }
}

/// The length of the block comment that begins here; PostgreSQL's nest.
fn comment(text: &str, nests: bool) -> Option<usize> {
    let (mut depth, mut at) = (1, 2);
    while depth > 0 {
        let rest = &text[at..];
        let end = rest.find("*/")?;
        match rest[..end].find("/*").filter(|_| nests) {
            Some(inner) => {
                depth += 1;
                at += inner + 2;
            }
            None => {
                depth -= 1;
                at += end + 2;
            }
        }
    }
    Some(at)
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_' || character == '$'
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        if !self.pass_blanks() {
            let length = self.rest().len();
            return Some(self.take(Kind::Unended, length));
        }
        let rest = self.rest();
        let first = rest.chars().next()?;
        let mysql = self.engine == Engine::Mysql;
        let mut following = rest.chars().skip(1);
        Some(match first {
            '\'' => self.quoted(Kind::Text, 0, '\'', mysql),
            'e' | 'E' if self.engine == Engine::Postgres && following.next() == Some('\'') => {
                self.quoted(Kind::Text, 1, '\'', true)
            }
            '"' if mysql => self.quoted(Kind::Text, 0, '"', true),
            '"' => self.quoted(Kind::Quoted, 0, '"', false),
            '`' if self.engine != Engine::Postgres => self.quoted(Kind::Quoted, 0, '`', false),
            '[' if self.engine == Engine::Sqlite => {
                let end = rest.find(']').map(|end| end + 1);
                self.take(if end.is_some() { Kind::Quoted } else { Kind::Unended }, end.unwrap_or(rest.len()))
            }
            '$' if self.engine == Engine::Postgres => match self.dollar_quoted() {
                Some(token) => token,
                None => self.take(Kind::Symbol, 1),
            },
            first if is_word(first) => {
                let length = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
                self.take(Kind::Word, length)
            }
            first => self.take(Kind::Symbol, first.len_utf8()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(engine: Engine, text: &str, expected: &[&str]) {
        let tokens: Vec<&str> = Tokens::new(text, engine).map(|token| token.text).collect();
        assert_eq!(tokens, expected, "{text}");
    }

    #[test]
    fn quotes_and_comments_hide_what_is_in_them() {
        use Engine::{Mysql, Postgres, Sqlite};
        check(Postgres, "a /* x /* y; */ z */ b -- c;\nd", &["a", "b", "d"]);
        check(Mysql, "a /* x /* y; */ b # c\n-- d\n1--2", &["a", "b", "1", "-", "-", "2"]);
        check(Postgres, "$$a;'b$$ $f$ $$ ; $f$ $1", &["$$a;'b$$", "$f$ $$ ; $f$", "$", "1"]);
        check(Postgres, r"'a\' E'b\';' 'it''s'", &[r"'a\'", r"E'b\';'", "'it''s'"]);
        check(Mysql, r#"'a\';' "b;" `c``;`"#, &[r"'a\';'", "\"b;\"", "`c``;`"]);
        check(Sqlite, "[a;b] \"c;\" `d`", &["[a;b]", "\"c;\"", "`d`"]);
        check(Mysql, "/*!40101 SET NAMES utf8 */;", &["SET", "NAMES", "utf8", ";"]);
    }

    #[test]
    fn what_never_ends_is_one_token() {
        for (engine, text) in [
            (Engine::Postgres, "select 'abc"),
            (Engine::Postgres, "select $$abc"),
            (Engine::Mysql, "select `abc"),
            (Engine::Sqlite, "select /* abc"),
        ] {
            assert_eq!(Tokens::new(text, engine).last().unwrap().kind, Kind::Unended, "{text}");
        }
    }
}
