//! Reads what `declare -p` prints.

use serde::{Deserialize, Serialize};

use crate::bytes::Bytes;

/// One variable of the shell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Variable {
    pub(super) name: String,
    /// Attribute letters, like `x` or `ai`; empty for none.
    pub(super) flags: String,
    pub(super) value: Value,
}

/// What a variable holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Value {
    /// Declared, but never assigned.
    Unset,
    /// A string.
    Scalar(Bytes),
    /// An array, indexed or associative, in bash's order.
    Array(Vec<(Bytes, Bytes)>),
}

/// Parses the output of `declare -p`; the error says where it is not understood.
pub(super) fn parse(text: &[u8]) -> Result<Vec<Variable>, String> {
    let mut reader = Reader { text, at: 0 };
    let mut variables = Vec::new();
    while reader.at < text.len() {
        variables.push(reader.variable().ok_or_else(|| {
            let place = String::from_utf8_lossy(&text[reader.at..text.len().min(reader.at + 10)]).into_owned();
            format!("`declare -p` printed something unknown at byte {}: `{place}`", reader.at)
        })?);
    }
    Ok(variables)
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn variable(&mut self) -> Option<Variable> {
        self.eat(b"declare -")?;
        let flags = self.until(|b| b == b' ')?.trim_matches('-').to_owned();
        self.eat(b" ")?;
        let name = self.until(|b| b == b'=' || b == b'\n')?;
        let value = if self.eat(b"=").is_some() { self.value()? } else { Value::Unset };
        self.eat(b"\n")?;
        Some(Variable { name, flags, value })
    }

    fn value(&mut self) -> Option<Value> {
        if self.eat(b"(").is_none() {
            return self.word(b"\n").map(|word| Value::Scalar(Bytes(word)));
        }
        let mut entries = Vec::new();
        loop {
            while self.eat(b" ").is_some() {}
            if self.eat(b")").is_some() {
                return Some(Value::Array(entries));
            }
            self.eat(b"[")?;
            let key = self.word(b"]")?;
            self.eat(b"]=")?;
            entries.push((Bytes(key), Bytes(self.word(b" )")?)));
        }
    }

    /// A word: quoted pieces and bare bytes, up to one of `ends`.
    fn word(&mut self, ends: &[u8]) -> Option<Vec<u8>> {
        let mut word = Vec::new();
        loop {
            match *self.text.get(self.at)? {
                b if ends.contains(&b) => return Some(word),
                b'"' => self.double_quoted(&mut word)?,
                b'\'' => self.single_quoted(&mut word)?,
                b'$' if self.text.get(self.at + 1) == Some(&b'\'') => self.ansi_quoted(&mut word)?,
                b'\\' => {
                    word.push(*self.text.get(self.at + 1)?);
                    self.at += 2;
                }
                b => {
                    word.push(b);
                    self.at += 1;
                }
            }
        }
    }

    fn double_quoted(&mut self, word: &mut Vec<u8>) -> Option<()> {
        self.at += 1;
        loop {
            match *self.text.get(self.at)? {
                b'"' => break,
                b'\\' if matches!(self.text.get(self.at + 1)?, b'"' | b'$' | b'`' | b'\\') => {
                    word.push(self.text[self.at + 1]);
                    self.at += 2;
                }
                b => {
                    word.push(b);
                    self.at += 1;
                }
            }
        }
        self.at += 1;
        Some(())
    }

    fn single_quoted(&mut self, word: &mut Vec<u8>) -> Option<()> {
        let rest = &self.text[self.at + 1..];
        let length = rest.iter().position(|b| *b == b'\'')?;
        word.extend_from_slice(&rest[..length]);
        self.at += length + 2;
        Some(())
    }

    /// `$'…'`
    fn ansi_quoted(&mut self, word: &mut Vec<u8>) -> Option<()> {
        self.at += 2;
        loop {
            match *self.text.get(self.at)? {
                b'\'' => break,
                b'\\' => {
                    self.at += 1;
                    self.ansi_escape(word)?;
                }
                b => {
                    word.push(b);
                    self.at += 1;
                }
            }
        }
        self.at += 1;
        Some(())
    }

    fn ansi_escape(&mut self, word: &mut Vec<u8>) -> Option<()> {
        let letter = *self.text.get(self.at)?;
        self.at += 1;
        word.push(match letter {
            b'a' => 7,
            b'b' => 8,
            b'e' | b'E' => 27,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 11,
            b'0'..=b'7' => {
                self.at -= 1;
                self.digits(3, 8)? as u8
            }
            b'x' => self.digits(2, 16)? as u8,
            b'u' | b'U' => {
                let code = self.digits(if letter == b'u' { 4 } else { 8 }, 16)?;
                word.extend_from_slice(char::from_u32(code)?.encode_utf8(&mut [0; 4]).as_bytes());
                return Some(());
            }
            other => other,
        });
        Some(())
    }

    fn digits(&mut self, most: usize, radix: u32) -> Option<u32> {
        let rest = &self.text[self.at..];
        let length = rest.iter().take(most).take_while(|b| (**b as char).is_digit(radix)).count();
        self.at += length;
        u32::from_str_radix(std::str::from_utf8(&rest[..length]).ok()?, radix).ok()
    }

    fn until(&mut self, ends: impl Fn(u8) -> bool) -> Option<String> {
        let rest = &self.text[self.at..];
        let length = rest.iter().position(|b| ends(*b))?;
        self.at += length;
        String::from_utf8(rest[..length].to_vec()).ok()
    }

    fn eat(&mut self, expected: &[u8]) -> Option<()> {
        self.text[self.at..].starts_with(expected).then(|| self.at += expected.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Value) {
        assert_eq!(parse(text.as_bytes()).map(|v| v[0].value.clone()), Ok(expected), "{text}");
    }

    fn scalar(text: &str) -> Value {
        Value::Scalar(Bytes(text.into()))
    }

    #[test]
    fn reads_every_form() {
        check("declare -- a=\"x\\$b\\`c\\\"d\\\\e\"\n", scalar("x$b`c\"d\\e"));
        check("declare -x a=$'l1\\nl2\\001\\x41\\'\\u00e9'\n", scalar("l1\nl2\u{1}A'é"));
        check("declare -x a=\"two\nlines\"\n", scalar("two\nlines"));
        check("declare -x a\n", Value::Unset);
        check("declare -a a=()\n", Value::Array(Vec::new()));
        let entry = |k: &str, v: &str| (Bytes(k.into()), Bytes(v.into()));
        check(
            "declare -A a=([\"q\\\"]\"]=\"2\" [\"x y\"]=\"1\" )\n",
            Value::Array(vec![entry("q\"]", "2"), entry("x y", "1")]),
        );
        check("declare -ar a=([0]=\"5\" [7]=$'\\t')\n", Value::Array(vec![entry("0", "5"), entry("7", "\t")]));
    }

    #[test]
    fn says_where_it_does_not_understand() {
        assert!(parse(b"declare -- a=\"x\"\nrubbish\n").unwrap_err().contains("byte 17"));
    }
}
