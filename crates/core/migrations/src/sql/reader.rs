//! Reads a statement word by word.

use super::{Kind, Token, Tokens};
use crate::Engine;
use crate::ddl::Name;

/// A place in a statement's tokens.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    tokens: Vec<Token<'a>>,
    at: usize,
}

impl<'a> Reader<'a> {
    /// At the start of `statement`.
    pub fn new(statement: &'a str, engine: Engine) -> Reader<'a> {
        Reader { tokens: Tokens::new(statement, engine).collect(), at: 0 }
    }

    /// The next token, without passing it.
    pub fn peek(&self) -> Option<&Token<'a>> {
        self.tokens.get(self.at)
    }

    /// Passes the next token.
    pub fn next_token(&mut self) -> Option<Token<'a>> {
        let token = self.peek().copied();
        self.at += usize::from(token.is_some());
        token
    }

    /// Passes these words (in upper case, set apart by blanks) if they come next.
    pub fn words(&mut self, words: &str) -> bool {
        let mut at = self.at;
        for word in words.split(' ') {
            if !self.tokens.get(at).is_some_and(|token| token.is(word)) {
                return false;
            }
            at += 1;
        }
        self.at = at;
        true
    }

    /// Passes that punctuation if it comes next.
    pub fn symbol(&mut self, symbol: &str) -> bool {
        let found = self.peek().is_some_and(|token| token.is_symbol(symbol));
        self.at += usize::from(found);
        found
    }

    /// Passes a name, with its schema if it has one.
    pub fn name(&mut self) -> Option<Name> {
        let first = self.part()?;
        if self.symbol(".") {
            return Some(Name { schema: Some(first), name: self.part()? });
        }
        Some(Name { schema: None, name: first })
    }

    fn part(&mut self) -> Option<String> {
        let token = *self.peek()?;
        let text = match token.kind {
            Kind::Word => token.text.to_owned(),
            // MySQL's ANSI mode and SQLite's leniency put names into string quotes.
            Kind::Quoted | Kind::Text => unquoted(token.text),
            Kind::Symbol | Kind::Unended => return None,
        };
        self.at += 1;
        Some(text)
    }

    /// Whether these words come anywhere ahead, outside of nested parentheses and up to a comma if `within`.
    pub fn ahead(&self, words: &str, within: bool) -> bool {
        let mut look = self.clone();
        let mut depth = 0_u32;
        while let Some(token) = look.peek() {
            if depth == 0 && look.clone().words(words) {
                return true;
            }
            match token.text {
                "(" => depth += 1,
                ")" if depth == 0 => return false,
                ")" => depth -= 1,
                "," if depth == 0 && within => return false,
                _ => {}
            }
            look.at += 1;
        }
        false
    }

    /// Passes to behind the next comma outside of parentheses; false at the end.
    pub fn pass_comma(&mut self) -> bool {
        let mut depth = 0_u32;
        while let Some(token) = self.next_token() {
            match token.text {
                "(" => depth += 1,
                ")" if depth == 0 => return false,
                ")" => depth -= 1,
                "," if depth == 0 => return true,
                _ => {}
            }
        }
        false
    }

    /// What is left, up to a comma outside of parentheses: the tokens' texts, words in upper case.
    pub fn until_comma(&self) -> Vec<String> {
        let mut depth = 0_u32;
        let mut found = Vec::new();
        for token in &self.tokens[self.at..] {
            match token.text {
                "(" => depth += 1,
                ")" if depth == 0 => break,
                ")" => depth -= 1,
                "," if depth == 0 => break,
                _ => {}
            }
            let word = token.kind == Kind::Word;
            found.push(if word { token.text.to_ascii_uppercase() } else { token.text.to_owned() });
        }
        found
    }

    /// Whether nothing is left.
    pub fn at_end(&self) -> bool {
        self.at >= self.tokens.len()
    }
}

fn unquoted(text: &str) -> String {
    let (open, inner) = (&text[..1], &text[1..text.len() - 1]);
    match open {
        "[" => inner.to_owned(),
        quote => inner.replace(&quote.repeat(2), quote),
    }
}
