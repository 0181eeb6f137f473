//! Which bracket closes a substitution: those of the patterns of a `case` inside it do not.

/// Brackets of shell text outside quotes, sign by sign, after the one that opened the substitution.
pub(super) struct Brackets {
    /// Open ones.
    depth: usize,
    /// For each open `case`, in how many brackets it stands.
    cases: Vec<usize>,
    /// The word so far.
    word: String,
    /// A command begins with this word.
    fresh: bool,
}

/// Words after which a command begins.
const OPENERS: [&str; 9] = ["if", "then", "elif", "else", "while", "until", "do", "!", "{"];

impl Brackets {
    pub(super) fn new() -> Brackets {
        Brackets { depth: 1, cases: Vec::new(), word: String::new(), fresh: true }
    }

    /// Something quoted stands here, so the word is no keyword.
    pub(super) fn quoted(&mut self) {
        self.word.push('"');
    }

    /// Takes the next sign; `true` if it closes the substitution.
    pub(super) fn take(&mut self, c: char) -> bool {
        if !c.is_whitespace() && !";&|()<>".contains(c) {
            self.word.push(c);
            return false;
        }
        self.word_ends();
        match c {
            '(' => self.depth += 1,
            ')' if self.cases.last() == Some(&self.depth) => {}
            ')' => {
                self.depth -= 1;
                self.cases.retain(|at| *at <= self.depth);
                // The bracket of a pattern that has two.
                self.fresh = self.cases.last() == Some(&self.depth);
                return self.depth == 0;
            }
            _ => {}
        }
        self.fresh |= "\n;&|()".contains(c);
        false
    }

    fn word_ends(&mut self) {
        if self.word.is_empty() {
            return;
        }
        let word = std::mem::take(&mut self.word);
        match word.as_str() {
            "case" if self.fresh => self.cases.push(self.depth),
            "esac" if self.fresh => {
                self.cases.pop();
            }
            _ => {}
        }
        self.fresh = OPENERS.contains(&word.as_str());
    }
}

#[cfg(test)]
mod tests {
    use super::Brackets;

    fn check(text: &str, expected: &str) {
        let mut brackets = Brackets::new();
        let end = text.find(|c| brackets.take(c));
        assert_eq!(end.map(|end| &text[..end]), Some(expected), "{text}");
    }

    #[test]
    fn patterns_close_nothing() {
        check("a (b) c) d", "a (b) c");
        check("case $x in a) b ;; *) c ;; esac) d", "case $x in a) b ;; *) c ;; esac");
        check("case x in (a) case y in b) c ;; esac ;; esac) d", "case x in (a) case y in b) c ;; esac ;; esac");
        check("if a; then case x in b) c;; esac; fi) d", "if a; then case x in b) c;; esac; fi");
        check("echo case) in a) b", "echo case");
        check("(case x in a) b;; esac) c) d", "(case x in a) b;; esac) c");
    }
}
