//! Filling a shell script: follows quotes, comments, substitutions and here-documents as far as needed to know where a value stands.

use super::{Place, Stand, Unsafe, is_plain, place_at};

/// Commands that hand their words to another interpreter: quoting for our shell does not protect there.
const INTERPRETERS: &[&str] = &[
    "ssh",
    "eval",
    "sh",
    "bash",
    "dash",
    "zsh",
    "ksh",
    "fish",
    "su",
    "xargs",
    "parallel",
    "watch",
    "source",
    "trap",
    "psql",
    "mysql",
    "mariadb",
    "sqlite3",
    "redis-cli",
    "mongo",
    "mongosh",
    "python",
    "python3",
    "perl",
    "ruby",
    "node",
    "php",
    "awk",
    "gawk",
    "sed",
    "jq",
    "yq",
];

/// Where the reader of the script is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Within {
    Words,
    Single,
    Double,
    /// `$(…)`, backticks, `${…}`, `$'…'`: anything deeper, where only plain values stand. The byte ends it.
    Deeper(u8),
    /// The body of a here-document: another program reads it, so only plain values stand there, whatever its quoting.
    Heredoc,
    Comment,
}

/// Fills a shell script. `shell`: whether it is one in a language of the Bourne family; elsewhere only plain values stand.
pub(crate) fn fill_shell(script: &str, places: &[Place], shell: bool) -> Result<String, Vec<Unsafe>> {
    if places.is_empty() {
        return Ok(script.to_owned());
    }
    let strict = !shell || reinterprets(script);
    let mut reader =
        Reader { script, at: 0, stack: vec![Within::Words], heredocs: Vec::new(), body: None, filled: String::new() };
    let mut refused: Vec<Unsafe> = Vec::new();
    while reader.at < script.len() {
        reader.leave_heredoc();
        match place_at(script, reader.at, places) {
            Some(place) => reader.fill(place, strict, &mut refused),
            None => reader.step(),
        }
    }
    if refused.is_empty() { Ok(reader.filled) } else { Err(refused) }
}

/// Whether a word of the script names an interpreter, or asks one to run a string (`-c`, `-e`, `--command`).
fn reinterprets(script: &str) -> bool {
    let words = script.split(|c: char| c.is_whitespace() || ";|&()`$\"'{}".contains(c));
    words.map(|word| word.rsplit('/').next().unwrap_or(word)).any(|word| {
        INTERPRETERS.contains(&word)
            || matches!(word, "-c" | "-e" | "-lc" | "-ec" | "--command" | "--execute" | "--eval" | "-exec")
    })
}

struct Heredoc {
    delimiter: String,
    tabs: bool,
}

/// The here-document being read.
struct Body {
    /// Where its delimiter's line begins.
    end: usize,
    delimiter: String,
}

struct Reader<'s> {
    script: &'s str,
    at: usize,
    stack: Vec<Within>,
    /// Announced on this line, to be read from the next.
    heredocs: Vec<Heredoc>,
    body: Option<Body>,
    filled: String,
}

