//! The `case` statements of a shell script with their patterns, one within another and on one line or many.

use std::collections::VecDeque;

/// One `case … esac`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Case {
    /// The variable that is looked at (`1` for `"${1:-x}"`), empty where it is none.
    pub(super) subject: String,
    /// Its own patterns, without quotes; those of a `case` within it are that one's.
    pub(super) patterns: Vec<String>,
}

/// Words after which a command begins.
const OPENERS: [&str; 9] = ["if", "then", "elif", "else", "while", "until", "do", "!", "{"];

/// All that are closed, in order of their ends. What the shell would not take is left out.
pub(super) fn cases(text: &str) -> Vec<Case> {
    let mut scan = Scan { rest: text, open: Vec::new(), closed: Vec::new(), heredocs: VecDeque::new(), fresh: true };
    while scan.step() {}
    scan.closed
}

struct Scan<'t> {
    rest: &'t str,
    /// Each with whether a pattern comes next.
    open: Vec<(Case, bool)>,
    closed: Vec<Case>,
    /// Words that end the texts after the next line end.
    heredocs: VecDeque<String>,
    /// A command begins here.
    fresh: bool,
}

impl Scan<'_> {
    /// Reads the next piece; `false` at the end.
    fn step(&mut self) -> bool {
        if matches!(self.open.last(), Some((_, true))) && self.pattern() {
            return true;
        }
        let Some(c) = self.rest.chars().next() else { return false };
        match c {
            '\n' => self.line_end(),
            '#' => self.skip_to('\n'),
            '\'' => self.quoted('\''),
            '"' => self.quoted('"'),
            '\\' => self.skip(1 + self.rest[1..].chars().next().map_or(0, char::len_utf8)),
            ';' if self.rest.starts_with(";;") || self.rest.starts_with(";&") => {
                self.skip(2);
                if let Some((_, pattern)) = self.open.last_mut() {
                    *pattern = true;
                }
            }
            // Shifts in arithmetic begin no text.
            '(' if self.rest.starts_with("((") => self.skip(arithmetic(self.rest)),
            ';' | '&' | '|' | '(' | ')' => {
                self.skip(1);
                self.fresh = true;
            }
            '<' => self.heredoc(),
            c if c.is_whitespace() || c == '>' => self.skip(c.len_utf8()),
            _ => self.word(),
        }
        true
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = &self.rest[bytes.min(self.rest.len())..];
    }

    fn skip_to(&mut self, sign: char) {
        self.skip(self.rest.find(sign).unwrap_or(self.rest.len()));
    }

    fn quoted(&mut self, quote: char) {
        self.skip(quoted(self.rest, quote));
        self.fresh = false;
    }

    fn line_end(&mut self) {
        self.skip(1);
        self.fresh = true;
        while let Some(end) = self.heredocs.pop_front() {
            while !self.rest.is_empty() {
                let line = self.rest.lines().next().unwrap_or_default();
                let ends = line.trim() == end;
                self.skip(line.len() + 1);
                if ends {
                    break;
                }
            }
        }
    }

    /// `<<WORD` and `<<-'WORD'`; `<<<` and `<` begin no text.
    fn heredoc(&mut self) {
        let signs = self.rest.len() - self.rest.trim_start_matches('<').len();
        self.skip(signs);
        if signs != 2 {
            return;
        }
        let word = self.rest.trim_start_matches('-').trim_start_matches([' ', '\t']);
        let word = word.split(|c: char| c.is_whitespace() || ";&|()<>".contains(c)).next().unwrap_or_default();
        self.heredocs.push_back(word.trim_matches(['"', '\'', '\\']).to_owned());
    }

    fn word(&mut self) {
        let ends = |c: char| c.is_whitespace() || ";&|()<>'\"\\".contains(c);
        let word = &self.rest[..self.rest.find(ends).unwrap_or(self.rest.len())];
        self.skip(word.len().max(1));
        let begins = std::mem::replace(&mut self.fresh, OPENERS.contains(&word));
        match word {
            "case" if begins => self.begin(),
            "esac" if begins => self.close(),
            _ => {}
        }
    }

    /// Past `SUBJECT in`.
    fn begin(&mut self) {
        let Some(at) = self.rest.match_indices("in").find(|(at, _)| {
            let around = |c: Option<char>| c.is_some_and(char::is_whitespace);
            around(self.rest[..*at].chars().last()) && around(self.rest[at + 2..].chars().next())
        }) else {
            return;
        };
        let subject = self.rest[..at.0].split('$').nth(1).unwrap_or_default().trim_start_matches('{');
        let end = subject.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(subject.len());
        self.open.push((Case { subject: subject[..end].to_owned(), patterns: Vec::new() }, true));
        self.skip(at.0 + 2);
    }

    /// A pattern up to its bracket; `false` where `esac` or the end comes instead.
    fn pattern(&mut self) -> bool {
        self.rest = self.rest.trim_start();
        if self.rest.starts_with('#') {
            self.skip_to('\n');
            return true;
        }
        let Some((case, awaited)) = self.open.last_mut() else { return false };
        *awaited = false;
        self.fresh = true;
        let word = self.rest.split(|c: char| !c.is_alphanumeric()).next();
        let Some(end) = bracket(self.rest).filter(|_| word != Some("esac")) else { return false };
        let alternatives = self.rest[..end].trim_start_matches('(').split('|');
        case.patterns.extend(alternatives.map(|one| one.trim().trim_matches(['"', '\'']).to_owned()));
        self.skip(end + 1);
        true
    }

    fn close(&mut self) {
        self.closed.extend(self.open.pop().map(|(case, _)| case));
    }
}

