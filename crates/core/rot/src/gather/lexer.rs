//! Shell text as simple commands with their words, redirections and subshells; what the shell would compute is marked as such.

use super::quotes::{Reader, Word};

/// A piece of a script, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// One command.
    Command(Simple),
    /// A subshell begins: what it changes is undone at its end.
    Enter,
    /// It ends.
    Leave,
    /// A function or alias of this name is defined.
    Defines(String),
}

/// A command without operators.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Simple {
    /// Its words; assignments before it are left out.
    pub(super) words: Vec<Word>,
    /// Files after `<`.
    pub(super) reads: Vec<Word>,
    /// Files after `>` and `>>`.
    pub(super) writes: Vec<Word>,
}

/// Reads a script. What it cannot make out it leaves out.
pub(super) fn lex(text: &str) -> Vec<Piece> {
    let mut lexer =
        Lexer { reader: Reader::new(text), pieces: Vec::new(), simple: Simple::default(), cases: Vec::new(), depth: 0 };
    lexer.run();
    lexer.pieces
}

struct Lexer<'a> {
    reader: Reader<'a>,
    pieces: Vec<Piece>,
    simple: Simple,
    /// For each open `case`, whether a pattern comes next.
    cases: Vec<bool>,
    /// Open brackets of subshells.
    depth: usize,
}

/// Words after which a command begins.
const OPENERS: [&str; 9] = ["if", "then", "elif", "else", "while", "until", "do", "!", "{"];
const CLOSERS: [&str; 3] = ["fi", "done", "}"];

impl Lexer<'_> {
    fn run(&mut self) {
        loop {
            self.reader.skip_blanks();
            if self.cases.last() == Some(&true) && self.pattern() {
                continue;
            }
            let Some(c) = self.reader.peek() else { break };
            match c {
                '\n' => {
                    self.end();
                    self.reader.newline();
                }
                '#' => self.reader.skip_line(),
                ';' => {
                    self.end();
                    self.reader.next();
                    if self.reader.peek() == Some(';') {
                        self.reader.next();
                        if let Some(pattern) = self.cases.last_mut() {
                            *pattern = true;
                        }
                    }
                }
                '&' if matches!(self.reader.peek_at(1), Some('>')) => {
                    self.reader.next();
                    self.redirect();
                }
                '&' | '|' => {
                    self.end();
                    self.reader.next();
                }
                '(' => self.open(),
                ')' if self.depth == 0 => {
                    // The pattern of a `case` that began in another act.
                    self.simple = Simple::default();
                    self.reader.next();
                }
                ')' => {
                    self.end();
                    self.reader.next();
                    self.depth -= 1;
                    self.pieces.push(Piece::Leave);
                }
                '<' | '>' => self.redirect(),
                _ => self.word(),
            }
        }
        self.end();
    }

    fn end(&mut self) {
        let simple = std::mem::take(&mut self.simple);
        if !simple.words.is_empty() || !simple.reads.is_empty() {
            self.pieces.push(Piece::Command(simple));
        }
    }

    fn open(&mut self) {
        if self.reader.peek_at(1) == Some('(') && self.simple.words.is_empty() {
            self.reader.skip_past("))");
            return;
        }
        self.reader.next();
        if self.simple.words.len() == 1 {
            self.reader.skip_blanks();
            if self.reader.peek() == Some(')') {
                self.reader.next();
                let name = self.simple.words.remove(0).text;
                self.pieces.push(Piece::Defines(name));
                return;
            }
        }
        self.end();
        self.depth += 1;
        self.pieces.push(Piece::Enter);
    }

    fn redirect(&mut self) {
        let reads = self.reader.peek() == Some('<');
        let mut signs = 0;
        while let Some('<' | '>' | '|') = self.reader.peek() {
            self.reader.next();
            signs += 1;
        }
        if self.reader.peek() == Some('(') {
            self.reader.next();
            self.pieces.push(Piece::Enter);
            let outer = std::mem::take(&mut self.simple);
            self.nested();
            self.simple = outer;
            return;
        }
        if reads && signs == 2 {
            self.reader.heredoc();
            return;
        }
        if self.reader.peek() == Some('&') {
            self.reader.next();
        }
        self.reader.skip_blanks();
        let Some(word) = self.take_word() else { return };
        let descriptor = word.text == "-" || word.text.bytes().all(|byte| byte.is_ascii_digit());
        match (reads, signs) {
            (true, 1) if !descriptor => self.simple.reads.push(word),
            (false, _) if !descriptor => self.simple.writes.push(word),
            _ => {}
        }
    }

    /// What stands in `<(…)`: read to its bracket by the same rules.
    fn nested(&mut self) {
        let inner = self.reader.until_bracket();
        self.pieces.extend(lex(&inner.text).into_iter().map(|piece| shifted(piece, inner.line)));
        self.pieces.push(Piece::Leave);
    }

    fn take_word(&mut self) -> Option<Word> {
        let (word, inner) = self.reader.word()?;
        for script in inner {
            self.pieces.push(Piece::Enter);
            self.pieces.extend(lex(&script.text).into_iter().map(|piece| shifted(piece, script.line)));
            self.pieces.push(Piece::Leave);
        }
        Some(word)
    }

    fn word(&mut self) {
        let Some(word) = self.take_word() else {
            self.reader.next();
            return;
        };
        // The number before a redirection.
        if word.text.bytes().all(|byte| byte.is_ascii_digit()) && matches!(self.reader.peek(), Some('<' | '>')) {
            return;
        }
        if !self.simple.words.is_empty() {
            self.simple.words.push(word);
            return;
        }
        match word.text.as_str() {
            text if OPENERS.contains(&text) => {}
            text if CLOSERS.contains(&text) => {}
            "for" | "select" => self.skip_list(),
            "case" => {
                self.reader.skip_blanks();
                self.take_word();
                self.reader.skip_past("in");
                self.cases.push(true);
            }
            "esac" => {
                self.cases.pop();
            }
            "function" => {
                self.reader.skip_blanks();
                if let Some(name) = self.take_word() {
                    self.pieces.push(Piece::Defines(name.text));
                }
            }
            "[[" => self.reader.skip_past("]]"),
            _ if word.assigns() => {
                if self.reader.peek() == Some('(') && word.text.ends_with('=') {
                    self.reader.next();
                    self.reader.until_bracket();
                }
            }
            _ => self.simple.words.push(word),
        }
    }

    /// The words of a `for`, up to its end; only scripts in them are looked into.
    fn skip_list(&mut self) {
        loop {
            self.reader.skip_blanks();
            match self.reader.peek() {
                None | Some('\n' | ';') => return,
                Some('(') => self.reader.skip_past("))"),
                Some(_) => {
                    if self.take_word().is_none() {
                        self.reader.next();
                    }
                }
            }
        }
    }

    /// A pattern of a `case`, up to its bracket; `false` at `esac`, which ends it.
    fn pattern(&mut self) -> bool {
        while matches!(self.reader.peek(), Some('\n' | ' ' | '\t')) {
            self.reader.next();
        }
        if self.reader.starts_with("esac") {
            if let Some(pattern) = self.cases.last_mut() {
                *pattern = false;
            }
            return false;
        }
        if let Some(pattern) = self.cases.last_mut() {
            *pattern = false;
        }
        self.reader.skip_past(")");
        true
    }
}

