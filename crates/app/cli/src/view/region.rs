//! The lines at the bottom of the terminal that are drawn anew; what is finished scrolls away above them as plain text.

use std::io::{self, Write};

use crate::paint::Paint;
use crate::view::line::Line;

/// The lines drawn last.
#[derive(Debug, Default)]
pub struct Region {
    /// Widths of the lines on the screen, in columns.
    drawn: Vec<usize>,
}

impl Region {
    /// Prints `above` into the scrollback and draws `frame` below it. One write, so that nothing flickers.
    pub fn draw(
        &mut self,
        out: &mut dyn Write,
        above: &[Line],
        frame: &[Line],
        columns: usize,
        paint: Paint,
    ) -> io::Result<()> {
        let mut text = self.back(columns);
        for line in above {
            text.push_str(&format!("{}\x1b[K\r\n", line.fit(columns, paint)));
        }
        self.drawn.clear();
        for (index, line) in frame.iter().enumerate() {
            let line_end = if index + 1 == frame.len() { "" } else { "\r\n" };
            text.push_str(&format!("{}\x1b[K{line_end}", line.fit(columns, paint)));
            self.drawn.push(line.width().min(columns));
        }
        text.push_str("\x1b[J\x1b[?25l");
        out.write_all(text.as_bytes())?;
        out.flush()
    }

    /// Takes the lines away and shows the cursor again.
    pub fn clear(&mut self, out: &mut dyn Write, columns: usize) -> io::Result<()> {
        let text = format!("{}\x1b[J\x1b[?25h", self.back(columns));
        self.drawn.clear();
        out.write_all(text.as_bytes())?;
        out.flush()
    }

    /// What was drawn is gone: the next picture begins where the cursor is.
    pub fn forget(&mut self) {
        self.drawn.clear();
    }

    /// To the beginning of the first drawn line. A terminal that became narrower has broken lines in two.
    fn back(&self, columns: usize) -> String {
        let rows: usize = self.drawn.iter().map(|width| width.div_ceil(columns.max(1)).max(1)).sum();
        match rows {
            0 => String::new(),
            1 => "\r".to_owned(),
            rows => format!("\r\x1b[{}A", rows - 1),
        }
    }
}

/// Draws lines over a whole screen, from its first row.
pub fn fill(out: &mut dyn Write, lines: &[Line], columns: usize, paint: Paint) -> io::Result<()> {
    let mut text = "\x1b[?25l\x1b[H".to_owned();
    for (index, line) in lines.iter().enumerate() {
        let line_end = if index + 1 == lines.len() { "" } else { "\r\n" };
        text.push_str(&format!("{}\x1b[K{line_end}", line.fit(columns, paint)));
    }
    text.push_str("\x1b[J");
    out.write_all(text.as_bytes())?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::line::Tone;

    fn line(text: &str) -> Line {
        Line::of(Tone::Plain, text)
    }

    #[test]
    fn the_lines_before_are_drawn_over() {
        let mut region = Region::default();
        let mut out = Vec::new();
        region.draw(&mut out, &[], &[line("a"), line("b")], 20, Paint::plain()).unwrap();
        out.clear();
        region.draw(&mut out, &[line("done")], &[line("c")], 20, Paint::plain()).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "\r\x1b[1Adone\x1b[K\r\nc\x1b[K\x1b[J\x1b[?25l");
    }

    #[test]
    fn a_narrower_terminal_has_broken_the_lines() {
        let mut region = Region::default();
        let mut out = Vec::new();
        region.draw(&mut out, &[], &[line("0123456789"), line("b")], 20, Paint::plain()).unwrap();
        out.clear();
        region.clear(&mut out, 4).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "\r\x1b[3A\x1b[J\x1b[?25h");
    }
}