/// How long the quoted text at the beginning is, quotes included.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' if quote == '"' => escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// How long the `((…))` at the beginning is; 1 where it is a group within a group.
fn arithmetic(text: &str) -> usize {
    let mut open = 0;
    for (at, c) in text.char_indices() {
        match c {
            '(' => open += 1,
            ')' if open > 2 => open -= 1,
            ')' => return if text[at..].starts_with("))") { at + 2 } else { 1 },
            '\n' | '\'' | '"' | ';' => return 1,
            _ => {}
        }
    }
    1
}

/// Where the bracket that ends a pattern stands.
fn bracket(text: &str) -> Option<usize> {
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        at += match c {
            ')' => return Some(at),
            '\'' | '"' => quoted(&text[at..], c),
            '\\' => 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8),
            c => c.len_utf8(),
        };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::cases;

    fn check(text: &str, expected: &[(&str, &[&str])]) {
        let found = cases(text);
        let shown: Vec<(&str, Vec<&str>)> =
            found.iter().map(|one| (one.subject.as_str(), one.patterns.iter().map(String::as_str).collect())).collect();
        let expected: Vec<(&str, Vec<&str>)> = expected.iter().map(|(name, all)| (*name, all.to_vec())).collect();
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn each_case_has_its_own_patterns() {
        check("case $1 in a|b) c ;; *) d ;; esac", &[("1", &["a", "b", "*"])]);
        check("case $1 in a) case $2 in x) y ;; esac ;; b) z; esac", &[("2", &["x"]), ("1", &["a", "b"])]);
        check("f() { case \"${1:-x}\" in (a) y ;; \"b c\") z;; esac; }", &[("1", &["a", "b c"])]);
        check("x=$(case $y in a) b ;; esac)\ncase $1 in\n  # c)\n  d) ;;\nesac", &[("y", &["a"]), ("1", &["d"])]);
        check("if true; then case $(uname) in L*) a ;; esac; fi", &[("", &["L*"])]);
    }

    #[test]
    fn what_only_looks_like_one_is_none() {
        check("echo case $1 in a) b ;; esac", &[]);
        check("echo 'case $1 in a) b ;; esac'; a \"case $1 in b) esac\" # case $1 in c) esac", &[]);
        check("cat <<EOF\nit's\ncase $1 in a) b ;; esac\nEOF\ncase $1 in d) ;; esac", &[("1", &["d"])]);
        check("x=$((1 << n)); y=$(( (2 << n) + 1 ))\ncase $1 in a) b ;; esac\nn", &[("1", &["a"])]);
        check("((a) || (b)); case $1 in c) ;; esac", &[("1", &["c"])]);
        check("x=$( (cat <<A; true) )\ncase $1 in b) ;; esac\nA\ncase $1 in c) ;; esac", &[("1", &["c"])]);
        check("case $1 in a) b", &[]);
        check("case", &[]);
        check("case é in\u{e9}", &[]);
    }
}
