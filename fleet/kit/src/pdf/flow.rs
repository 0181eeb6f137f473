//! Lays blocks out: lines wrapped to the width, pages filled from the top.

use super::font::{Font, Fonts, Weight};
use super::{Block, Pdf, Table};

pub(super) const PAGE: (f32, f32) = (595.0, 842.0);
const MARGIN: f32 = 56.0;
const WIDTH: f32 = PAGE.0 - 2.0 * MARGIN;
const BOTTOM: f32 = 72.0;
const TEXT: f32 = 10.0;
const LEADING: f32 = 1.45;
/// Room between two columns of a table.
const GUTTER: f32 = 10.0;
/// No document has more lines; what is longer is cut with a word about it.
const LINES_MOST: usize = 20_000;

/// A text at its place; the origin is at the page's bottom left.
pub(super) struct Text {
    pub x: f32,
    pub y: f32,
    pub weight: Weight,
    pub size: f32,
    pub encoded: Vec<u8>,
    /// 0 is black, 1 white.
    pub gray: f32,
}

/// What one page shows.
#[derive(Default)]
pub(super) struct Sheet {
    pub texts: Vec<Text>,
    /// Thin lines from left to right, at these heights.
    pub rules: Vec<f32>,
}

struct Flow<'a> {
    fonts: &'a mut Fonts,
    sheets: Vec<Sheet>,
    y: f32,
    lines: usize,
}

/// The document's pages; at least one.
pub(super) fn lay_out(pdf: &Pdf, fonts: &mut Fonts) -> Vec<Sheet> {
    let mut flow = Flow { fonts, sheets: vec![Sheet::default()], y: PAGE.1 - MARGIN, lines: 0 };
    flow.title(&pdf.title);
    for block in &pdf.blocks {
        match block {
            Block::Heading(text) => flow.heading(text),
            Block::Facts(pairs) => flow.facts(pairs),
            Block::Paragraph(text) => flow.paragraph(text),
            Block::Table(table) => flow.table(table),
        }
        if flow.lines >= LINES_MOST {
            flow.line(MARGIN, "… the rest is not shown here", Weight::Regular, TEXT, 0.4);
            break;
        }
    }
    flow.number(&pdf.footer);
    flow.sheets
}

