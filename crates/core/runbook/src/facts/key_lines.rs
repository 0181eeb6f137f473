//! `Key: value` lines.

/// Key and value of a line like "Owner: data team", "Time: 9:00 AM"; the key has at most five words. `None` for sentences and addresses.
pub(crate) fn key_value(text: &str) -> Option<(&str, &str)> {
    let colon = memchr::memchr(b':', text.as_bytes())?;
    let (key, value) = (&text[..colon], &text[colon + 1..]);
    let begins_value = value.is_empty() || value.starts_with([' ', '*', '\t']);
    if !begins_value {
        return None;
    }
    let key = key.trim_matches(['*', '_', ' ', '`']);
    let fits = key.len() <= 48
        && !key.contains(['.', ',', '?', '(', '"'])
        && (1..=5).contains(&key.split_whitespace().count());
    fits.then(|| (key, value.trim_matches(['*', '_', ' ', '\t'])))
}

/// The parts of a line that holds several ("Version: 2 | Owner: x"), or the whole line.
pub(crate) fn segments(text: &str) -> impl Iterator<Item = &str> {
    text.split(['|', '·', '•']).map(str::trim).filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_values() {
        assert_eq!(key_value("Time: 9:00 AM"), Some(("Time", "9:00 AM")));
        assert_eq!(key_value("Owner: data team"), Some(("Owner", "data team")));
        assert_eq!(key_value("https://example.com/x"), None);
        assert_eq!(key_value("If it fails, then: stop"), None);
        assert_eq!(segments("Version: 2 | Owner: x").count(), 2);
    }
}
