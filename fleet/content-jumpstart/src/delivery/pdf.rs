//! A PDF in the fleet's own font. It holds Latin, Greek and Cyrillic letters and common signs; what lies beyond is shown as a
//! box and counted. Whoever needs it takes the Word document.

use fleet_kit::pdf::Pdf;

use super::{Contents, DeliveryError, Made, heading, lines, subtitle};

/// Scripts and pictures that the font has no shapes for begin here.
const BEYOND: char = '\u{2e80}';

pub(super) fn make(contents: &Contents<'_>) -> Result<Made, DeliveryError> {
    let mut pdf = Pdf::new(contents.project, "en", contents.client);
    pdf.paragraph(&subtitle(contents));
    let mut letters_lost = 0;
    for post in contents.posts {
        let text = lines(&post.body).collect::<Vec<_>>().join("\n");
        letters_lost += text.chars().filter(|letter| *letter >= BEYOND && !is_mark(*letter)).count();
        pdf.heading(&heading(post));
        pdf.paragraph(&text);
    }
    let bytes = pdf.render().map_err(|error| DeliveryError(error.to_string()))?;
    Ok(Made { bytes, letters_lost })
}

/// Marks that only say how the sign before them is shown.
fn is_mark(letter: char) -> bool {
    ('\u{fe00}'..='\u{fe0f}').contains(&letter)
}
