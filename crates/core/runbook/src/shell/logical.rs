//! Cuts a fence's lines into logical pieces: commands with their continuations and heredocs, comments, blank lines.

/// A stretch of whole lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What it is.
    pub kind: PieceKind,
    /// Index of its first line.
    pub first: usize,
    /// One past its last line.
    pub end: usize,
}

/// What a stretch of lines is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PieceKind {
    /// One command: all lines that the shell reads before it runs anything.
    Command,
    /// A `#` comment line.
    Comment,
    /// Nothing.
    Blank,
}

/// The pieces of a text given line by line, in order, covering all lines. Linear.
pub fn pieces(lines: &[&str]) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let trimmed = lines[at].trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            let kind = if trimmed.is_empty() { PieceKind::Blank } else { PieceKind::Comment };
            found.push(Piece { kind, first: at, end: at + 1 });
            at += 1;
            continue;
        }
        let end = command_end(lines, at);
        found.push(Piece { kind: PieceKind::Command, first: at, end });
        at = end;
    }
    found
}

/// A command that is never finished within this many lines is taken to be one line with a stray quote.
const LONGEST_COMMAND: usize = 400;

fn command_end(lines: &[&str], first: usize) -> usize {
    let mut state = State::default();
    let limit = lines.len().min(first + LONGEST_COMMAND);
    let mut at = first;
    while at < limit {
        state.line(lines[at]);
        at += 1;
        if state.complete() {
            return at;
        }
    }
    // An apostrophe in running text must not swallow the rest: what stays open ends at the first blank line.
    if state.in_heredoc() {
        return lines.len().min(limit);
    }
    (first + 1..limit).find(|&line| lines[line].trim().is_empty()).unwrap_or(limit)
}

#[derive(Default)]
struct State {
    quote: Option<char>,
    depth: i32,
    /// Apart from `depth`: a case's pattern closes a bracket that it never opened.
    brackets: u32,
    heredocs: Vec<(String, bool)>,
    continues: bool,
}

impl State {
    fn in_heredoc(&self) -> bool {
        !self.heredocs.is_empty()
    }

    fn complete(&self) -> bool {
        self.quote.is_none() && self.depth <= 0 && self.brackets == 0 && self.heredocs.is_empty() && !self.continues
    }

    fn line(&mut self, line: &str) {
        if let Some((word, strip)) = self.heredocs.first() {
            let candidate = if *strip { line.trim_start() } else { line };
            if candidate.trim_end() == word || candidate.trim() == word {
                self.heredocs.remove(0);
            }
            return;
        }
        self.continues = false;
        let mut pending = Vec::new();
        let bytes = line.trim_end().as_bytes();
        let mut at = 0;
        let mut word_start = true;
        while at < bytes.len() {
            let byte = bytes[at];
            if let Some(open) = self.quote {
                match byte {
                    b'\\' if open == '"' => at += 1,
                    _ if byte == open as u8 => self.quote = None,
                    _ => {}
                }
                at += 1;
                continue;
            }
            match byte {
                b'\\' => {
                    if at + 1 >= bytes.len() {
                        self.continues = true;
                    }
                    at += 1;
                }
                b'\'' | b'"' | b'`' => self.quote = Some(byte as char),
                b'#' if word_start => break,
                b'(' => self.brackets += 1,
                b')' => self.brackets = self.brackets.saturating_sub(1),
                b'<' if bytes[at..].starts_with(b"<<") && !bytes[at..].starts_with(b"<<<") => {
                    let (word, strip, length) = heredoc_word(&line.trim_end()[at + 2..]);
                    if !word.is_empty() {
                        pending.push((word, strip));
                    }
                    at += 1 + length;
                }
                b'a'..=b'z' | b'{' | b'}' if word_start => {
                    let length =
                        bytes[at..].iter().take_while(|b| !b.is_ascii_whitespace() && !b";&|()".contains(b)).count();
                    match &bytes[at..at + length] {
                        b"do" | b"then" | b"case" | b"{" => self.depth += 1,
                        b"done" | b"fi" | b"esac" | b"}" => self.depth = (self.depth - 1).max(0),
                        b"for" | b"while" | b"until" | b"if" => {
                            // Opened by its `do` or `then`, which may stand on the next line.
                            let rest = &line.trim_end()[at..];
                            let opener = if matches!(&bytes[at..at + length], b"if") { "then" } else { "do" };
                            if !rest.split(|c: char| !c.is_alphanumeric()).any(|word| word == opener) {
                                self.continues = true;
                            }
                        }
                        _ => {}
                    }
                }
                _ => {}
            }
            word_start = byte.is_ascii_whitespace() || b";&|(".contains(&byte);
            at += 1;
        }
        let text = line.trim_end();
        if self.quote.is_none() && (text.ends_with('|') || text.ends_with("&&")) {
            self.continues = true;
        }
        self.heredocs.extend(pending);
    }
}

/// The delimiter after `<<`, whether tabs are stripped, and how many bytes it took.
fn heredoc_word(rest: &str) -> (String, bool, usize) {
    let strip = rest.starts_with('-');
    let mut at = usize::from(strip);
    at += rest[at..].len() - rest[at..].trim_start().len();
    let body = rest[at..].trim_start_matches(['"', '\'', '\\']);
    at = rest.len() - body.len();
    let length = body.len() - body.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_' || c == '-').len();
    if body.starts_with(|c: char| c.is_ascii_digit()) {
        return (String::new(), strip, at);
    }
    let closing = usize::from(body[length..].starts_with(['"', '\'']));
    (body[..length].to_owned(), strip, at + length + closing)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let lines: Vec<&str> = text.lines().collect();
        let found: Vec<String> = pieces(&lines)
            .iter()
            .filter(|piece| piece.kind == PieceKind::Command)
            .map(|piece| lines[piece.first..piece.end].join("⏎"))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn commands_go_on_as_the_shell_reads_them() {
        check("ls\ncd x", &["ls", "cd x"]);
        check("a \\\n  -b\nc", &["a \\⏎  -b", "c"]);
        check("a |\n b && \\\n c\nd", &["a |⏎ b && \\⏎ c", "d"]);
        check("echo \"a\nb\"\nc", &["echo \"a⏎b\"", "c"]);
        check("cat <<'EOF' > f\nx # y\n\nEOF\nls", &["cat <<'EOF' > f⏎x # y⏎⏎EOF", "ls"]);
        check("for i in 1 2; do\n  echo $i\ndone\nls", &["for i in 1 2; do⏎  echo $i⏎done", "ls"]);
        check("while true\ndo sleep 1; done\nls", &["while true⏎do sleep 1; done", "ls"]);
        check("for i in 1 2; do x; done\nls", &["for i in 1 2; do x; done", "ls"]);
        check("if [ -f x ]; then\n a\nelse\n b\nfi\nls", &["if [ -f x ]; then⏎ a⏎else⏎ b⏎fi", "ls"]);
        check("case $x in\n a) b ;;\n *) c ;;\nesac\nls", &["case $x in⏎ a) b ;;⏎ *) c ;;⏎esac", "ls"]);
        check("f() {\n a\n}\nls", &["f() {⏎ a⏎}", "ls"]);
        check("x=$(a \\\n  b)\nls", &["x=$(a \\⏎  b)", "ls"]);
    }

    #[test]
    fn a_stray_quote_ends_at_the_blank_line() {
        check("say it's\nmore\n\nls", &["say it's⏎more", "ls"]);
    }
}
