//! One simple command, taken apart.

use std::borrow::Cow;

use super::Interactive;

/// What a subject says about a command.
pub(super) enum Verdict {
    /// It wants a terminal or never ends.
    Wants(Interactive),
    /// It ends by itself.
    Ends,
    /// Not of this subject.
    Unknown,
}

/// A command's words and what stands around it.
pub(super) struct Call<'a> {
    /// The program, without its folder.
    pub(super) name: &'a str,
    pub(super) args: Vec<&'a str>,
    /// The arguments that are no options.
    pub(super) plain: Vec<&'a str>,
    /// The first of them.
    pub(super) sub: &'a str,
    /// The whole text that the command stands in.
    pub(super) raw: &'a str,
    /// How many simple commands stand before it in the text.
    pub(super) index: usize,
    pub(super) piped: bool,
    pub(super) redirected: bool,
}

/// The text that commands stand in, looked through once for all of them.
pub(super) struct Raw<'a> {
    pub(super) text: &'a str,
    /// A file is fed to some command of it.
    pub(super) fed: bool,
    pub(super) redirected: bool,
    /// It loops for ever.
    pub(super) loops: bool,
    /// A command of it is ended when its time is over.
    pub(super) timed: bool,
}

impl<'a> Raw<'a> {
    pub(super) fn of(text: &'a str) -> Raw<'a> {
        let signs = memchr::memchr(b'<', text.as_bytes()).is_some();
        Raw {
            text,
            fed: signs && text.contains("< ") && !text.contains("<<<"),
            redirected: signs && (text.contains(" < ") || text.contains("<<")),
            loops: text.contains("while true") && !text.contains("break"),
            timed: text.contains("timeout ") && text.split(['\n', '|', ';', '&', '(']).any(is_timed),
        }
    }
}

fn is_timed(command: &str) -> bool {
    let command = command.trim_start().trim_start_matches("$ ").trim_start_matches("sudo ");
    command.starts_with("timeout ")
}

impl<'a> Call<'a> {
    pub(super) fn new(words: &'a [Cow<'a, str>], raw: &Raw<'a>, index: usize) -> Call<'a> {
        let name = words[0].rsplit('/').next().unwrap_or_default();
        let args: Vec<&str> = words[1..].iter().map(|word| &**word).collect();
        let plain: Vec<&str> = args.iter().copied().filter(|arg| !arg.starts_with('-')).collect();
        let sub = plain.first().copied().unwrap_or_default();
        let piped = index > 0 || raw.fed;
        Call { name, args, plain, sub, raw: raw.text, index, piped, redirected: raw.redirected }
    }

    pub(super) fn has(&self, wanted: &str) -> bool {
        self.args.contains(&wanted)
    }

    pub(super) fn any(&self, wanted: &[&str]) -> bool {
        wanted.iter().any(|one| self.args.contains(one))
    }

    /// Whether a cluster of short options holds the letter.
    pub(super) fn short(&self, letter: char) -> bool {
        self.args.iter().any(|arg| {
            arg.starts_with('-')
                && !arg.starts_with("--")
                && arg[1..].chars().all(|c| c.is_ascii_alphabetic())
                && arg.contains(letter)
        })
    }
}

pub(super) fn is_cluster(arg: &str, letter: char) -> bool {
    arg.starts_with('-')
        && !arg.starts_with("--")
        && arg.len() <= 5
        && arg[1..].chars().all(|c| c.is_ascii_alphabetic())
        && arg.contains(letter)
}

/// `-it`, `-ti`, `-i -t`, `--tty`.
pub(super) fn is_tty(args: &[&str]) -> bool {
    let before_command: Vec<&str> = args.iter().copied().take_while(|arg| *arg != "--").collect();
    let letters = |letter: char| {
        before_command.iter().any(|arg| is_cluster(arg, letter) && arg.chars().skip(1).all(|c| "itdu".contains(c)))
    };
    letters('t') && (letters('i') || before_command.contains(&"exec"))
        || before_command.contains(&"--tty")
            && before_command.iter().any(|arg| *arg == "--stdin" || *arg == "--interactive" || is_cluster(arg, 'i'))
}
