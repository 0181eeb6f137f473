//! A screen that is shown again and again: only rows that changed are written, so nothing flickers.

use unicode_width::UnicodeWidthChar;

/// What stands on the terminal.
#[derive(Debug, Default)]
pub struct Redraw {
    rows: Vec<String>,
    /// Columns and rows of the terminal as it was then.
    size: (u16, u16),
}

impl Redraw {
    /// What to write so that the terminal shows `text`: its lines wrapped to the width, its end left out where it is too long.
    pub fn frame(&mut self, text: &str, size: (u16, u16)) -> String {
        let (columns, lines) = (usize::from(size.0.max(20)), usize::from(size.1.max(3)));
        let mut rows: Vec<String> = text.lines().flat_map(|line| wrapped(line, columns)).collect();
        // The last row stays free for the cursor: writing into the very last place would scroll.
        let room = lines - 1;
        if rows.len() > room {
            let hidden = rows.len() - (room - 1);
            rows.truncate(room - 1);
            rows.push(format!("… {hidden} more lines"));
        }
        let mut out = String::from("\x1b[?2026h");
        if self.size != size {
            out.push_str("\x1b[H\x1b[2J");
            self.rows.clear();
            self.size = size;
        }
        for (at, row) in rows.iter().enumerate().filter(|(at, row)| self.rows.get(*at) != Some(row)) {
            out.push_str(&format!("\x1b[{};1H{row}\x1b[K", at + 1));
        }
        if self.rows.len() > rows.len() {
            out.push_str(&format!("\x1b[{};1H\x1b[J", rows.len() + 1));
        }
        out.push_str(&format!("\x1b[{};1H\x1b[?2026l", rows.len() + 1));
        self.rows = rows;
        out
    }
}

/// A line in rows of at most so many columns, broken between words; what follows is indented a little further. Colours count as nothing.
fn wrapped(line: &str, columns: usize) -> Vec<String> {
    let indent = line.chars().take_while(|c| *c == ' ').count() + 2;
    let (mut rows, mut row, mut used) = (Vec::new(), " ".repeat(indent - 2), indent - 2);
    let mut empty = true;
    for word in line.trim_start_matches(' ').split(' ') {
        let width = width(word);
        if !empty && used + 1 + width > columns {
            rows.push(std::mem::replace(&mut row, " ".repeat(indent)));
            (used, empty) = (indent, true);
        }
        if !empty {
            row.push(' ');
            used += 1;
        }
        row.push_str(word);
        used += width;
        empty = false;
    }
    rows.push(row);
    rows
}

/// Columns that a text takes, escape sequences left out.
fn width(text: &str) -> usize {
    let (mut width, mut escape) = (0, false);
    for c in text.chars() {
        match (escape, c) {
            (false, '\x1b') => escape = true,
            (true, 'a'..='z' | 'A'..='Z') => escape = false,
            (true, _) => {}
            (false, c) => width += c.width().unwrap_or(0),
        }
    }
    width
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rows_that_changed_are_written() {
        let mut screen = Redraw::default();
        assert_eq!(
            screen.frame("one\ntwo\nthree\n", (80, 24)),
            "\x1b[?2026h\x1b[H\x1b[2J\x1b[1;1Hone\x1b[K\x1b[2;1Htwo\x1b[K\x1b[3;1Hthree\x1b[K\x1b[4;1H\x1b[?2026l"
        );
        assert_eq!(screen.frame("one\nTWO\nthree\n", (80, 24)), "\x1b[?2026h\x1b[2;1HTWO\x1b[K\x1b[4;1H\x1b[?2026l");
        assert_eq!(screen.frame("one\n", (80, 24)), "\x1b[?2026h\x1b[2;1H\x1b[J\x1b[2;1H\x1b[?2026l");
        assert!(screen.frame("one\n", (90, 24)).contains("\x1b[2J"), "another size: all of it");
    }

    #[test]
    fn long_lines_are_wrapped_and_long_texts_cut() {
        assert_eq!(wrapped("  \x1b[1maa\x1b[0m bb ccc dd", 8), ["  \x1b[1maa\x1b[0m bb", "    ccc", "    dd"]);
        assert_eq!(wrapped("", 8), [""]);
        let mut screen = Redraw::default();
        let shown = screen.frame("1\n2\n3\n4\n5\n", (80, 4));
        assert!(shown.contains("\x1b[3;1H… 3 more lines") && !shown.contains("3\x1b[K\x1b[4"), "{shown:?}");
    }
}
