//! The first frame of a backup's zstd stream: which backup it is. Decoders pass it over (RFC 8878, skippable frames).

use std::io::{self, Read};

use serde::{Deserialize, Serialize};

const MAGIC: [u8; 4] = [0x50, 0x2a, 0x4d, 0x18];

/// Longer ones are none of ours.
const LONGEST: usize = 4096;

/// What the frame says.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mark {
    /// A backup's name, or a segment's.
    pub(super) backup: String,
    /// The database's name.
    pub(super) database: String,
}

impl Mark {
    pub(super) fn frame(&self) -> io::Result<Vec<u8>> {
        let text = serde_json::to_vec(self)?;
        let length = u32::try_from(text.len()).map_err(io::Error::other)?;
        Ok([&MAGIC[..], &length.to_le_bytes(), &text].concat())
    }

    /// Reads it from where the stream begins; `None` if there is none.
    pub(super) fn read(stream: &mut dyn Read) -> io::Result<Option<Mark>> {
        let mut head = [0; 8];
        stream.read_exact(&mut head)?;
        let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        if head[..4] != MAGIC || length > LONGEST {
            return Ok(None);
        }
        let mut text = vec![0; length];
        stream.read_exact(&mut text)?;
        Ok(serde_json::from_slice(&text).ok())
    }
}
