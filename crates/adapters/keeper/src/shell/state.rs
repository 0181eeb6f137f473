//! The state itself: what the EXIT trap wrote, what is stored, what the next shell begins with.

use serde::{Deserialize, Serialize};

use super::declared::{Value, Variable, parse};
use super::special::{OPTIONS_OF_THE_STEP, OPTIONS_ON_AT_FIRST, SHOPT_OF_THE_STEP, SHOPT_ON_AT_FIRST, stays_behind};
use crate::bytes::Bytes;
use crate::protocol::NamedSecret;
use crate::redact::SHORTEST_SECRET;

/// A shell's variables, functions, aliases, options, working directory and umask. Values of declared secrets are cut out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShellState {
    /// The working directory as the shell names it.
    pub directory: Bytes,
    pub(super) umask: String,
    pub(super) options_on: Vec<String>,
    pub(super) options_off: Vec<String>,
    pub(super) shopt_on: Vec<String>,
    pub(super) shopt_off: Vec<String>,
    pub(super) aliases: Bytes,
    pub(super) variables: Vec<Variable>,
    /// Attributes of functions, as `declare` commands.
    pub(super) function_flags: Bytes,
    pub(super) functions: Bytes,
}

/// A secret that the state needs and nobody gave.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("it uses the secret `{0}`, which was not given")]
pub struct MissingSecret(pub String);

impl ShellState {
    /// From what the EXIT trap wrote. `before` tells what variables held that a function's locals cover now.
    pub fn read(dump: &[u8], secrets: &[NamedSecret], before: Option<&ShellState>) -> Result<ShellState, String> {
        let sections: Vec<&[u8]> = dump.split(|b| *b == 0).collect();
        let [frames, place, aliases, variables, functions, b"end"] = sections[..] else {
            return Err("the shell did not finish writing its state".into());
        };
        let (directory, umask) = directory_and_umask(place).ok_or("the shell could not tell its working directory")?;
        let mut variables = parse(variables)?;
        let (options_on, options_off) = switches(&variables, "SHELLOPTS", &OPTIONS_ON_AT_FIRST, &OPTIONS_OF_THE_STEP);
        let (shopt_on, shopt_off) = switches(&variables, "BASHOPTS", &SHOPT_ON_AT_FIRST, &SHOPT_OF_THE_STEP);
        let (function_flags, functions) = flags_and_bodies(functions);
        variables.retain(|variable| !stays_behind(&variable.name) && !secrets.iter().any(|s| s.name == variable.name));
        uncover_globals(&mut variables, frames, &functions, before);
        let mut state = ShellState {
            directory: Bytes(directory.to_vec()),
            umask,
            options_on,
            options_off,
            shopt_on,
            shopt_off,
            aliases: Bytes(aliases.to_vec()),
            variables,
            function_flags: Bytes(function_flags),
            functions: Bytes(functions),
        };
        state.each_text(|text| {
            for secret in secrets {
                cut_out(text, secret);
            }
        });
        Ok(state)
    }

    /// The state with the secrets' present values put back.
    pub fn with_secrets(mut self, secrets: &[NamedSecret]) -> Result<ShellState, MissingSecret> {
        let mut missing = None;
        self.each_text(|text| {
            if let Err(error) = put_back(text, secrets) {
                missing = Some(error);
            }
        });
        match missing {
            Some(error) => Err(error),
            None => Ok(self),
        }
    }

    /// Names and values of all strings, for finding those with secret names.
    pub fn strings(&self) -> impl Iterator<Item = (&str, &str)> {
        self.variables.iter().flat_map(|variable| {
            let values: Vec<&Bytes> = match &variable.value {
                Value::Unset => Vec::new(),
                Value::Scalar(value) => vec![value],
                Value::Array(entries) => entries.iter().map(|(_, value)| value).collect(),
            };
            values.into_iter().filter_map(|value| Some((variable.name.as_str(), std::str::from_utf8(&value.0).ok()?)))
        })
    }

    fn each_text(&mut self, mut change: impl FnMut(&mut Vec<u8>)) {
        for variable in &mut self.variables {
            match &mut variable.value {
                Value::Unset => {}
                Value::Scalar(value) => change(&mut value.0),
                Value::Array(entries) => entries.iter_mut().for_each(|(_, value)| change(&mut value.0)),
            }
        }
        change(&mut self.functions.0);
        change(&mut self.aliases.0);
    }
}

/// What `pwd` and `umask` printed; a folder's name may hold a line break, the umask's four digits cannot.
fn directory_and_umask(place: &[u8]) -> Option<(&[u8], String)> {
    let lines = place.strip_suffix(b"\n")?;
    let end = memchr::memrchr(b'\n', lines)?;
    let umask = std::str::from_utf8(&lines[end + 1..]).ok()?;
    umask.bytes().all(|b| b.is_ascii_digit()).then(|| (&lines[..end], umask.to_owned()))
}

