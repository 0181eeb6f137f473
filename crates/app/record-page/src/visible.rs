//! Text from outside as HTML: markup is text, and what would be invisible or turn the reading order is shown by name.

use std::fmt::Write;

/// HTML of a text. Line ends and tabs stay; other control characters, and those that reorder or hide text, become marks.
pub fn html(text: &str) -> String {
    let mut shown = String::with_capacity(text.len() + text.len() / 8);
    text.chars().for_each(|c| push(&mut shown, c));
    shown
}

/// The text of an attribute: as [`html`], with marks in plain characters.
pub fn attribute(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match picture(c) {
            Some(picture) => shown.push_str(&picture),
            None => push(&mut shown, c),
        }
    }
    shown
}

/// One character.
pub fn push(shown: &mut String, c: char) {
    match c {
        '&' => shown.push_str("&amp;"),
        '<' => shown.push_str("&lt;"),
        '>' => shown.push_str("&gt;"),
        '"' => shown.push_str("&#34;"),
        '\'' => shown.push_str("&#39;"),
        c => match picture(c) {
            // Writing to a string cannot fail.
            Some(picture) => drop(write!(shown, "<b class=c>{picture}</b>")),
            None => shown.push(c),
        },
    }
}

/// Bytes that a character takes in the page.
pub fn cost(c: char) -> usize {
    match c {
        '&' | '"' | '\'' => 5,
        '<' | '>' => 4,
        ' '..='~' | '\n' | '\t' => 1,
        c if picture(c).is_some() => 22,
        c => c.len_utf8(),
    }
}

fn picture(c: char) -> Option<String> {
    match c {
        '\n' | '\t' => None,
        '\0'..='\u{1f}' | '\u{7f}' => Some(format!("\\x{:02x}", c as u32)),
        // Marks that reorder, isolate or hide: what is read must be what was written.
        '\u{80}'..='\u{9f}'
        | '\u{ad}'
        | '\u{61c}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{180e}'
        | '\u{200b}'
        | '\u{200c}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => Some(format!("[U+{:04X}]", c as u32)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_text() {
        assert_eq!(html("<script>a && \"b\"'</script>"), "&lt;script&gt;a &amp;&amp; &#34;b&#34;&#39;&lt;/script&gt;");
        assert_eq!(attribute("\" onload='x\u{1b}"), "&#34; onload=&#39;x\\x1b");
    }

    #[test]
    fn what_hides_or_reorders_is_named() {
        assert_eq!(html("a\u{202e}b"), "a<b class=c>[U+202E]</b>b");
        assert_eq!(html("\u{1b}[2J\0"), "<b class=c>\\x1b</b>[2J<b class=c>\\x00</b>");
        assert_eq!(html("שלום\n\tнет"), "שלום\n\tнет");
    }

    #[test]
    fn the_cost_covers_what_is_written() {
        for c in ['a', '<', '\'', '\u{1b}', '\u{202e}', '日', '\u{e0001}'] {
            let mut shown = String::new();
            push(&mut shown, c);
            assert!(shown.len() <= cost(c) + 4, "{c:?}: {} > {}", shown.len(), cost(c));
        }
    }
}
