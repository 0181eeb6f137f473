//! PDF: titles, facts, paragraphs and tables on numbered A4 pages, as text that can be searched, copied and read aloud.
//!
//! The font is built in (DejaVu Sans: Latin, Greek, Cyrillic) and goes into each file with the letters that the file uses. What it
//! has no letter for is shown as a box.

mod file;
mod flow;
mod font;

use font::Fonts;

/// Why a PDF was not made.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// The built-in font cannot be read or cut.
    #[error("the built-in font cannot be used: {0}")]
    Font(String),
}

/// A document to be laid out, from top to bottom.
#[derive(Clone, Debug, Default)]
pub struct Pdf {
    title: String,
    language: String,
    footer: String,
    blocks: Vec<Block>,
}

/// What stands one below the other.
#[derive(Clone, Debug)]
pub(crate) enum Block {
    Heading(String),
    /// Names with their values.
    Facts(Vec<(String, String)>),
    /// Lines are kept, long ones are wrapped.
    Paragraph(String),
    Table(Table),
}

/// A table; its first row is repeated on each page.
#[derive(Clone, Debug)]
pub struct Table {
    /// Each column's share of the width.
    pub widths: Vec<f32>,
    /// Columns with figures stand to the right.
    pub right: Vec<bool>,
    /// The first row.
    pub head: Vec<String>,
    /// As many texts in each as in `head`.
    pub rows: Vec<Vec<String>>,
}

impl Pdf {
    /// An empty one. `language` is a tag such as `en` or `el`; `footer` stands on every page beside its number.
    pub fn new(title: &str, language: &str, footer: &str) -> Pdf {
        let [title, language, footer] = [title, language, footer].map(str::to_owned);
        Pdf { title, language, footer, blocks: Vec::new() }
    }

    /// Adds a heading.
    pub fn heading(&mut self, text: &str) {
        self.blocks.push(Block::Heading(text.to_owned()));
    }

    /// Adds names with their values, one pair a line.
    pub fn facts(&mut self, pairs: Vec<(String, String)>) {
        self.blocks.push(Block::Facts(pairs));
    }

    /// Adds a text of any length; empty lines part paragraphs.
    pub fn paragraph(&mut self, text: &str) {
        self.blocks.push(Block::Paragraph(text.to_owned()));
    }

    /// Adds a table.
    pub fn table(&mut self, table: Table) {
        self.blocks.push(Block::Table(table));
    }

    /// The file's bytes. Takes a few milliseconds for each page, so give long documents a thread of their own.
    pub fn render(&self) -> Result<Vec<u8>, PdfError> {
        let mut fonts = Fonts::load()?;
        let pages = flow::lay_out(self, &mut fonts);
        file::write(self, &pages, &fonts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_documents_get_pages_and_every_letter_goes_in() {
        let mut pdf = Pdf::new("Επιχορήγηση", "el", "Test");
        pdf.facts(vec![("Δικαιούχος".to_owned(), "Żółć & Σία".to_owned())]);
        pdf.paragraph(&"Ένα μακρύ κείμενο που γεμίζει σελίδες. ".repeat(400));
        let row = vec!["γραμμή".to_owned(), "1.234,50 €".to_owned()];
        let head = vec!["Line".to_owned(), "Amount".to_owned()];
        pdf.table(Table { widths: vec![3.0, 1.0], right: vec![false, true], head, rows: vec![row; 90] });
        let bytes = pdf.render().unwrap();
        assert!(bytes.starts_with(b"%PDF-1.7") && bytes.trim_ascii_end().ends_with(b"%%EOF"));
        let count = |needle: &[u8]| bytes.windows(needle.len()).filter(|window| *window == needle).count();
        assert!(count(b"/Type /Page\n") >= 5, "{} pages", count(b"/Type /Page\n"));
        assert!(bytes.len() < 120_000, "only the letters in use go in: {}", bytes.len());
    }

    #[test]
    fn hostile_texts_are_laid_out_too() {
        let mut pdf = Pdf::new("", "en", "");
        pdf.paragraph(&format!("{}\u{0}\u{202e}🎬\t{}", "w".repeat(5000), "\n".repeat(50)));
        pdf.table(Table { widths: vec![], right: vec![], head: vec![], rows: vec![vec!["stray".to_owned()]] });
        assert!(pdf.render().unwrap().starts_with(b"%PDF-1.7"));
    }
}
