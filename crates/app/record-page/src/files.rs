//! Files that attempts left as evidence: pictures are shown, everything else is named with its digest.

use std::cell::Cell;

use base64::Engine as _;
use callsheet_base::Digest;
use callsheet_engine::EvidenceFile;
use serde::Serialize;

use crate::Stored;
use crate::words::{instant, size};

/// Bytes that all pictures of a page may take, and that one may.
const ALL_PICTURES: usize = 600_000;
const ONE_PICTURE: usize = 200_000;

/// A file as the page shows it.
#[derive(Clone, Debug, Serialize)]
pub struct Left {
    /// Its path beneath the step's folder.
    pub name: String,
    /// `1.2 kB`, or empty.
    pub size: String,
    /// Its digest, or empty.
    pub digest: String,
    /// Why it is not here, or empty.
    pub note: String,
    /// `data:image/jpeg;base64,…`, or empty.
    pub picture: String,
}

/// All files of a record, with the room that pictures still have.
pub struct Files<'a> {
    read: &'a dyn Fn(Digest) -> Stored,
    room: Cell<usize>,
}

impl<'a> Files<'a> {
    /// Reads with `read` what is shown.
    pub fn new(read: &'a dyn Fn(Digest) -> Stored) -> Files<'a> {
        Files { read, room: Cell::new(ALL_PICTURES) }
    }

    /// A file for the page.
    pub fn show(&self, file: &EvidenceFile) -> Left {
        let bare = |note: String| Left {
            name: file.name.clone(),
            size: String::new(),
            digest: String::new(),
            note,
            picture: String::new(),
        };
        let Some(digest) = file.blob else { return bare(format!("not kept: {}", file.lost)) };
        let known = |note: &str| Left { size: size(file.bytes), digest: digest.to_string(), ..bare(note.to_owned()) };
        if kind_of_name(&file.name).is_none() {
            return known("");
        }
        match (self.read)(digest) {
            Stored::Bytes(bytes) if Digest::of(&bytes) != digest => {
                known("what is stored is not what was recorded: its digest differs")
            }
            Stored::Bytes(bytes) => Left { picture: self.picture(&bytes), ..known("") },
            Stored::Purged(at) => known(&format!("removed at {}", instant(at).full)),
            Stored::Missing => known("missing from the state folder"),
        }
    }

    /// What is no picture by its own bytes is not shown as one, whatever its name says.
    fn picture(&self, bytes: &[u8]) -> String {
        let Some(kind) = kind_of_bytes(bytes) else { return String::new() };
        let cost = bytes.len().div_ceil(3) * 4;
        if cost > self.room.get().min(ONE_PICTURE) {
            return String::new();
        }
        self.room.set(self.room.get() - cost);
        format!("data:{kind};base64,{}", base64::engine::general_purpose::STANDARD.encode(bytes))
    }
}

fn kind_of_name(name: &str) -> Option<()> {
    let ending = name.rsplit_once('.')?.1.to_ascii_lowercase();
    matches!(ending.as_str(), "jpg" | "jpeg" | "png" | "gif" | "webp").then_some(())
}

fn kind_of_bytes(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [b'G', b'I', b'F', b'8', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, bytes: &[u8]) -> EvidenceFile {
        EvidenceFile {
            name: name.to_owned(),
            blob: Some(Digest::of(bytes)),
            bytes: bytes.len() as u64,
            lost: String::new(),
        }
    }

    #[test]
    fn pictures_are_shown_while_there_is_room() {
        let picture = [&[0xff, 0xd8, 0xff][..], &[0; 149_000]].concat();
        let read = |_: Digest| Stored::Bytes(picture.clone());
        let files = Files::new(&read);
        let shown: Vec<bool> = (0..4).map(|_| !files.show(&file("page.jpg", &picture)).picture.is_empty()).collect();
        assert_eq!(shown, [true, true, true, false]);
    }

    #[test]
    fn only_pictures_are() {
        let read = |_: Digest| Stored::Bytes(b"<svg onload=alert(1)>".to_vec());
        let files = Files::new(&read);
        assert_eq!(files.show(&file("page.png", b"<svg onload=alert(1)>")).picture, "");
        let lost = EvidenceFile { blob: None, lost: "too long".to_owned(), ..file("a.log", b"") };
        assert_eq!(files.show(&lost).note, "not kept: too long");
        assert!(files.show(&file("page.png", b"other")).note.contains("digest differs"));
    }
}
