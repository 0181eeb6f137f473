//! A command that calls the `hurl` program on files, read so that Callsheet can run the files itself.
//!
//! The rule: one simple command `hurl [options] FILE…`, its files written out and ending in `.hurl`, its options among those that
//! mean the same here. Whatever else the command does (other options, pipes, patterns of file names), it stays the shell's.

use crate::shell::{CommandWord, is_name, one_command};

/// Options that change nothing but what is printed, or in which order files run.
const IDLE: &[&str] =
    &["--test", "--no-output", "--no-color", "--color", "--verbose", "-v", "--very-verbose", "--parallel"];
/// The same with a value.
const IDLE_WITH_VALUE: &[&str] = &["--error-format", "--jobs", "--verbosity", "--progress-bar"];
/// Options of every request, by the name that `callsheet flow` has for each.
const SWITCHES: &[(&str, &str)] =
    &[("--insecure", "--insecure"), ("-k", "--insecure"), ("--location", "--location"), ("-L", "--location")];
/// The same with a value.
const WITH_VALUE: &[(&str, &str)] = &[
    ("--connect-timeout", "--connect-timeout"),
    ("--file-root", "--file-root"),
    ("--max-redirs", "--max-redirs"),
    ("--max-time", "--max-time"),
    ("-m", "--max-time"),
    ("--retry", "--retry"),
    ("--retry-interval", "--retry-interval"),
    ("--variables-file", "--variables-file"),
];

/// A call of `hurl` on files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FlowCall {
    /// The files, in order, as written without quotes.
    pub files: Vec<String>,
    /// What `--variable` and `--secret` give.
    pub variables: Vec<GivenVariable>,
    /// Options for `callsheet flow` as words of the shell.
    pub options: Vec<String>,
}

/// A variable that the call gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenVariable {
    /// Its name.
    pub name: String,
    /// `name=value` as a word of the shell.
    pub word: String,
    /// Given by `--secret`: its value is never shown.
    pub secret: bool,
}

// === impl FlowCall ===

impl FlowCall {
    /// The call that `command` is, if Callsheet can run it itself.
    pub fn read(command: &str) -> Option<FlowCall> {
        if !command.trim_start().starts_with("hurl") {
            return None;
        }
        let words = one_command(command)?;
        let (first, rest) = words.split_first()?;
        if first.raw != "hurl" {
            return None;
        }
        let mut call = FlowCall::default();
        let mut rest = rest.iter();
        while let Some(word) = rest.next() {
            if word.raw.starts_with('-') { call.option(word, &mut rest)? } else { call.file(word)? }
        }
        (!call.files.is_empty()).then_some(call)
    }

    /// A command that calls `hurl` on one file.
    pub fn command(path: &str) -> String {
        let plain = path.chars().all(|c| c.is_ascii_alphanumeric() || "_-./@+".contains(c));
        if plain { format!("hurl {path}") } else { format!("hurl '{}'", path.replace('\'', "'\\''")) }
    }

    /// Whether the call gives a variable of this name, or may: nobody knows here what a file of variables holds.
    pub fn gives(&self, name: &str) -> bool {
        self.variables.iter().any(|given| given.name == name)
            || self.options.iter().any(|option| option == "--variables-file")
    }

    fn file(&mut self, word: &CommandWord) -> Option<()> {
        let path = word.fixed.clone()?;
        // `<name>` and other blanks are filled in later: they name no file yet.
        path.ends_with(".hurl").then(|| self.files.push(path))
    }

    fn option<'w>(&mut self, word: &CommandWord, rest: &mut impl Iterator<Item = &'w CommandWord>) -> Option<()> {
        let (name, inline) = match word.raw.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (word.raw.as_str(), None),
        };
        let renamed = |table: &[(&str, &'static str)]| {
            table.iter().find(|(theirs, _)| *theirs == name).map(|(_, ours)| (*ours).to_owned())
        };
        if IDLE.contains(&name) && inline.is_none() {
            return Some(());
        }
        if let Some(ours) = renamed(SWITCHES).filter(|_| inline.is_none()) {
            self.options.push(ours);
            return Some(());
        }
        let value = |rest: &mut dyn Iterator<Item = &'w CommandWord>| inline.or_else(|| Some(rest.next()?.raw.clone()));
        if IDLE_WITH_VALUE.contains(&name) {
            return value(rest).map(drop);
        }
        if let Some(ours) = renamed(WITH_VALUE) {
            let value = value(rest)?;
            self.options.extend([ours, value]);
            return Some(());
        }
        if matches!(name, "--variable" | "--secret") {
            return self.variable(value(rest)?, name == "--secret");
        }
        None
    }

    fn variable(&mut self, word: String, secret: bool) -> Option<()> {
        let (name, _) = word.trim_start_matches(['"', '\'']).split_once('=')?;
        let name = name.to_owned();
        // Only the shell's own variables can be given without everybody seeing them.
        is_name(&name).then(|| self.variables.push(GivenVariable { name, word, secret }))
    }
}

#[cfg(test)]
mod tests {
    use super::FlowCall;

    #[test]
    fn calls_that_mean_the_same_here() {
        let call = FlowCall::read(
            "hurl --test --variable \"host=$HOST\" --secret token=$T --retry=3 -L --max-time 5s --variables-file env/$ENV.env a.hurl 'b c.hurl'",
        )
        .unwrap();
        assert_eq!(call.files, ["a.hurl", "b c.hurl"]);
        let variables: Vec<_> =
            call.variables.iter().map(|one| (one.name.as_str(), one.word.as_str(), one.secret)).collect();
        assert_eq!(variables, [("host", "\"host=$HOST\"", false), ("token", "token=$T", true)]);
        assert_eq!(call.options.join(" "), "--retry 3 --location --max-time 5s --variables-file env/$ENV.env");
        assert!(call.gives("anything"));
        assert_eq!(FlowCall::read(&FlowCall::command("b c.hurl")).unwrap().files, ["b c.hurl"]);
    }

    #[test]
    fn other_commands_stay_the_shells() {
        for command in [
            "hurl",
            "hurl --test",
            "hurl $FILE",
            "hurl tests/*.hurl",
            "hurl --glob 'tests/*.hurl'",
            "hurl --json a.hurl",
            "hurl a.hurl > out",
            "hurl a.hurl | jq .",
            "cd tests && hurl a.hurl",
            "HURL_RETRY=3 hurl a.hurl",
            "hurlfmt a.hurl",
            "hurl --variable my-host=x a.hurl",
            "hurl <flow>.hurl",
            "hurl a.txt",
        ] {
            assert_eq!(FlowCall::read(command), None, "{command}");
        }
    }
}
