//! A text that is one simple command and nothing else: no pipe, redirection, substitution of commands or second line.

/// A word of such a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandWord {
    /// As written, quotes included: what a shell may be given again.
    pub raw: String,
    /// Without quotes, if the shell computes nothing in it: no variable, no pattern of file names.
    pub fixed: Option<String>,
}

/// The words of the only simple command in `text`; `None` if the text is anything else.
pub fn one_command(text: &str) -> Option<Vec<CommandWord>> {
    let text = text.trim();
    let mut words = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some(&(start, first)) = chars.peek() {
        match first {
            ' ' | '\t' => {
                chars.next();
                continue;
            }
            '\\' if text[start..].starts_with("\\\n") => {
                chars.nth(1);
                continue;
            }
            '#' => return text[start..].lines().nth(1).is_none().then_some(words),
            _ => {}
        }
        let mut open: Option<char> = None;
        let mut value = String::new();
        let mut computed = first == '~';
        while let Some(&(_, c)) = chars.peek() {
            match (open, c) {
                (Some(quote), c) if c == quote => open = None,
                (Some('\''), c) => value.push(c),
                (_, '\\') => {
                    chars.next();
                    value.push(chars.peek()?.1);
                }
                (_, '`') => return None,
                (_, '$') => {
                    let mut ahead = chars.clone();
                    ahead.next();
                    if ahead.peek().is_some_and(|&(_, next)| next == '(') {
                        return None;
                    }
                    computed = true;
                    value.push(c);
                }
                (Some(_), c) => value.push(c),
                (None, '\'' | '"') => open = Some(c),
                (None, ' ' | '\t') => break,
                (None, '\n' | '|' | '&' | ';' | '<' | '>' | '(' | ')') => return None,
                (None, c) => {
                    computed |= matches!(c, '*' | '?' | '[' | '{' | '}');
                    value.push(c);
                }
            }
            chars.next();
        }
        if open.is_some() {
            return None;
        }
        let end = chars.peek().map_or(text.len(), |&(at, _)| at);
        words.push(CommandWord { raw: text[start..end].to_owned(), fixed: (!computed).then_some(value) });
    }
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::one_command;

    #[test]
    fn only_one_plain_command_has_words() {
        let words = |text: &str| {
            one_command(text)
                .map(|words| words.into_iter().map(|word| (word.raw, word.fixed.is_some())).collect::<Vec<_>>())
        };
        let of = |words: &[(&str, bool)]| Some(words.iter().map(|(raw, fixed)| ((*raw).to_owned(), *fixed)).collect());
        assert_eq!(words("hurl 'a b' --x=\"$Y\" # why"), of(&[("hurl", true), ("'a b'", true), ("--x=\"$Y\"", false)]));
        assert_eq!(words("hurl \\\n  tests/*.hurl"), of(&[("hurl", true), ("tests/*.hurl", false)]));
        for text in ["a | b", "a; b", "a\nb", "a > b", "a $(b)", "a \"`b`\"", "a 'b", "a <b>", "a # b\nc"] {
            assert_eq!(words(text), None, "{text}");
        }
        assert_eq!(one_command("a 'x y'\\''z'").unwrap()[1].fixed.as_deref(), Some("x y'z"));
    }
}
