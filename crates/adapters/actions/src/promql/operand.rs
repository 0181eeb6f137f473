//! What a condition compares: the left side of its one comparison.
//!
//! A condition that fails gives no series, so its value has to be asked for by itself.

/// `rate(errors[1m]) < 5` → `rate(errors[1m])`. `None` where the whole is not one comparison.
pub(super) fn compared(expression: &str) -> Option<&str> {
    let bytes = expression.as_bytes();
    let (mut depth, mut at, mut found) = (0_usize, 0, None);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' | b'\'' | b'`' => at = after_text(bytes, at)?,
            b'#' => return None,
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.checked_sub(1)?,
            b'<' | b'>' | b'=' | b'!' if depth == 0 => {
                if found.replace(at).is_some() {
                    return None;
                }
                at += usize::from(bytes.get(at + 1) == Some(&b'='));
            }
            _ if depth == 0 && joins(expression, at) => return None,
            _ => {}
        }
        at += 1;
    }
    let left = expression.get(..found?)?.trim();
    (!left.is_empty()).then_some(left)
}

/// Where a text that begins at `at` ends.
fn after_text(bytes: &[u8], at: usize) -> Option<usize> {
    let quote = bytes[at];
    let mut next = at + 1;
    loop {
        match *bytes.get(next)? {
            byte if byte == quote => return Some(next),
            b'\\' if quote != b'`' => next += 2,
            _ => next += 1,
        }
    }
}

/// Whether a word begins here that joins two conditions.
fn joins(expression: &str, at: usize) -> bool {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let Some((before, rest)) = expression.split_at_checked(at) else { return false };
    let word: String = rest.chars().take_while(|c| is_name(*c)).collect();
    !before.ends_with(is_name) && ["and", "or", "unless"].contains(&word.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::compared;

    fn check(expression: &str, expected: Option<&str>) {
        assert_eq!(compared(expression), expected, "{expression}");
    }

    #[test]
    fn one_comparison_has_a_left_side() {
        check("up == 1", Some("up"));
        check("sum(rate(errors{code=~\"5..\"}[1m])) / sum(rate(all[1m])) < 0.05", {
            Some("sum(rate(errors{code=~\"5..\"}[1m])) / sum(rate(all[1m]))")
        });
        check("a{x=\"<\"} >= bool 2", Some("a{x=\"<\"}"));
        check("a{x='it\\'s > 1'} != 2", Some("a{x='it\\'s > 1'}"));
        check("count(up == 1) > 2", Some("count(up == 1)"));
        check("errors_and_more < 5", Some("errors_and_more"));
        check("größe{a=\"ä\"} > 1", Some("größe{a=\"ä\"}"));
    }

    #[test]
    fn anything_else_has_none() {
        for other in
            ["absent(up)", "a < 1 and b < 2", "a < 1 or b", "a < b < c", "< 1", "a{x=\"} < 1", "a) < 1", "a < 1 # why"]
        {
            check(other, None);
        }
    }
}
