//! A file's name as we keep and send it: the client's words without anything that a file system or header could misread.

const LENGTH_MOST: usize = 80;

/// The last part of the path, letters, digits, spaces and `._-()` kept, others replaced; never empty, never hidden, with the
/// ending that the bytes tell.
pub fn safe(given: &str, ending: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
    let kept: String =
        stem.chars().map(|c| if c.is_alphanumeric() || " ._-()".contains(c) { c } else { '_' }).collect();
    let mut short: String = kept.trim_matches(['.', ' ', '_']).chars().take(LENGTH_MOST).collect();
    if short.is_empty() || is_device(&short) {
        short = format!("file{}{short}", if short.is_empty() { "" } else { "-" });
    }
    format!("{}.{ending}", short.trim_end_matches(['.', ' ']))
}

/// Names that Windows takes for devices, whatever follows the first dot.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().to_ascii_lowercase();
    matches!(stem.as_str(), "con" | "prn" | "aux" | "nul")
        || (stem.len() == 4 && (stem.starts_with("com") || stem.starts_with("lpt")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_safe_and_keep_their_words() {
        for (given, expected) in [
            ("The Quay (night).PNG", "The Quay (night).png"),
            ("../../etc/passwd", "passwd.png"),
            ("C:\\Windows\\evil.exe", "evil.png"),
            ("..", "file.png"),
            ("", "file.png"),
            (".htaccess", "file.png"),
            ("a\r\nSet-Cookie: x=y.png", "a__Set-Cookie_ x_y.png"),
            ("nul\0byte.png", "nul_byte.png"),
            ("CON.png", "file-CON.png"),
            ("Żółć 🎬.webp", "Żółć.png"),
            ("photo.php.png", "photo.php.png"),
        ] {
            assert_eq!(safe(given, "png"), expected, "{given:?}");
        }
        assert_eq!(safe(&"x".repeat(500), "glb").len(), LENGTH_MOST + 4);
    }
}
