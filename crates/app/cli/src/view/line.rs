//! One line of a screen: pieces of text with their colours, cut to a width. Text from outside loses its control characters.

use unicode_width::UnicodeWidthChar;

use crate::paint::Paint;

/// How a piece looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// As the terminal's text.
    Plain,
    /// What one should read first.
    Strong,
    /// What matters less.
    Faint,
    /// Done.
    Good,
    /// Failed, dangerous.
    Bad,
    /// Waiting for a person.
    Attention,
    /// Running; what can be typed.
    Active,
    /// Where the next character goes.
    Cursor,
}

/// Pieces from left to right.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    pieces: Vec<(Tone, String)>,
}

impl Line {
    /// An empty line.
    pub fn new() -> Line {
        Line::default()
    }

    /// One piece.
    pub fn of(tone: Tone, text: impl AsRef<str>) -> Line {
        Line::new().and(tone, text)
    }

    /// Adds a piece.
    pub fn and(mut self, tone: Tone, text: impl AsRef<str>) -> Line {
        self.pieces.push((tone, harmless(text.as_ref())));
        self
    }

    /// Adds blanks up to `column`, at least one unless the line is shorter.
    pub fn pad_to(self, column: usize) -> Line {
        let blanks = column.saturating_sub(self.width()).max(1);
        self.and(Tone::Plain, " ".repeat(blanks))
    }

    /// Columns it takes.
    pub fn width(&self) -> usize {
        self.pieces.iter().map(|(_, text)| width(text)).sum()
    }

    /// The text at most `columns` wide, cut with `…`.
    pub fn fit(&self, columns: usize, paint: Paint) -> String {
        let cut = self.width() > columns;
        let mut left = if cut { columns.saturating_sub(1) } else { columns };
        let mut shown = String::new();
        for (tone, text) in &self.pieces {
            let piece = take(text, left);
            left -= width(&piece);
            let whole = piece.len() == text.len();
            shown.push_str(&painted(*tone, &piece, paint));
            if !whole {
                break;
            }
        }
        if cut && columns > 0 {
            shown.push('…');
        }
        shown
    }
}

fn painted(tone: Tone, text: &str, paint: Paint) -> String {
    match tone {
        Tone::Plain => text.to_owned(),
        Tone::Strong => paint.bold(text),
        Tone::Faint => paint.dim(text),
        Tone::Good => paint.green(text),
        Tone::Bad => paint.red(text),
        Tone::Attention => paint.yellow(text),
        Tone::Active => paint.cyan(text),
        Tone::Cursor => paint.reverse(text),
    }
}

/// Columns of a text.
pub fn width(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

fn take(text: &str, columns: usize) -> String {
    let mut left = columns;
    let fits = |c: &char| {
        let width = c.width().unwrap_or(0);
        let fits = width <= left;
        left = left.saturating_sub(width);
        fits
    };
    text.chars().take_while(fits).collect()
}

/// The text without escape sequences and control characters: a step's output must not move our cursor.
pub fn harmless(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => skip_escape(&mut chars),
            '\t' => shown.push_str("    "),
            c if c.is_control() => {}
            c => shown.push(c),
        }
    }
    shown
}

/// A step's title as a name: without the full stop or colon that ended it in the text.
pub fn heading(title: &str) -> String {
    harmless(title).trim_end_matches(['.', ':', ' ']).to_owned()
}

fn skip_escape(chars: &mut std::iter::Peekable<std::str::Chars>) {
    match chars.next() {
        Some('[') => while chars.next().is_some_and(|c| !('\u{40}'..='\u{7e}').contains(&c)) {},
        Some(']') => {
            while let Some(c) = chars.next() {
                if c == '\u{7}' || (c == '\u{1b}' && chars.next_if_eq(&'\\').is_some()) {
                    break;
                }
            }
        }
        _ => {}
    }
}

/// `text` in lines of at most `columns`, broken at blanks.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            if !line.is_empty() && width(&line) + 1 + width(word) > columns {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_to_the_width() {
        let line = Line::of(Tone::Strong, "migrate").and(Tone::Faint, " the database");
        assert_eq!(line.fit(40, Paint::plain()), "migrate the database");
        assert_eq!(line.fit(10, Paint::plain()), "migrate t…");
        assert_eq!(line.fit(10, Paint::new(true)), "\x1b[1mmigrate\x1b[0m\x1b[2m t\x1b[0m…");
        assert_eq!(Line::of(Tone::Plain, "日本語").fit(5, Paint::plain()), "日本…");
    }

    #[test]
    fn output_cannot_move_the_cursor() {
        assert_eq!(harmless("a\x1b[2J\x1b[1;31mb\x1b]0;title\x07c\rd\x08"), "abcd");
        assert_eq!(harmless("x\x1b]8;;http://e\x1b\\y"), "xy");
        assert_eq!(harmless("a\tb"), "a    b");
    }

    #[test]
    fn text_is_broken_at_blanks() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("unbreakable word", 5), ["unbreakable", "word"]);
    }
}
