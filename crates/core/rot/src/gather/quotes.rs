//! Words of shell text: quotes removed, substitutions taken out, places kept.

use std::iter::Peekable;
use std::str::CharIndices;

use super::brackets::Brackets;

/// One word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Word {
    /// Without quotes.
    pub(super) text: String,
    /// As written.
    pub(super) raw: String,
    /// 0-based line in the text.
    pub(super) line: usize,
    /// The shell computes nothing in it.
    pub(super) fixed: bool,
}

/// Script text inside other text.
pub(super) struct Inner {
    pub(super) text: String,
    /// 0-based line where it begins.
    pub(super) line: usize,
}

impl Word {
    /// `NAME=…`
    pub(super) fn assigns(&self) -> bool {
        let name = self.raw.split(['=', '+', '[']).next().unwrap_or_default();
        self.raw.contains('=') && callsheet_runbook::shell::is_name(name)
    }
}

impl AsRef<str> for Word {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

/// Reads shell text sign by sign.
pub(super) struct Reader<'a> {
    text: &'a str,
    chars: Peekable<CharIndices<'a>>,
    line: usize,
    heredocs: Vec<String>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Reader<'a> {
        Reader { text, chars: text.char_indices().peekable(), line: 0, heredocs: Vec::new() }
    }

    pub(super) fn peek(&mut self) -> Option<char> {
        self.chars.peek().map(|(_, c)| *c)
    }

    pub(super) fn peek_at(&mut self, ahead: usize) -> Option<char> {
        self.rest().chars().nth(ahead)
    }

    fn rest(&mut self) -> &'a str {
        self.chars.peek().map_or("", |(at, _)| &self.text[*at..])
    }

    pub(super) fn starts_with(&mut self, words: &str) -> bool {
        self.rest().starts_with(words)
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let (_, c) = self.chars.next()?;
        self.line += usize::from(c == '\n');
        Some(c)
    }

    pub(super) fn skip_blanks(&mut self) {
        loop {
            if self.starts_with("\\\n") {
                self.next();
                self.next();
            } else if matches!(self.peek(), Some(' ' | '\t' | '\r')) {
                self.next();
            } else {
                return;
            }
        }
    }

    pub(super) fn skip_line(&mut self) {
        while self.peek().is_some_and(|c| c != '\n') {
            self.next();
        }
    }

    /// Past `words`; nothing is skipped where they do not come.
    pub(super) fn skip_past(&mut self, words: &str) {
        let Some(found) = self.rest().find(words) else {
            self.next();
            return;
        };
        let signs = self.rest()[..found + words.len()].chars().count();
        (0..signs).for_each(|_| {
            self.next();
        });
    }

    /// A line end, and the heredocs that begin there.
    pub(super) fn newline(&mut self) {
        self.next();
        for word in std::mem::take(&mut self.heredocs) {
            while self.peek().is_some() {
                let line = self.rest().lines().next().unwrap_or_default().trim().to_owned();
                self.skip_line();
                self.next();
                if line == word {
                    break;
                }
            }
        }
    }

    /// The word after `<<`.
    pub(super) fn heredoc(&mut self) {
        if self.peek() == Some('-') {
            self.next();
        }
        self.skip_blanks();
        if let Some((word, _)) = self.word() {
            self.heredocs.push(word.text);
        }
    }

    /// What stands before the bracket that closes; the bracket is taken, too.
    pub(super) fn until_bracket(&mut self) -> Inner {
        let line = self.line;
        let mut text = String::new();
        let mut brackets = Brackets::new();
        let mut quote = None;
        while let Some(c) = self.next() {
            match (quote, c) {
                (Some(open), c) if c == open => quote = None,
                (None | Some('"'), '\\') => {
                    brackets.quoted();
                    text.push(c);
                    text.extend(self.next());
                    continue;
                }
                (None, '\'' | '"') => {
                    brackets.quoted();
                    quote = Some(c);
                }
                (None, c) if brackets.take(c) => break,
                _ => {}
            }
            text.push(c);
        }
        Inner { text, line }
    }

    /// The next word and the scripts that it holds; `None` where none begins.
    pub(super) fn word(&mut self) -> Option<(Word, Vec<Inner>)> {
        let start = self.chars.peek()?.0;
        let mut word = Word { line: self.line, fixed: true, ..Word::default() };
        let mut inner = Vec::new();
        let mut quote: Option<char> = None;
        while let Some(c) = self.peek() {
            match (quote, c) {
                (Some(open), c) if c == open => quote = None,
                (Some('\''), c) => word.text.push(c),
                (_, '\\') => {
                    self.next();
                    match self.peek() {
                        Some('\n') => {}
                        Some(escaped) => word.text.push(escaped),
                        None => break,
                    }
                }
                (_, '$' | '`') => {
                    self.substitution(&mut word, &mut inner);
                    continue;
                }
                (Some(_), c) => word.text.push(c),
                (None, '\'' | '"') => quote = Some(c),
                (None, c) if c.is_whitespace() || ";&|<>()".contains(c) => break,
                (None, c) => {
                    let brace = c == '{' && self.rest()[1..].contains([',', '.']) && self.rest()[1..].contains('}');
                    if matches!(c, '*' | '?' | '[') || brace || c == '~' && word.text.is_empty() {
                        word.fixed = false;
                    }
                    word.text.push(c);
                }
            }
            self.next();
        }
        let end = self.chars.peek().map_or(self.text.len(), |(at, _)| *at);
        word.raw = self.text[start..end].to_owned();
        (end > start).then_some((word, inner))
    }

    /// `$NAME`, `${…}`, `$(…)`, `` `…` ``.
    fn substitution(&mut self, word: &mut Word, inner: &mut Vec<Inner>) {
        word.fixed = false;
        let tick = self.next() == Some('`');
        word.text.push(if tick { '`' } else { '$' });
        if tick {
            let line = self.line;
            let mut text = String::new();
            while let Some(c) = self.next().filter(|c| *c != '`') {
                text.push(c);
            }
            word.text.push_str(&text);
            inner.push(Inner { text, line });
            return;
        }
        match self.peek() {
            Some('(') => {
                self.next();
                let arithmetic = self.peek() == Some('(');
                let script = self.until_bracket();
                word.text.push_str(&format!("({})", script.text));
                if !arithmetic {
                    inner.push(script);
                }
            }
            Some('{') => {
                while let Some(c) = self.next() {
                    word.text.push(c);
                    if c == '}' {
                        break;
                    }
                }
            }
            _ => {}
        }
    }
}