impl Reader<'_> {
    fn within(&self) -> Within {
        self.stack.last().copied().unwrap_or(Within::Words)
    }

    fn rest(&self) -> &str {
        &self.script[self.at..]
    }

    /// Copies `count` bytes.
    fn copy(&mut self, count: usize) {
        let end = (self.at + count).min(self.script.len());
        self.filled.push_str(&self.script[self.at..end]);
        self.at = end;
    }

    fn fill(&mut self, place: &Place, strict: bool, refused: &mut Vec<Unsafe>) {
        let deep = self.stack.len() > 2 || matches!(self.within(), Within::Deeper(_) | Within::Heredoc);
        let stood = match &place.stand {
            Stand::Value(value) => self.quoted(value, strict || deep),
            Stand::Secret(variable) => self.secret(variable, strict || deep),
        };
        match stood {
            Ok(text) => self.filled.push_str(&text),
            Err(why) => {
                let line = self.script[..self.at].matches('\n').count() as u32;
                refused.push(Unsafe { name: place.name.to_owned(), line, why });
            }
        }
        self.at += place.text.len();
    }

    fn quoted(&self, value: &str, only_plain: bool) -> Result<String, &'static str> {
        let before = self.script[..self.at].chars().next_back();
        if value.starts_with('-') && before.is_none_or(|c| c.is_whitespace() || "\"'".contains(c)) {
            return Err("it begins with `-` and would be taken for an option");
        }
        if self.body.as_ref().is_some_and(|body| body.delimiter == value) {
            return Err("it would end the here-document");
        }
        if is_plain(value) || self.within() == Within::Comment {
            return Ok(value.to_owned());
        }
        let nested = Err("what stands there is read by another interpreter, which no quoting here can guard");
        match self.within() {
            _ if only_plain => nested,
            Within::Words => Ok(format!("'{}'", value.replace('\'', "'\\''"))),
            Within::Single => Ok(value.replace('\'', "'\\''")),
            Within::Double => Ok(escape_double(value)),
            Within::Comment | Within::Deeper(_) | Within::Heredoc => nested,
        }
    }

    fn secret(&self, variable: &str, only_plain: bool) -> Result<String, &'static str> {
        if self.within() == Within::Comment {
            return Ok(format!("${variable}"));
        }
        if only_plain {
            return Err(
                "a secret cannot stand inside a nested command; write `$NAME` there, so that it comes from the environment",
            );
        }
        Ok(match self.within() {
            Within::Single => format!("'\"${{{variable}}}\"'"),
            Within::Double => format!("${{{variable}}}"),
            _ => format!("\"${{{variable}}}\""),
        })
    }

    /// Takes the next piece of the script as it is and follows where it leads.
    fn step(&mut self) {
        let rest = self.rest().as_bytes();
        let (first, second) = (rest[0], rest.get(1).copied());
        match (self.within(), first, second) {
            (Within::Comment, b'\n', _) => {
                self.stack.pop();
                self.line_end();
            }
            (Within::Comment, ..) => self.copy_char(),
            (Within::Single, b'\'', _) | (Within::Double, b'"', _) => self.leave(),
            (Within::Single | Within::Heredoc, ..) => self.copy_char(),
            (Within::Deeper(end), byte, _) if byte == end => self.leave(),
            (_, b'\\', Some(_)) => {
                self.copy(1);
                self.copy_char();
            }
            (Within::Deeper(b'\''), ..) => self.copy_char(),
            (_, b'$', Some(b'(')) => self.enter(2, Within::Deeper(b')')),
            (_, b'$', Some(b'{')) => self.enter(2, Within::Deeper(b'}')),
            (Within::Words, b'$', Some(b'\'')) => self.enter(2, Within::Deeper(b'\'')),
            (_, b'`', _) => self.enter(1, Within::Deeper(b'`')),
            (Within::Double, ..) => self.copy_char(),
            (Within::Deeper(b')'), b'(', _) => self.enter(1, Within::Deeper(b')')),
            (_, b'\'', _) => self.enter(1, Within::Single),
            (_, b'"', _) => self.enter(1, Within::Double),
            (_, b'#', _) if self.begins_word() => self.enter(1, Within::Comment),
            (_, b'<', Some(b'<')) if rest.get(2) != Some(&b'<') => self.announce_heredoc(),
            (_, b'<', Some(b'<')) => self.copy(3),
            (_, b'\n', _) => self.line_end(),
            _ => self.copy_char(),
        }
    }

    fn copy_char(&mut self) {
        let count = self.rest().chars().next().map_or(0, char::len_utf8);
        self.copy(count);
    }

    fn enter(&mut self, count: usize, within: Within) {
        self.copy(count);
        self.stack.push(within);
    }

    fn leave(&mut self) {
        self.copy(1);
        self.stack.pop();
    }

    fn begins_word(&self) -> bool {
        self.script[..self.at].chars().next_back().is_none_or(|c| c.is_whitespace() || ";|&()".contains(c))
    }

    fn announce_heredoc(&mut self) {
        self.copy(2);
        let tabs = self.rest().starts_with('-');
        if tabs {
            self.copy(1);
        }
        let blank = self.rest().len() - self.rest().trim_start_matches([' ', '\t']).len();
        self.copy(blank);
        let end = self.rest().find(|c: char| c.is_whitespace() || ";|&<>()".contains(c)).unwrap_or(self.rest().len());
        let delimiter = self.rest()[..end].replace(['\'', '"', '\\'], "");
        self.copy(end);
        if !delimiter.is_empty() {
            self.heredocs.push(Heredoc { delimiter, tabs });
        }
    }

    /// Copies the line end, and enters the here-document that begins after it.
    fn line_end(&mut self) {
        self.copy(1);
        if self.heredocs.is_empty() {
            return;
        }
        let heredoc = self.heredocs.remove(0);
        let mut length = 0;
        for line in self.rest().split_inclusive('\n') {
            let bare = line.trim_end_matches(['\n', '\r']);
            let bare = if heredoc.tabs { bare.trim_start_matches('\t') } else { bare };
            if bare == heredoc.delimiter {
                break;
            }
            length += line.len();
        }
        self.stack.push(Within::Heredoc);
        self.body = Some(Body { end: self.at + length, delimiter: heredoc.delimiter });
    }

    fn leave_heredoc(&mut self) {
        if self.body.as_ref().is_some_and(|body| self.at >= body.end) {
            self.body = None;
            self.stack.pop();
        }
    }
}

