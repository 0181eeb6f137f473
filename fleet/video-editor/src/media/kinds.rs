//! Which files are taken, told by their first bytes. Nothing that names other files (playlists, scripts) is among them.

use fleet_kit::uploads::FileType;

const MEBIBYTE: u64 = 1 << 20;
/// No kind may be larger; what declares more is refused before a byte is read.
pub const UPLOAD_BYTES_MOST: u64 = 2048 * MEBIBYTE;

const fn file(media_type: &'static str, ending: &'static str, mebibytes: u64) -> FileType {
    FileType { media_type, ending, size_most: mebibytes * MEBIBYTE }
}

/// A file's type by its first bytes.
pub fn tell(head: &[u8]) -> Option<FileType> {
    let at = |offset: usize, bytes: &[u8]| head.get(offset..offset + bytes.len()) == Some(bytes);
    if at(4, b"ftyp") {
        return Some(match head.get(8..12) {
            Some(b"M4A " | b"M4B ") => file("audio/mp4", "m4a", 512),
            Some(b"qt  ") => file("video/quicktime", "mov", 2048),
            _ => file("video/mp4", "mp4", 2048),
        });
    }
    if at(0, &[0x1a, 0x45, 0xdf, 0xa3]) {
        return Some(file("video/webm", "webm", 2048));
    }
    if at(0, b"\x89PNG\r\n\x1a\n") {
        return Some(file("image/png", "png", 64));
    }
    if at(0, &[0xff, 0xd8, 0xff]) {
        return Some(file("image/jpeg", "jpg", 64));
    }
    if at(0, b"RIFF") && at(8, b"WAVE") {
        return Some(file("audio/wav", "wav", 1024));
    }
    if at(0, b"RIFF") && at(8, b"WEBP") {
        return Some(file("image/webp", "webp", 64));
    }
    if at(0, b"OggS") {
        return Some(file("audio/ogg", "ogg", 512));
    }
    if at(0, b"fLaC") {
        return Some(file("audio/flac", "flac", 1024));
    }
    let is_mpeg_audio = head.len() > 1 && head[0] == 0xff && matches!(head[1], 0xfb | 0xfa | 0xf3 | 0xf2);
    (at(0, b"ID3") || is_mpeg_audio).then(|| file("audio/mpeg", "mp3", 512))
}

/// `video`, `audio` or `image`.
pub fn kind_of(file_type: FileType) -> &'static str {
    match file_type.media_type.split('/').next() {
        Some("image") => "image",
        Some("audio") => "audio",
        _ => "video",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_told_by_bytes_and_playlists_are_none() {
        let told = |head: &[u8]| tell(head).map(|known| known.ending);
        assert_eq!(told(b"\0\0\0\x20ftypisom...."), Some("mp4"));
        assert_eq!(told(b"RIFF\0\0\0\0WAVEfmt "), Some("wav"));
        for hostile in [&b"#EXTM3U\n"[..], b"ffconcat version 1.0", b"<svg ", b"<?xml ", b"MZ", b"", b"\0\0\0\x20ftyp"]
        {
            assert!(told(hostile).is_none_or(|ending| ending == "mp4" && hostile.len() == 8), "{hostile:?}");
        }
    }
}