impl Flow<'_> {
    fn title(&mut self, text: &str) {
        for line in wrap(self.fonts.of(Weight::Bold), text, 20.0, WIDTH) {
            self.line(MARGIN, &line, Weight::Bold, 20.0, 0.0);
        }
        self.y -= 6.0;
    }

    fn heading(&mut self, text: &str) {
        self.y -= 14.0;
        // Never the last line of a page.
        self.room(60.0);
        for line in wrap(self.fonts.of(Weight::Bold), text, 13.0, WIDTH) {
            self.line(MARGIN, &line, Weight::Bold, 13.0, 0.0);
        }
        self.y -= 4.0;
    }

    fn facts(&mut self, pairs: &[(String, String)]) {
        let names = pairs.iter().map(|(name, _)| self.fonts.of(Weight::Regular).width(name, TEXT));
        let column = (names.fold(0.0, f32::max) + 18.0).min(WIDTH / 2.0);
        for (name, value) in pairs {
            let lines = wrap(self.fonts.of(Weight::Regular), value, TEXT, WIDTH - column);
            self.room(TEXT * LEADING);
            let y = self.y;
            self.line(MARGIN, name, Weight::Regular, TEXT, 0.4);
            self.y = y;
            for line in lines {
                self.line(MARGIN + column, &line, Weight::Regular, TEXT, 0.0);
            }
        }
        self.y -= 6.0;
    }

    fn paragraph(&mut self, text: &str) {
        for line in text.lines() {
            if line.trim().is_empty() {
                self.y -= TEXT * 0.7;
                self.lines += 1;
            }
            for line in wrap(self.fonts.of(Weight::Regular), line, TEXT, WIDTH) {
                if self.lines >= LINES_MOST {
                    return;
                }
                self.line(MARGIN, &line, Weight::Regular, TEXT, 0.0);
            }
        }
        self.y -= TEXT * 0.7;
    }

    fn table(&mut self, table: &Table) {
        let all: f32 = table.widths.iter().sum();
        if all <= 0.0 {
            return;
        }
        let widths: Vec<f32> = table.widths.iter().map(|share| share / all * WIDTH).collect();
        self.room(4.0 * TEXT * LEADING);
        // A row's texts stand on the line at which they are put: below what came before, not on it.
        self.y -= TEXT;
        self.row(table, &widths, &table.head, Weight::Bold);
        for row in &table.rows {
            if self.lines >= LINES_MOST {
                return;
            }
            let page = self.sheets.len();
            self.room(2.0 * TEXT * LEADING);
            if self.sheets.len() > page {
                self.row(table, &widths, &table.head, Weight::Bold);
            }
            self.row(table, &widths, row, Weight::Regular);
        }
        self.y -= 8.0;
    }

    fn row(&mut self, table: &Table, widths: &[f32], texts: &[String], weight: Weight) {
        let size = TEXT - 1.0;
        let (top, mut lowest, mut left) = (self.y, self.y, MARGIN);
        for (column, (text, width)) in texts.iter().zip(widths).enumerate() {
            self.y = top;
            let room = width - GUTTER;
            // At most three lines: a row never outgrows its page.
            for line in wrap(self.fonts.of(weight), text, size, room).into_iter().take(3) {
                let is_right = table.right.get(column).copied().unwrap_or(false);
                let shift = if is_right { room - self.fonts.of(weight).width(&line, size) } else { 0.0 };
                self.put(left + shift, &line, weight, size, 0.0);
                self.y -= size * LEADING;
            }
            lowest = lowest.min(self.y);
            left += width;
        }
        self.lines += 1;
        self.y = lowest - 3.0;
        let rule = self.y + size * 0.85;
        if let Some(sheet) = self.sheets.last_mut() {
            sheet.rules.push(rule);
        }
        self.y -= 3.0;
    }

    /// Begins a page if less than this is left.
    fn room(&mut self, height: f32) {
        if self.y - height < BOTTOM {
            self.sheets.push(Sheet::default());
            self.y = PAGE.1 - MARGIN - TEXT;
        }
    }

    fn line(&mut self, x: f32, text: &str, weight: Weight, size: f32, gray: f32) {
        self.room(size * LEADING);
        self.y -= size * LEADING;
        self.lines += 1;
        let baseline = self.y;
        self.y += size * 0.3;
        self.put(x, text, weight, size, gray);
        self.y = baseline;
    }

    fn put(&mut self, x: f32, text: &str, weight: Weight, size: f32, gray: f32) {
        let encoded = self.fonts.of_mut(weight).encode(text);
        let y = self.y;
        if let Some(sheet) = self.sheets.last_mut() {
            sheet.texts.push(Text { x, y, weight, size, encoded, gray });
        }
    }

    fn number(&mut self, footer: &str) {
        let count = self.sheets.len();
        for at in 0..count {
            let number = format!("{} / {count}", at + 1);
            let x = MARGIN + WIDTH - self.fonts.of(Weight::Regular).width(&number, 8.0);
            for (x, text) in [(MARGIN, footer), (x, number.as_str())] {
                let encoded = self.fonts.of_mut(Weight::Regular).encode(text);
                let text = Text { x, y: 40.0, weight: Weight::Regular, size: 8.0, encoded, gray: 0.4 };
                self.sheets[at].texts.push(text);
            }
        }
    }
}

/// Lines no wider than `width`: broken between words, and within a word that is wider by itself.
fn wrap(font: &Font, text: &str, size: f32, width: f32) -> Vec<String> {
    let text: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let (mut lines, mut line, mut at) = (Vec::new(), String::new(), 0.0);
    for word in text.split_inclusive(' ') {
        let wide = font.width(word.trim_end(), size);
        if at + wide > width && !line.is_empty() {
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
            at = 0.0;
        }
        if wide <= width {
            line.push_str(word);
            at += font.width(word, size);
            continue;
        }
        for letter in word.chars() {
            let wide = font.width(letter.encode_utf8(&mut [0; 4]), size);
            if at + wide > width && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
                at = 0.0;
            }
            line.push(letter);
            at += wide;
        }
    }
    if !line.trim().is_empty() {
        lines.push(line.trim_end().to_owned());
    }
    lines
}
