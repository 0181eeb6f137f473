//! The title page: `Key: value` lines at the top, up to the first empty line.

use super::lines::Line;

/// Keys with which a title page begins; a first line such as `FADE IN:` is none.
const FIRST: [&str; 14] = [
    "title",
    "credit",
    "author",
    "authors",
    "source",
    "notes",
    "draft date",
    "date",
    "contact",
    "copyright",
    "revision",
    "episode",
    "format",
    "language",
];

/// A title page: its keys with the lines of each.
type Entries = Vec<(String, Vec<String>)>;

/// The title page, and the lines behind it.
pub(super) fn take(lines: &[Line]) -> (Entries, &[Line]) {
    let start = lines.iter().position(|line| !line.is_blank() && !line.emptied).unwrap_or(lines.len());
    let first = lines.get(start).and_then(|line| entry(&line.text));
    if !first.is_some_and(|(key, _)| FIRST.contains(&key.to_lowercase().as_str())) {
        return (Vec::new(), lines);
    }
    let end = lines[start..].iter().position(Line::is_blank).map_or(lines.len(), |length| start + length);
    let mut entries: Entries = Vec::new();
    for line in &lines[start..end] {
        match entry(&line.text) {
            Some((key, value)) => {
                let values = if value.is_empty() { Vec::new() } else { vec![value.to_owned()] };
                entries.push((key.to_owned(), values));
            }
            None if line.text.trim().is_empty() => {}
            None => {
                if let Some((_, values)) = entries.last_mut() {
                    values.push(line.text.trim().to_owned());
                }
            }
        }
    }
    (entries, &lines[end..])
}

/// A line that is not indented and has a colon behind a short key.
fn entry(text: &str) -> Option<(&str, &str)> {
    let (key, value) = text.split_once(':')?;
    let is_key = !key.starts_with(' ') && !key.is_empty() && key.chars().count() <= 40;
    (is_key && key.chars().all(|letter| letter.is_alphanumeric() || letter == ' ')).then(|| (key.trim(), value.trim()))
}