/// Options that are on, from bash's list of them, and those it begins with that are off; without those of the step.
fn switches(variables: &[Variable], list: &str, at_first: &[&str], of_the_step: &[&str]) -> (Vec<String>, Vec<String>) {
    let list = variables.iter().find(|variable| variable.name == list);
    let Some(Variable { value: Value::Scalar(list), .. }) = list else { return (Vec::new(), Vec::new()) };
    let list = list.to_text();
    let on: Vec<&str> = list.split(':').filter(|name| !name.is_empty()).collect();
    let passes = |name: &&&str| !of_the_step.contains(*name);
    let off = at_first.iter().filter(|name| !on.contains(*name)).filter(passes);
    let off = off.map(|name| (*name).to_owned()).collect();
    (on.iter().filter(passes).map(|name| (*name).to_owned()).collect(), off)
}

/// `declare -F`'s lines that say more than that there is a function, and the definitions behind them.
fn flags_and_bodies(text: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let mut flags = Vec::new();
    let mut rest = text;
    while rest.starts_with(b"declare -f") {
        let length = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
        if !rest.starts_with(b"declare -f ") {
            flags.extend_from_slice(&rest[..length]);
        }
        rest = &rest[length..];
    }
    (flags, rest.to_vec())
}

/// A shell that exits inside a function prints that function's locals like globals. What its functions declare as local
/// gets back the value from before the step.
fn uncover_globals(variables: &mut Vec<Variable>, frames: &[u8], functions: &[u8], before: Option<&ShellState>) {
    let frames = String::from_utf8_lossy(frames);
    let functions = String::from_utf8_lossy(functions);
    for frame in frames.split_ascii_whitespace() {
        let Some(start) = functions.find(&format!("{frame} () ")) else { continue };
        let body = &functions[start..];
        let body = &body[..body.find("\n}").unwrap_or(body.len())];
        for name in locals_of(body) {
            variables.retain(|variable| variable.name != name);
            let old = before.and_then(|state| state.variables.iter().find(|variable| variable.name == name));
            variables.extend(old.cloned());
        }
    }
}

fn locals_of(body: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for line in body.lines() {
        let mut words = line.split_ascii_whitespace();
        if !matches!(words.next(), Some("local" | "declare" | "typeset")) {
            continue;
        }
        for word in words {
            let name = word.split(['=', ';', '+']).next().unwrap_or_default();
            if !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
                names.push(name);
            }
        }
    }
    names
}

/// Replaces a secret's value by its name between NUL bytes, which no shell text can hold.
fn cut_out(text: &mut Vec<u8>, secret: &NamedSecret) {
    let value = secret.value.expose().as_bytes();
    if value.len() < SHORTEST_SECRET || memchr::memmem::find(text, value).is_none() {
        return;
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_slice();
    while let Some(at) = memchr::memmem::find(rest, value) {
        out.extend_from_slice(&rest[..at]);
        out.push(0);
        out.extend_from_slice(secret.name.as_bytes());
        out.push(0);
        rest = &rest[at + value.len()..];
    }
    out.extend_from_slice(rest);
    *text = out;
}

fn put_back(text: &mut Vec<u8>, secrets: &[NamedSecret]) -> Result<(), MissingSecret> {
    if !text.contains(&0) {
        return Ok(());
    }
    let mut out = Vec::with_capacity(text.len());
    for (index, part) in text.split(|b| *b == 0).enumerate() {
        if index % 2 == 0 {
            out.extend_from_slice(part);
            continue;
        }
        let secret = secrets.iter().find(|secret| secret.name.as_bytes() == part);
        let secret = secret.ok_or_else(|| MissingSecret(String::from_utf8_lossy(part).into_owned()))?;
        out.extend_from_slice(secret.value.expose().as_bytes());
    }
    *text = out;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_cut_out_and_put_back() {
        let secret = NamedSecret::new("PW", "correct horse");
        let mut text = b"a correct horse, correct horse".to_vec();
        cut_out(&mut text, &secret);
        assert_eq!(text, b"a \0PW\0, \0PW\0");
        assert_eq!(put_back(&mut text.clone(), &[]), Err(MissingSecret("PW".into())));
        put_back(&mut text, &[NamedSecret::new("PW", "new value")]).unwrap();
        assert_eq!(text, b"a new value, new value");
    }

    #[test]
    fn a_cut_dump_is_refused() {
        assert!(ShellState::read(b"", &[], None).is_err());
        assert!(ShellState::read(b"\0/tmp\n0022\n\0", &[], None).is_err());
    }
}
