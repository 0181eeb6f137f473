//! How much of a long line is read.

/// Longer lines are not written by people; their beginning is read.
const LONGEST_LINE: usize = 4096;

/// The beginning of a text, as much as a person writes on a line.
pub(crate) fn human(text: &str) -> &str {
    if text.len() <= LONGEST_LINE {
        return text;
    }
    let mut end = LONGEST_LINE;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
