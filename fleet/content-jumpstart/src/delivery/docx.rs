//! A Word document: a title, then each post under a heading of its own, so that Word's outline shows them.

use std::io::Cursor;

use docx_rs::{Docx, Paragraph, Run, RunFonts, Style, StyleType};

use super::{Contents, DeliveryError, heading, lines, subtitle};

const INK: &str = "1F2937";
const QUIET: &str = "6B7280";

pub(super) fn make(contents: &Contents<'_>) -> Result<Vec<u8>, DeliveryError> {
    let fonts = || RunFonts::new().ascii("Calibri").hi_ansi("Calibri");
    let mut document = Docx::new()
        .default_fonts(fonts())
        .default_size(22)
        .add_style(Style::new("Title", StyleType::Paragraph).name("Title").size(44).bold().color(INK))
        .add_style(Style::new("Subtitle", StyleType::Paragraph).name("Subtitle").size(22).color(QUIET))
        .add_style(
            Style::new("Heading1", StyleType::Paragraph).name("heading 1").size(28).bold().color(INK).outline_lvl(0),
        )
        .add_paragraph(line("Title", contents.project))
        .add_paragraph(line("Subtitle", &subtitle(contents)));
    for post in contents.posts {
        document =
            document.add_paragraph(Paragraph::new()).add_paragraph(line("Heading1", &heading(post)).keep_next(true));
        for text in lines(&post.body) {
            document = document.add_paragraph(Paragraph::new().add_run(Run::new().add_text(text)));
        }
    }
    let mut bytes = Cursor::new(Vec::new());
    document.build().pack(&mut bytes).map_err(|error| DeliveryError(error.to_string()))?;
    Ok(bytes.into_inner())
}

fn line(style: &str, text: &str) -> Paragraph {
    let text: String = lines(text).collect::<Vec<_>>().join(" ");
    Paragraph::new().style(style).add_run(Run::new().add_text(text))
}
