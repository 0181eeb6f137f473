//! What shell text is: logical commands, known programs, and words of a simple command.

use std::borrow::Cow;

mod logical;
mod one_command;
mod programs;
mod quoting;
mod wrappers;

pub use logical::{Piece, PieceKind, pieces};
pub use one_command::{CommandWord, one_command};
pub use programs::{is_known_program, is_program, looks_like_command};
pub use quoting::Quoting;
pub use wrappers::behind;

use wrappers::{Started, is_detached, program, started};

/// The simple commands of a shell text, cut at pipes, `;`, `&&`, `||`, `$(` and line ends; each as its words, quotes removed.
/// Leading assignments, `sudo`, `time`, `env` and the like are dropped; behind a command that starts others in a shell, a container, a pod or on another
/// host stand those.
pub fn simple_commands(text: &str) -> Vec<Vec<Cow<'_, str>>> {
    let found = outer_commands(text);
    let mut all = Vec::with_capacity(found.len());
    found.into_iter().for_each(|words| add_with_inner(words, 0, &mut all));
    all
}

/// The commands of the text itself.
fn outer_commands(text: &str) -> Vec<Vec<Cow<'_, str>>> {
    let mut found = Vec::new();
    let mut words: Vec<Cow<'_, str>> = Vec::new();
    let mut word = Cow::Borrowed("");
    let mut quote: Option<char> = None;
    let mut chars = text.chars();
    let mut started = false;
    fn end_word<'t>(word: &mut Cow<'t, str>, words: &mut Vec<Cow<'t, str>>, started: &mut bool) {
        if *started {
            words.push(std::mem::take(word));
            *started = false;
        }
    }
    loop {
        let rest = chars.as_str();
        let Some(c) = chars.next() else { break };
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some('"'), '\\') => {
                if let Some(next) = chars.next() {
                    word.to_mut().push(next);
                }
            }
            (Some(open), _) => {
                let end = rest.find([open, '\\']).filter(|end| *end > 0).unwrap_or(c.len_utf8());
                add(&mut word, &rest[..end]);
                chars = rest[end..].chars();
            }
            (None, '\'' | '"') => {
                quote = Some(c);
                started = true;
            }
            (None, '\\') => match chars.next() {
                Some('\n') | None => end_word(&mut word, &mut words, &mut started),
                Some(next) => {
                    word.to_mut().push(next);
                    started = true;
                }
            },
            (None, '#') if !started => {
                end_word(&mut word, &mut words, &mut started);
                let line = chars.as_str();
                chars = line[line.find('\n').unwrap_or(line.len())..].chars();
            }
            (None, ' ' | '\t' | '\r') => end_word(&mut word, &mut words, &mut started),
            (None, '\n' | ';' | '|' | '&' | '(' | ')') => {
                if c == '(' && word.ends_with('$') {
                    word.to_mut().pop();
                    started = !word.is_empty();
                }
                // `2>&1` and `&>` are no separators.
                if c == '&' && (word.ends_with('>') || chars.as_str().starts_with('>')) {
                    add(&mut word, &rest[..1]);
                    started = true;
                    continue;
                }
                end_word(&mut word, &mut words, &mut started);
                if !words.is_empty() {
                    found.push(std::mem::take(&mut words));
                }
            }
            (None, c) => {
                started = true;
                let (run, rest) = rest.split_at(c.len_utf8() + plain_len(chars.as_str()));
                add(&mut word, run);
                chars = rest.chars();
            }
        }
    }
    end_word(&mut word, &mut words, &mut started);
    if !words.is_empty() {
        found.push(words);
    }
    found
}

/// A command that is given as its words, and those that it only starts, as [`simple_commands`] has them.
pub(crate) fn commands_of(words: Vec<Cow<'_, str>>) -> Vec<Vec<Cow<'_, str>>> {
    let mut all = Vec::new();
    add_with_inner(words, 0, &mut all);
    all
}

/// What a shell reads, if the command only starts one.
pub(crate) fn script_of<'w>(words: &'w [Cow<'_, str>]) -> Option<Cow<'w, str>> {
    match started(words)? {
        Started::Script(script) => Some(script),
        Started::From(_) => None,
    }
}

/// The lines of a text, parted by `\n`.
pub(crate) fn lines_of(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let all = rest?;
        let end = memchr::memchr(b'\n', all.as_bytes());
        rest = end.map(|at| &all[at + 1..]);
        Some(&all[..end.unwrap_or(all.len())])
    })
}

/// A word that is one piece of the text is not copied.
fn add<'t>(word: &mut Cow<'t, str>, run: &'t str) {
    match word.is_empty() {
        true => *word = Cow::Borrowed(run),
        false => word.to_mut().push_str(run),
    }
}

/// How many bytes at the start only lengthen a word that has begun.
fn plain_len(text: &str) -> usize {
    let ends = |byte: &u8| {
        matches!(byte, b'\'' | b'"' | b'\\' | b' ' | b'\t' | b'\r' | b'\n' | b';' | b'|' | b'&' | b'(' | b')')
    };
    text.as_bytes().iter().position(ends).unwrap_or(text.len())
}

/// So deep is looked into what starts what.
const DEEPEST: usize = 8;

/// The command without what only leads it in, then the commands that it starts in a container, in a pod, on another host or by a shell.
fn add_with_inner<'t>(words: Vec<Cow<'t, str>>, depth: usize, all: &mut Vec<Vec<Cow<'t, str>>>) {
    let words = bare(words);
    if words.is_empty() {
        return;
    }
    let at = all.len();
    all.push(words);
    if depth == DEEPEST {
        return;
    }
    let words = &all[at];
    let inner = match started(words).filter(|_| !is_detached(words)) {
        None => return,
        Some(Started::From(start)) => vec![words[start..].to_vec()],
        Some(Started::Script(script)) => {
            let owned = |words: Vec<Cow<'_, str>>| -> Vec<Cow<'t, str>> {
                words.into_iter().map(|word| Cow::Owned(word.into_owned())).collect()
            };
            outer_commands(&script).into_iter().map(owned).collect()
        }
    };
    inner.into_iter().for_each(|words| add_with_inner(words, depth + 1, all));
}

const KEYWORDS: &[&str] = &["then", "do", "else", "if", "while", "until", "!", "{"];

/// Without assignments, keywords and programs that start it on this machine. What is told anew (`watch`) is not the same as what is done once.
fn bare(mut words: Vec<Cow<'_, str>>) -> Vec<Cow<'_, str>> {
    let mut start = 0;
    while let [first, _, ..] = &words[start..] {
        let assignment = first.split_once('=').is_some_and(|(name, _)| is_name(name));
        start += match () {
            () if assignment || KEYWORDS.contains(&&**first) => 1,
            () if program(first) == "watch" => break,
            () => match behind(&words[start..]) {
                Some(behind) => behind,
                None => break,
            },
        };
    }
    words.drain(..start);
    words
}

/// Whether the text is a variable's name.
pub fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
