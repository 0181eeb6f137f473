//! One stream's redacted output as it is kept: all of it up to a limit, beyond that its head and its tail.

use std::collections::VecDeque;

use crate::blobs::Blobs;
use crate::bytes::Bytes;
use crate::disk::is_full;
use crate::outcome::{Captured, Kept, Preview};

/// Output up to this size travels with the record instead of being a file.
const LARGEST_INLINE: usize = 16 << 10;

/// Most lines and bytes of each half of a preview.
const PREVIEW_LINES: usize = 20;
const PREVIEW_BYTES: usize = 4 << 10;

/// What was kept so far.
#[derive(Debug)]
pub(crate) struct Capture {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    /// Bytes of the whole stream.
    size: u64,
    half: usize,
}

impl Capture {
    /// Keeps at most `limit` bytes.
    pub(crate) fn new(limit: u64) -> Capture {
        Capture { head: Vec::new(), tail: VecDeque::new(), size: 0, half: (limit / 2).max(1 << 10) as usize }
    }

    /// Bytes of the whole stream so far.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.size += bytes.len() as u64;
        let (to_head, to_tail) = bytes.split_at(bytes.len().min(self.half - self.head.len()));
        self.head.extend_from_slice(to_head);
        let to_tail = &to_tail[to_tail.len() - to_tail.len().min(self.half)..];
        let over = (self.tail.len() + to_tail.len()).saturating_sub(self.half);
        self.tail.drain(..over);
        self.tail.extend(to_tail);
    }

    /// What is kept from an offset on, and where it begins: later than asked if it fell out of the middle.
    pub(crate) fn from(&self, offset: u64) -> (u64, Vec<u8>) {
        let head_length = self.head.len() as u64;
        let tail_start = self.size - self.tail.len() as u64;
        if offset < head_length {
            let mut bytes = self.head[offset as usize..].to_vec();
            if tail_start == head_length {
                bytes.extend(&self.tail);
            }
            return (offset, bytes);
        }
        let start = offset.clamp(tail_start, self.size);
        (start, self.tail.iter().skip((start - tail_start) as usize).copied().collect())
    }

    /// Stores what is kept.
    pub(crate) fn store(self, redactions: u64, blobs: &Blobs) -> Captured {
        let dropped = self.size - (self.head.len() + self.tail.len()) as u64;
        let size = self.size;
        let mut bytes = self.head;
        if dropped > 0 {
            bytes.extend_from_slice(format!("\n[… {dropped} bytes left out …]\n").as_bytes());
        }
        bytes.extend(self.tail);
        let kept = match bytes.len() {
            0 => Kept::Nothing,
            1..=LARGEST_INLINE => Kept::Inline { bytes: Bytes(bytes) },
            _ => match blobs.store(&bytes) {
                Ok(digest) => Kept::Blob { digest, preview: preview(&bytes) },
                Err(error) => {
                    Kept::Lost { cause: error.to_string(), disk_full: is_full(&error), preview: preview(&bytes) }
                }
            },
        };
        Captured { size, dropped, redactions, kept }
    }
}

/// The beginning and the end of an output.
pub(crate) fn preview(bytes: &[u8]) -> Preview {
    let first_lines = memchr::memchr_iter(b'\n', bytes).nth(PREVIEW_LINES - 1).map_or(bytes.len(), |at| at + 1);
    let first = first_lines.min(PREVIEW_BYTES).min(bytes.len());
    let rest = &bytes[first..];
    let last_lines = memchr::memrchr_iter(b'\n', rest.strip_suffix(b"\n").unwrap_or(rest))
        .nth(PREVIEW_LINES - 1)
        .map_or(0, |at| at + 1);
    let last = last_lines.max(rest.len().saturating_sub(PREVIEW_BYTES));
    Preview { first: Bytes(bytes[..first].to_vec()), last: Bytes(rest[last..].to_vec()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_head_and_tail_in_any_pieces() {
        let all: Vec<u8> = (0..10_000u32).map(|n| (n % 251) as u8).collect();
        for piece in [1, 7, 1024, 5000, 10_000] {
            let mut capture = Capture::new(4096);
            all.chunks(piece).for_each(|chunk| capture.push(chunk));
            assert_eq!(capture.size(), 10_000);
            assert_eq!(capture.from(0), (0, all[..2048].to_vec()));
            assert_eq!(capture.from(5000), (10_000 - 2048, all[10_000 - 2048..].to_vec()));
            assert_eq!(capture.from(9_999), (9_999, all[9_999..].to_vec()));
            assert_eq!(capture.from(20_000), (10_000, Vec::new()));
        }
    }

    #[test]
    fn what_fits_is_whole() {
        let mut capture = Capture::new(4096);
        capture.push(&[b'a'; 3000]);
        capture.push(&[b'b'; 1000]);
        assert_eq!(capture.from(0).1.len(), 4000);
        let folder = tempfile::tempdir().unwrap();
        let captured = capture.store(0, &Blobs::of_state(folder.path()));
        assert_eq!((captured.size, captured.dropped), (4000, 0));
        assert!(matches!(captured.kept, Kept::Inline { bytes } if bytes.0.len() == 4000));
    }

    #[test]
    fn large_output_is_a_blob_with_a_preview() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::of_state(folder.path());
        let mut capture = Capture::new(1 << 20);
        for line in 0..5000 {
            capture.push(format!("line {line}\n").as_bytes());
        }
        let Kept::Blob { digest, preview } = capture.store(0, &blobs).kept else { panic!("not a blob") };
        assert_eq!(blobs.read(digest).unwrap().iter().filter(|b| **b == b'\n').count(), 5000);
        assert!(preview.first.to_text().ends_with("line 19\n"));
        assert!(preview.last.to_text().starts_with("line 4980\n"));
    }
}
