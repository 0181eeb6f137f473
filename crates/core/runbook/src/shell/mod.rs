//! What shell text is: logical commands, known programs, and words of a simple command.

mod logical;
mod one_command;
mod programs;
mod quoting;

pub use logical::{Piece, PieceKind, pieces};
pub use one_command::{CommandWord, one_command};
pub use programs::{is_known_program, is_program, looks_like_command};
pub use quoting::Quoting;

/// The simple commands of a shell text, cut at pipes, `;`, `&&`, `||`, `$(` and line ends; each as its words, quotes removed.
/// Leading assignments, `sudo`, `time`, `env` and the like are dropped.
pub fn simple_commands(text: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut quote: Option<char> = None;
    let mut chars = text.chars();
    let mut started = false;
    let end_word = |word: &mut String, words: &mut Vec<String>, started: &mut bool| {
        if *started {
            words.push(std::mem::take(word));
            *started = false;
        }
    };
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some('"'), '\\') => {
                if let Some(next) = chars.next() {
                    word.push(next);
                }
            }
            (Some(_), c) => word.push(c),
            (None, '\'' | '"') => {
                quote = Some(c);
                started = true;
            }
            (None, '\\') => match chars.next() {
                Some('\n') | None => end_word(&mut word, &mut words, &mut started),
                Some(next) => {
                    word.push(next);
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
                    word.pop();
                    started = !word.is_empty();
                }
                // `2>&1` and `&>` are no separators.
                if c == '&' && (word.ends_with('>') || chars.as_str().starts_with('>')) {
                    word.push(c);
                    started = true;
                    continue;
                }
                end_word(&mut word, &mut words, &mut started);
                if !words.is_empty() {
                    found.push(std::mem::take(&mut words));
                }
            }
            (None, c) => {
                word.push(c);
                started = true;
                let plain = plain_len(chars.as_str());
                let (run, rest) = chars.as_str().split_at(plain);
                word.push_str(run);
                chars = rest.chars();
            }
        }
    }
    end_word(&mut word, &mut words, &mut started);
    if !words.is_empty() {
        found.push(words);
    }
    let mut all = Vec::with_capacity(found.len());
    for words in found.into_iter().map(bare).filter(|words| !words.is_empty()) {
        let inner = inner(&words);
        all.push(words);
        all.extend(inner);
    }
    all
}

/// How many bytes at the start only lengthen a word that has begun.
fn plain_len(text: &str) -> usize {
    let ends = |byte: &u8| {
        matches!(byte, b'\'' | b'"' | b'\\' | b' ' | b'\t' | b'\r' | b'\n' | b';' | b'|' | b'&' | b'(' | b')')
    };
    text.as_bytes().iter().position(ends).unwrap_or(text.len())
}

/// The command that runs inside a container, a pod or on another host.
fn inner(words: &[String]) -> Option<Vec<String>> {
    let name = words[0].rsplit('/').next().unwrap_or_default();
    let is = |word: &str| words.iter().position(|one| one == word);
    let start = match name {
        "kubectl" | "oc" if is("exec").is_some() || is("run").is_some() => is("--")? + 1,
        "docker" | "podman" | "nerdctl" | "docker-compose" => {
            let exec = is("exec")?;
            // The first word after the options is the container.
            let mut at = exec + 1;
            while at < words.len() && words[at].starts_with('-') {
                at += 1 + usize::from(matches!(
                    words[at].as_str(),
                    "-e" | "-u" | "-w" | "--env" | "--user" | "--workdir"
                ));
            }
            at + 1
        }
        "ssh" => {
            let mut at = 1;
            while at < words.len() && words[at].starts_with('-') {
                at += 1 + usize::from(matches!(words[at].as_str(), "-i" | "-p" | "-l" | "-o" | "-J" | "-F"));
            }
            at + 1
        }
        "bash" | "sh" | "zsh" => {
            let script = words.get(is("-c")? + 1)?;
            return simple_commands(script).into_iter().next();
        }
        _ => return None,
    };
    let rest = bare(words.get(start..)?.to_vec());
    match rest.as_slice() {
        [] => None,
        [one] if one.contains(' ') => simple_commands(one).into_iter().next(),
        _ => Some(rest),
    }
}

const PREFIXES: &[&str] = &[
    "sudo", "time", "env", "nohup", "nice", "ionice", "command", "exec", "doas", "then", "do", "else", "if", "while",
    "until", "!", "{", "xargs", "timeout", "stdbuf", "setsid",
];

fn bare(mut words: Vec<String>) -> Vec<String> {
    loop {
        let Some(first) = words.first() else { return words };
        let assignment = first.split_once('=').is_some_and(|(name, _)| is_name(name));
        if assignment && words.len() > 1 {
            words.remove(0);
        } else if PREFIXES.contains(&first.as_str()) && words.len() > 1 {
            words.remove(0);
            while words.len() > 1 && (words[0].starts_with('-') || words[0].parse::<f64>().is_ok()) {
                let takes_value = matches!(words[0].as_str(), "-u" | "-g" | "-n" | "-I" | "-P" | "-k" | "-s");
                words.remove(0);
                if takes_value && words.len() > 1 {
                    words.remove(0);
                }
            }
        } else {
            return words;
        }
    }
}

/// Whether the text is a variable's name.
pub fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
