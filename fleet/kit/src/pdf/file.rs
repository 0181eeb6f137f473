//! Writes the file: catalogue, pages, fonts, texts at their places.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::{Content, Filter, Finish, Name, Rect, Ref, Str, TextStr};

use super::flow::{PAGE, Sheet};
use super::font::{Fonts, Weight};
use super::{Pdf, PdfError};

const CATALOG: i32 = 1;
const PAGES: i32 = 2;
const INFO: i32 = 3;
const REGULAR: i32 = 10;
const BOLD: i32 = 20;
const FIRST_PAGE: i32 = 30;

/// The whole file.
pub(super) fn write(document: &Pdf, sheets: &[Sheet], fonts: &Fonts) -> Result<Vec<u8>, PdfError> {
    let mut pdf = pdf_writer::Pdf::new();
    let count = i32::try_from(sheets.len()).unwrap_or(i32::MAX / 4);
    let places = (0..count).map(|at| (Ref::new(FIRST_PAGE + 2 * at), Ref::new(FIRST_PAGE + 2 * at + 1)));
    let places: Vec<(Ref, Ref)> = places.collect();

    let mut catalog = pdf.catalog(Ref::new(CATALOG));
    catalog.pages(Ref::new(PAGES)).lang(TextStr(&document.language));
    catalog.viewer_preferences().display_doc_title(true);
    catalog.finish();
    pdf.document_info(Ref::new(INFO)).title(TextStr(&document.title)).producer(TextStr("Callsheet fleet"));
    pdf.pages(Ref::new(PAGES)).kids(places.iter().map(|(page, _)| *page)).count(count);

    for (sheet, (page, content)) in sheets.iter().zip(&places) {
        let mut written = pdf.page(*page);
        written.media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1)).parent(Ref::new(PAGES)).contents(*content);
        let mut resources = written.resources();
        resources.fonts().pair(Name(b"R"), Ref::new(REGULAR)).pair(Name(b"B"), Ref::new(BOLD));
        resources.finish();
        written.finish();
        pdf.stream(*content, &packed(&drawn(sheet))).filter(Filter::FlateDecode);
    }
    fonts.of(Weight::Regular).write(&mut pdf, REGULAR)?;
    fonts.of(Weight::Bold).write(&mut pdf, BOLD)?;
    Ok(pdf.finish())
}

fn drawn(sheet: &Sheet) -> Vec<u8> {
    let mut content = Content::new();
    content.set_line_width(0.4).set_stroke_gray(0.75);
    for height in &sheet.rules {
        content.move_to(56.0, *height).line_to(PAGE.0 - 56.0, *height).stroke();
    }
    for text in &sheet.texts {
        let font = if text.weight == Weight::Bold { Name(b"B") } else { Name(b"R") };
        content.set_fill_gray(text.gray).begin_text().set_font(font, text.size);
        content.set_text_matrix([1.0, 0.0, 0.0, 1.0, text.x, text.y]).show(Str(&text.encoded)).end_text();
    }
    content.finish().to_vec()
}

/// Compressed as PDF wants it.
pub(super) fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    // Writing to memory does not fail.
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.unwrap_or_default()
}