fn shifted(mut piece: Piece, lines: usize) -> Piece {
    if let Piece::Command(simple) = &mut piece {
        for word in simple.words.iter_mut().chain(&mut simple.reads).chain(&mut simple.writes) {
            word.line += lines;
        }
    }
    piece
}

#[cfg(test)]
mod tests {
    use super::{Piece, lex};

    fn check(text: &str, expected: &[&str]) {
        let shown: Vec<String> = lex(text)
            .into_iter()
            .map(|piece| match piece {
                Piece::Enter => "(".to_owned(),
                Piece::Leave => ")".to_owned(),
                Piece::Defines(name) => format!("def {name}"),
                Piece::Command(simple) => {
                    let show = |mark: &str, words: &[super::Word]| {
                        let words = words.iter().map(|word| {
                            let mark = if word.fixed { "" } else { "~" };
                            format!("{mark}{}@{}", word.text, word.line)
                        });
                        words.map(|word| format!("{mark}{word}")).collect::<Vec<_>>()
                    };
                    let all = [show("", &simple.words), show("<", &simple.reads), show(">", &simple.writes)];
                    all.concat().join(" ")
                }
            })
            .collect();
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn commands_are_cut_as_the_shell_cuts_them() {
        check("a b && c | d; e &", &["a@0 b@0", "c@0", "d@0", "e@0"]);
        check("a \\\n  --b\nc", &["a@0 --b@1", "c@2"]);
        check("X=1 Y=\"$Z\" a", &["a@0"]);
        check("a 'b c' \"d$e\" f*", &["a@0 b c@0 ~d$e@0 ~f*@0"]);
        check("(cd x; y)\nz", &["(", "cd@0 x@0", "y@0", ")", "z@1"]);
        check("a $(b c) d", &["(", "b@0 c@0", ")", "a@0 ~$(b c)@0 d@0"]);
        check("a=$(b\n c)\nd", &["(", "b@0", "c@1", ")", "d@2"]);
        check("a < in > out 2>&1 2>/dev/null", &["a@0 <in@0 >out@0 >/dev/null@0"]);
        check("a <<EOF\nb $(c)\nEOF\nd", &["a@0", "d@3"]);
        check("if ! a; then\n b\nfi", &["a@0", "b@1"]);
        check("for i in x y; do a $i; done", &["a@0 ~$i@0"]);
        check("case $x in\n a|b) c d ;;\n *) e ;;\nesac\nf", &["c@1 d@1", "e@2", "f@4"]);
        check("case $x in a) case $y in b) c ;; esac ;; *) d ;; esac; e", &["c@0", "d@0", "e@0"]);
        check("if a; then case $x in b) c;; esac; fi; d", &["a@0", "c@0", "d@0"]);
        check("x=$(case $y in a) b ;; *) c ;; esac)\nd", &["(", "b@0", "c@0", ")", "d@1"]);
        check("a \"$(case $y in b) c ;; esac)\" d", &["(", "c@0", ")", "a@0 ~$(case $y in b) c ;; esac)@0 d@0"]);
        check("case $(a b) in c) d ;; esac", &["(", "a@0 b@0", ")", "d@0"]);
        check("for i in $(a; b) c; do d; done", &["(", "a@0", "b@0", ")", "d@0"]);
        check("for ((i = 0; i < 3; i++)); do a; done", &["a@0"]);
        check("f() {\n a\n}\nf", &["def f", "a@1", "f@3"]);
        check("[[ -f a && b ]] && c", &["c@0"]);
        check("diff <(a x) <(b)", &["(", "a@0 x@0", ")", "(", "b@0", ")", "diff@0"]);
        check("x=(a b) # c\nd", &["d@1"]);
        check("a # it's\nb", &["a@0", "b@1"]);
        check("3) a ;;\n*) b ;;", &["a@0", "b@1"]);
    }
}