fn escape_double(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for c in value.chars() {
        if matches!(c, '\\' | '"' | '$' | '`') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(script: &str, value: &str) -> Result<String, &'static str> {
        let places = [Place { name: "x", text: "<x>", stand: Stand::Value(value) }];
        fill_shell(script, &places, true).map_err(|refused| refused[0].why)
    }

    fn check(script: &str, value: &str, expected: &str) {
        assert_eq!(fill(script, value).as_deref(), Ok(expected), "{script}");
    }

    #[track_caller]
    fn refused(script: &str, value: &str) {
        assert!(fill(script, value).is_err(), "{script} with {value} became {:?}", fill(script, value));
    }

    #[test]
    fn plain_values_stand_as_they_are() {
        check("restart <x>", "api-1", "restart api-1");
        check("ssh <x> 'uptime <x>'", "web.example:22", "ssh web.example:22 'uptime web.example:22'");
        check("cat <<EOF\nid: <x>\nEOF\necho <x>", "a1", "cat <<EOF\nid: a1\nEOF\necho a1");
    }

    #[test]
    fn other_values_are_quoted_for_their_place() {
        check("echo <x>", "it's; rm -rf /", "echo 'it'\\''s; rm -rf /'");
        check("echo \"to <x>\"", "a \"$(id)\" `id` \\", "echo \"to a \\\"\\$(id)\\\" \\`id\\` \\\\\"");
        check("echo 'to <x>'", "it's", "echo 'to it'\\''s'");
        check("a # to <x>\nb <x>", "x y", "a # to x y\nb 'x y'");
        check("echo it\\'s <x>", "a b", "echo it\\'s 'a b'");
    }

    #[test]
    fn nothing_but_plain_values_goes_where_another_reader_is() {
        for script in [
            "echo $(echo <x>)",
            "echo \"$(echo '<x>')\"",
            "echo `echo <x>`",
            "echo ${y:-<x>}",
            "echo $'<x>'",
            "ssh host <x>",
            "/bin/bash -c '<x>'",
            "psql -c \"select '<x>'\"",
            "find . -exec rm <x> \\;",
            "cat <<EOF\n<x>\nEOF",
            "cat <<-'EOF'\n\t<x>\n\tEOF",
        ] {
            refused(script, "a b; c");
        }
        refused("cat <<EOF\n<x>\nrm -rf /\nEOF", "EOF");
    }

    #[test]
    fn options_are_not_smuggled_in() {
        refused("rm <x>", "-rf");
        refused("rm \"<x>\"", "-rf");
        check("kill --signal=<x>", "-9", "kill --signal=-9");
    }

    #[test]
    fn secrets_come_from_the_environment() {
        let places = [Place { name: "pw", text: "<pw>", stand: Stand::Secret("PW".to_owned()) }];
        let filled = |script: &str| fill_shell(script, &places, true);
        assert_eq!(filled("login <pw> '<pw>' \"<pw>\"").unwrap(), "login \"${PW}\" ''\"${PW}\"'' \"${PW}\"");
        assert!(filled("psql -c \"alter role app password '<pw>'\"").is_err());
    }
}
