//! Calling a person who looks elsewhere: the bell, the window's title, and a notice on the desktop where the terminal shows one.

use crate::view::line::harmless;

/// Notices on the desktop that a terminal understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Desktop {
    /// `OSC 9`: iTerm2, WezTerm, Ghostty, kitty, ConEmu.
    Osc9,
    /// `OSC 777`: foot, rxvt-unicode, Contour, VTE of some distributions.
    Osc777,
}

/// What the terminal around us takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    title: bool,
    desktop: Option<Desktop>,
}

impl Caller {
    /// By the environment; inside tmux and screen, which swallow notices, the bell and the title are what is left.
    pub fn detect(variable: impl Fn(&str) -> Option<String>) -> Caller {
        let term = variable("TERM").unwrap_or_default();
        let program = variable("TERM_PROGRAM").unwrap_or_default();
        let within = variable("TMUX").is_some() || term.starts_with("screen") || term.starts_with("tmux");
        let known = match program.as_str() {
            "iTerm.app" | "WezTerm" | "ghostty" => Some(Desktop::Osc9),
            _ if term == "xterm-kitty" || variable("ConEmuPID").is_some() => Some(Desktop::Osc9),
            _ if term.starts_with("foot") || term.starts_with("rxvt-unicode") || term == "contour" => {
                Some(Desktop::Osc777)
            }
            _ if variable("VTE_VERSION").is_some() => Some(Desktop::Osc777),
            _ => None,
        };
        let title = !matches!(term.as_str(), "" | "dumb" | "linux" | "vt100" | "vt220");
        Caller { title, desktop: known.filter(|_| !within) }
    }

    /// Calls: rings, and says why. `words` may come from a runbook.
    pub fn call(self, words: &str) -> String {
        let words = plain(words);
        let desktop = match self.desktop {
            Some(Desktop::Osc9) => format!("\x1b]9;Callsheet: {words}\x1b\\"),
            Some(Desktop::Osc777) => format!("\x1b]777;notify;Callsheet;{words}\x1b\\"),
            None => String::new(),
        };
        format!("{desktop}\x07")
    }

    /// Keeps the window's title, to be put back by `CSI 23;2 t`.
    pub fn keep_title(self) -> &'static str {
        if self.title { "\x1b[22;2t" } else { "" }
    }

    /// Names the window.
    pub fn title(self, words: &str) -> String {
        if self.title { format!("\x1b]2;{}\x1b\\", plain(words)) } else { String::new() }
    }
}

/// On one line, short, and without what would end the sequence or part it.
fn plain(words: &str) -> String {
    let short: String = harmless(&words.replace(['\n', ';'], " ")).chars().take(120).collect();
    short.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(variables: &[(&str, &str)]) -> Caller {
        Caller::detect(|name| variables.iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn each_terminal_is_called_in_its_own_way() {
        let words = "Migrate; \x1b]0;owned\x07\nnow";
        assert_eq!(caller(&[("TERM", "foot")]).call(words), "\x1b]777;notify;Callsheet;Migrate   now\x1b\\\x07");
        let iterm = [("TERM", "xterm-256color"), ("TERM_PROGRAM", "iTerm.app")];
        assert_eq!(caller(&iterm).call("go on?"), "\x1b]9;Callsheet: go on?\x1b\\\x07");
        assert_eq!(caller(&[("TERM", "xterm-256color")]).call("x"), "\x07");
        let within = [("TERM", "tmux-256color"), ("TERM_PROGRAM", "tmux"), ("TMUX", "/tmp/t"), ("VTE_VERSION", "7600")];
        assert_eq!(caller(&within).call("x"), "\x07");
        assert_eq!(caller(&within).title("a\x1bb"), "\x1b]2;a\x1b\\");
    }

    #[test]
    fn what_knows_no_title_gets_none() {
        for term in ["linux", "dumb", ""] {
            let caller = caller(&[("TERM", term)]);
            assert_eq!((caller.title("x"), caller.keep_title()), (String::new(), ""));
        }
    }
}
