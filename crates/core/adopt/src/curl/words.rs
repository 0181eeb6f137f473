//! The words of a command as a shell would split them; variables become those of a flow.

/// The words, and the comment behind them. `Err` says what only a shell can do. `names` are placeholders like `<host>`, which are
/// words and no redirections.
pub(super) fn words(command: &str, names: &[&str]) -> Result<(Vec<String>, Option<String>), String> {
    let mut reader = Reader { rest: command, names, words: Vec::new(), word: None };
    let comment = reader.read()?;
    Ok((reader.words, comment))
}

struct Reader<'a> {
    rest: &'a str,
    names: &'a [&'a str],
    words: Vec<String>,
    word: Option<String>,
}

impl Reader<'_> {
    fn read(&mut self) -> Result<Option<String>, String> {
        while let Some(c) = self.rest.chars().next() {
            if let Some(name) = self.names.iter().find(|name| self.rest.starts_with(**name)) {
                self.word.get_or_insert_default().push_str(name);
                self.rest = &self.rest[name.len()..];
                continue;
            }
            let before = self.rest;
            self.rest = &self.rest[c.len_utf8()..];
            match c {
                '\\' => self.escaped(),
                '\n' if !self.rest.trim().is_empty() && !self.rest.trim_start().starts_with('#') => {
                    return Err("it is more than one command".to_owned());
                }
                c if c.is_whitespace() => self.words.extend(self.word.take()),
                '#' if self.word.is_none() => {
                    let words = self.rest.lines().next().unwrap_or_default().trim();
                    return Ok((!words.is_empty()).then(|| words.to_owned()));
                }
                '\'' => self.single()?,
                '"' => self.double()?,
                '$' => self.variable()?,
                '|' | '&' | ';' | '>' | '<' | '(' | ')' | '`' => {
                    return Err(format!("`{c}` is done by the shell"));
                }
                '*' | '[' | ']' | '{' | '}' | '~' | '!' => {
                    return Err(format!("`{c}` without quotes may mean something to the shell or to curl"));
                }
                _ => self.push(&before[..c.len_utf8()])?,
            }
        }
        self.words.extend(self.word.take());
        Ok(None)
    }

    fn push(&mut self, text: &str) -> Result<(), String> {
        let word = self.word.get_or_insert_default();
        word.push_str(text);
        if word.ends_with("{{") && text == "{" {
            return Err("`{{` means something else in a flow".to_owned());
        }
        Ok(())
    }

    /// A backslash at the end of a line goes on with the next.
    fn escaped(&mut self) {
        let Some(c) = self.rest.chars().next() else { return };
        self.rest = &self.rest[c.len_utf8()..];
        match c {
            '\n' => {}
            '\r' if self.rest.starts_with('\n') => self.rest = &self.rest[1..],
            c => self.word.get_or_insert_default().push(c),
        }
    }

    fn single(&mut self) -> Result<(), String> {
        let end = self.rest.find('\'').ok_or("a quotation mark is missing")?;
        let inner = &self.rest[..end];
        if inner.contains("{{") {
            return Err("`{{` means something else in a flow".to_owned());
        }
        self.word.get_or_insert_default().push_str(inner);
        self.rest = &self.rest[end + 1..];
        Ok(())
    }

    fn double(&mut self) -> Result<(), String> {
        self.word.get_or_insert_default();
        loop {
            let c = self.rest.chars().next().ok_or("a quotation mark is missing")?;
            let before = self.rest;
            self.rest = &self.rest[c.len_utf8()..];
            match c {
                '"' => return Ok(()),
                '$' => self.variable()?,
                '`' => return Err("a command within the command is the shell's".to_owned()),
                '\\' if self.rest.starts_with(['"', '\\', '$', '`', '\n']) => self.escaped(),
                _ => self.push(&before[..c.len_utf8()])?,
            }
        }
    }

    /// `$NAME`, `${NAME}`.
    fn variable(&mut self) -> Result<(), String> {
        let braced = self.rest.starts_with('{');
        let text = if braced { &self.rest[1..] } else { self.rest };
        let length = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len());
        let name = &text[..length];
        let after = &text[length..];
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) || braced && !after.starts_with('}') {
            return Err("it uses the shell's own substitutions".to_owned());
        }
        self.word.get_or_insert_default().push_str(&format!("{{{{{name}}}}}"));
        self.rest = if braced { &after[1..] } else { after };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_as_a_shell_does() {
        let (found, comment) =
            words("curl -s \\\n  -H 'A: b' \"$base/x?y=1\" \"${z}\"'$q' <id> # Expected: 200", &["<id>"]).unwrap();
        assert_eq!(found, ["curl", "-s", "-H", "A: b", "{{base}}/x?y=1", "{{z}}$q", "<id>"]);
        assert_eq!(comment.as_deref(), Some("Expected: 200"));
    }

    #[test]
    fn what_only_a_shell_can_do_is_refused() {
        for command in [
            "curl a | jq .",
            "curl a > b",
            "curl $(b)",
            "curl ${a:-b}",
            "curl a && b",
            "curl '{{a}}'",
            "curl a\ncurl b",
            "curl http://a/[1-3]",
            "curl 'a",
        ] {
            assert!(words(command, &[]).is_err(), "{command}");
        }
    }
}
