//! What stands in single quotes, line by line: the shell takes it literally, unless it is handed to another shell.

use std::ops::Range;

/// The quotes that are open at the end of a line.
#[derive(Clone, Debug, Default)]
pub struct Quoting {
    open: Option<Open>,
}

#[derive(Clone, Copy, Debug)]
enum Open {
    Double,
    /// Single quotes, and whether another shell reads what they hold.
    Single(bool),
}

impl Quoting {
    /// The literal byte ranges of the next line. A blank line ends stray quotes.
    pub fn line(&mut self, text: &str) -> Vec<Range<usize>> {
        let mut literal = Vec::new();
        if self.open.is_none() && memchr::memchr3(b'"', b'\'', b'\\', text.as_bytes()).is_none() {
            return literal;
        }
        if text.trim().is_empty() {
            self.open = None;
        }
        let bytes = text.as_bytes();
        let mut start = 0;
        let mut at = 0;
        while at < bytes.len() {
            match (self.open, bytes[at]) {
                (None | Some(Open::Double), b'\\') => at += 1,
                (None, b'#') if at == 0 || bytes[at - 1].is_ascii_whitespace() => break,
                (None, b'"') => self.open = Some(Open::Double),
                (Some(Open::Double), b'"') => self.open = None,
                (None, b'\'') => {
                    self.open = Some(Open::Single(is_handed_on(&text[..at])));
                    start = at;
                }
                (Some(Open::Single(handed)), b'\'') => {
                    if !handed {
                        literal.push(start..at);
                    }
                    self.open = None;
                }
                _ => {}
            }
            at += 1;
        }
        if let Some(Open::Single(false)) = self.open {
            literal.push(start..text.len());
        }
        literal
    }
}

/// Whether the words before a quote make its text a script: `bash -c '…'`, `ssh host '…'`, `eval '…'`.
fn is_handed_on(before: &str) -> bool {
    let command = before.rsplit(['|', ';', '&', '(']).next().unwrap_or_default();
    let mut shell = false;
    let mut last = "";
    for word in command.split_whitespace() {
        let name = word.rsplit('/').next().unwrap_or_default();
        if matches!(name, "ssh" | "eval" | "watch") {
            return true;
        }
        shell |= matches!(name, "bash" | "sh" | "zsh" | "ash" | "dash" | "ksh" | "su" | "runuser");
        last = word;
    }
    shell && last.starts_with('-') && last.ends_with('c')
}

#[cfg(test)]
mod tests {
    use super::Quoting;

    #[test]
    fn single_quotes_are_literal_unless_a_shell_reads_them() {
        for (text, expected) in [
            ("awk '{print $NF}'", vec!["'{print $NF}"]),
            ("echo \"it's $HOME\"", vec![]),
            ("bash -c 'echo $A'", vec![]),
            ("kubectl exec pod -- sh -lc 'echo $A'", vec![]),
            ("ssh host 'echo $A' | awk '{print $2}'", vec!["'{print $2}"]),
            ("psql -c 'select $1'", vec!["'select $1"]),
            ("echo \\' $A", vec![]),
            ("ls # don't $A", vec![]),
        ] {
            let found: Vec<&str> = Quoting::default().line(text).into_iter().map(|range| &text[range]).collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn quotes_go_on_over_lines() {
        let mut quoting = Quoting::default();
        let lines = ["awk '{", "  print $NF", "}' x $A", "echo $A"];
        let found: Vec<Option<usize>> =
            lines.iter().map(|line| quoting.line(line).first().map(std::ops::Range::len)).collect();
        assert_eq!(found, [Some(2), Some(11), Some(1), None]);
    }
}
