//! What a file is, told by its first bytes. A client's word for it and the name's ending are not looked at.

/// A type of file that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileType {
    /// The component's kind.
    pub kind: &'static str,
    /// As answered with the file.
    pub media_type: &'static str,
    /// The ending of its name.
    pub ending: &'static str,
}

/// How many of a file's first bytes are looked at.
pub const HEAD_BYTES: usize = 64;

const fn file_type(kind: &'static str, media_type: &'static str, ending: &'static str) -> FileType {
    FileType { kind, media_type, ending }
}

const PNG: FileType = file_type("image", "image/png", "png");
const JPEG: FileType = file_type("image", "image/jpeg", "jpg");
const WEBP: FileType = file_type("image", "image/webp", "webp");
const MP4: FileType = file_type("video", "video/mp4", "mp4");
const QUICKTIME: FileType = file_type("video", "video/quicktime", "mov");
const WEBM: FileType = file_type("video", "video/webm", "webm");
const MP3: FileType = file_type("audio", "audio/mpeg", "mp3");
const WAV: FileType = file_type("audio", "audio/wav", "wav");
const OGG: FileType = file_type("audio", "audio/ogg", "ogg");
const FLAC: FileType = file_type("audio", "audio/flac", "flac");
const M4A: FileType = file_type("audio", "audio/mp4", "m4a");
const GLB: FileType = file_type("model_3d", "model/gltf-binary", "glb");
const PLY: FileType = file_type("model_3d", "model/ply", "ply");

/// The types taken, for messages.
pub const TAKEN: &str = "PNG, JPEG, WebP; MP4, QuickTime, WebM; MP3, WAV, Ogg, FLAC, M4A; GLB, PLY";

/// What the file is; `None` if it is nothing that is taken.
pub fn told_by(head: &[u8]) -> Option<FileType> {
    match head {
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some(PNG),
        [0xff, 0xd8, 0xff, ..] => Some(JPEG),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(WEBP),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => Some(WAV),
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => Some(of_brand(brand)),
        [0x1a, 0x45, 0xdf, 0xa3, rest @ ..] => rest.windows(4).any(|word| word == b"webm").then_some(WEBM),
        [b'I', b'D', b'3', 2..=4, ..] => Some(MP3),
        // Frame sync, a layer III, a bit rate and a sample rate that exist.
        [0xff, second, third, ..] if second & 0xe6 == 0xe2 && third & 0xf0 != 0xf0 && third & 0x0c != 0x0c => Some(MP3),
        [b'O', b'g', b'g', b'S', ..] => Some(OGG),
        [b'f', b'L', b'a', b'C', ..] => Some(FLAC),
        [b'g', b'l', b'T', b'F', 2, 0, 0, 0, ..] => Some(GLB),
        [b'p', b'l', b'y', b'\n' | b'\r', ..] => Some(PLY),
        _ => None,
    }
}

fn of_brand(brand: &[u8]) -> FileType {
    match brand {
        [b'q', b't', b' ', b' ', ..] => QUICKTIME,
        [b'M', b'4', b'A' | b'B', ..] => M4A,
        _ => MP4,
    }
}

/// The most bytes that a file of this kind may have.
pub fn size_most(kind: &str) -> u64 {
    const MEBIBYTE: u64 = 1 << 20;
    match kind {
        "image" => 20 * MEBIBYTE,
        "video" => 512 * MEBIBYTE,
        _ => 100 * MEBIBYTE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_tell_the_type() {
        let cases: [(&[u8], Option<&str>); 14] = [
            (b"\x89PNG\r\n\x1a\n....", Some("image/png")),
            (b"\xff\xd8\xff\xe0", Some("image/jpeg")),
            (b"RIFF....WEBPVP8 ", Some("image/webp")),
            (b"RIFF....WAVEfmt ", Some("audio/wav")),
            (b"\0\0\0\x18ftypisom", Some("video/mp4")),
            (b"\0\0\0\x18ftypM4A ", Some("audio/mp4")),
            (b"\xff\xfb\x90\x00", Some("audio/mpeg")),
            (b"\xff\xff\xff\xff", None),
            (b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm", Some("video/webm")),
            (b"glTF\x02\0\0\0", Some("model/gltf-binary")),
            (b"<svg onload=alert(1)>", None),
            (b"MZ\x90\0", None),
            (b"#!/bin/sh\n", None),
            (b"", None),
        ];
        for (head, expected) in cases {
            assert_eq!(told_by(head).map(|found| found.media_type), expected, "{head:?}");
        }
    }
}
