//! The variables that a line of shell code uses: `$NAME`, `${NAME}`, `${NAME:-default}`.

/// One use of a variable.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Used<'t> {
    /// Byte of its `$`.
    pub(super) at: usize,
    /// As it stands.
    pub(super) whole: &'t str,
    /// The variable's name.
    pub(super) name: &'t str,
    /// The shell takes another value, or sets one, when there is none.
    pub(super) has_default: bool,
}

/// All of them, in order.
pub(super) fn used_in(text: &str) -> impl Iterator<Item = Used<'_>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let at = from + memchr::memchr(b'$', text.as_bytes().get(from..)?)?;
            from = at + 1;
            if let Some(used) = used_at(text, at) {
                from = at + used.whole.len();
                return Some(used);
            }
        }
    })
}

fn used_at(text: &str, at: usize) -> Option<Used<'_>> {
    let rest = &text[at + 1..];
    let Some(braced) = rest.strip_prefix('{') else {
        let name = &rest[..name_len(rest)];
        return (!name.is_empty()).then(|| Used {
            at,
            whole: &text[at..at + 1 + name.len()],
            name,
            has_default: false,
        });
    };
    let name = &braced[..name_len(braced)];
    let close = memchr::memchr(b'}', braced.as_bytes())?;
    if name.is_empty() {
        return None;
    }
    let tail = &braced[name.len()..close];
    let defaults = tail.strip_prefix(':').unwrap_or(tail).starts_with(['-', '=', '?', '+']);
    let has_default = defaults && !tail.contains('?');
    Some(Used { at, whole: &text[at..at + 3 + close], name, has_default })
}

/// How many bytes at the start make a name.
fn name_len(text: &str) -> usize {
    let bytes = text.as_bytes();
    if bytes.first().is_some_and(u8::is_ascii_digit) {
        return 0;
    }
    bytes.iter().position(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_')).unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::used_in;

    #[test]
    fn names_with_and_without_braces() {
        for (text, expected) in [
            ("echo $A_1 ${B}x", vec![("$A_1", "A_1", false), ("${B}", "B", false)]),
            ("${A:-x} ${B-} ${C:=y}", vec![("${A:-x}", "A", true), ("${B-}", "B", true), ("${C:=y}", "C", true)]),
            ("${A:?no} ${B?} ${C%x}", vec![("${A:?no}", "A", false), ("${B?}", "B", false), ("${C%x}", "C", false)]),
            ("$1 $? $$ ${ ${1} ${#A} $(ls) ${open", vec![]),
            ("$$A ${A$B}", vec![("$A", "A", false), ("${A$B}", "A", false)]),
        ] {
            let found: Vec<(&str, &str, bool)> =
                used_in(text).map(|used| (used.whole, used.name, used.has_default)).collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}
