//! A script's checksum: the same whatever line ends, byte-order mark and last line end a checkout gave the file.

use sha2::{Digest, Sha256};

/// SHA-256 in hex over the text with `\n` line ends, no byte-order mark, no blank space at the end.
pub fn checksum(text: &str) -> String {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim_end();
    let mut digest = Sha256::new();
    for line in text.split('\n') {
        digest.update(line.strip_suffix('\r').unwrap_or(line).as_bytes());
        digest.update(b"\n");
    }
    hex::encode(digest.finalize())
}

#[cfg(test)]
mod tests {
    use super::checksum;

    #[test]
    fn line_ends_do_not_matter_words_do() {
        let unix = checksum("create table a (\n  id int\n);\n");
        assert_eq!(unix, checksum("\u{feff}create table a (\r\n  id int\r\n);\r\n\r\n"));
        assert_eq!(unix, checksum("create table a (\n  id int\n);"));
        assert_ne!(unix, checksum("create table a (\n  id  int\n);"));
    }
}
