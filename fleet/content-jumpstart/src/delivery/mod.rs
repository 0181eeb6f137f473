//! Makes the file that a client gets.

mod docx;
mod pdf;
mod text;

use crate::studio::{Format, Post};

/// What stands in the file.
pub struct Contents<'a> {
    pub project: &'a str,
    pub client: &'a str,
    /// The day, as `2026-03-01`.
    pub day: &'a str,
    /// In order.
    pub posts: &'a [Post],
}

/// The file.
pub struct Made {
    pub bytes: Vec<u8>,
    /// Letters that the format cannot show and that a sign stands for.
    pub letters_lost: usize,
}

/// Why no file was made.
#[derive(Debug, thiserror::Error)]
#[error("writing the file: {0}")]
pub struct DeliveryError(String);

/// Makes it. Bytes of the same contents are the same, but for DOCX's own packing.
pub fn make(contents: &Contents<'_>, format: Format) -> Result<Made, DeliveryError> {
    match format {
        Format::Docx => docx::make(contents).map(|bytes| Made { bytes, letters_lost: 0 }),
        Format::Txt => Ok(Made { bytes: text::make(contents).into_bytes(), letters_lost: 0 }),
        Format::Pdf => pdf::make(contents),
    }
}

/// `Spring launch` becomes `spring-launch.docx`: plain letters, whatever the project is called.
pub fn file_name(project: &str, format: Format) -> String {
    let mut name = String::new();
    for letter in project.to_lowercase().chars().take(60) {
        if letter.is_ascii_alphanumeric() {
            name.push(letter);
        } else if !name.ends_with('-') && !name.is_empty() {
            name.push('-');
        }
    }
    let name = name.trim_end_matches('-');
    format!("{}.{}", if name.is_empty() { "posts" } else { name }, format.as_str())
}

/// `Post 3 · LinkedIn`.
fn heading(post: &Post) -> String {
    format!("Post {} · {}", post.number, post.platform.title())
}

/// What stands below the title.
fn subtitle(contents: &Contents<'_>) -> String {
    let count = contents.posts.len();
    format!("{} · {count} {} · {}", contents.client, if count == 1 { "post" } else { "posts" }, contents.day)
}

/// Lines of a post without characters that a document cannot hold.
fn lines(body: &str) -> impl Iterator<Item = String> {
    body.lines().map(|line| line.chars().filter(|c| !c.is_control() && !is_noncharacter(*c)).collect())
}

fn is_noncharacter(c: char) -> bool {
    u32::from(c) & 0xfffe == 0xfffe
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quality::tests::post;

    fn made(bodies: &[&str], format: Format) -> Made {
        let orders = crate::writing::builtin_tests::orders();
        let posts: Vec<Post> = bodies.iter().zip(&orders).map(|(body, order)| post(order, body)).collect();
        let contents = Contents { project: "Spring", client: "A & <B>", day: "2026-03-01", posts: &posts };
        make(&contents, format).unwrap()
    }

    #[test]
    fn names_are_plain() {
        assert_eq!(file_name("Spring launch: 2026!", Format::Docx), "spring-launch-2026.docx");
        assert_eq!(file_name("../../etc/passwd", Format::Txt), "etc-passwd.txt");
        assert_eq!(file_name("春", Format::Pdf), "posts.pdf");
    }

    #[test]
    fn a_text_holds_everything() {
        let text = String::from_utf8(made(&["One\n\ntwo", "Żółć 🎬"], Format::Txt).bytes).unwrap();
        for part in ["Spring", "A & <B> · 2 posts · 2026-03-01", "Post 1 · LinkedIn", "One\n\ntwo", "Żółć 🎬"]
        {
            assert!(text.contains(part), "{part}:\n{text}");
        }
    }

    #[test]
    fn a_pdf_says_what_it_cannot_show() {
        let pdf = made(&["Grüße – “quoted” Żółć", "春🎬"], Format::Pdf);
        assert!(pdf.bytes.starts_with(b"%PDF-"));
        assert_eq!(pdf.letters_lost, 2);
    }

    #[test]
    fn a_document_is_a_package() {
        let docx = made(&["One \u{0}\u{ffff} & <two>"], Format::Docx);
        assert!(docx.bytes.starts_with(b"PK\x03\x04"));
    }
}
