//! Frames: four bytes of length (little endian), then that many bytes of JSON.

use std::io::{self, Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// No frame is longer: 32 MiB, a plan and a runbook fit many times.
const LONGEST: usize = 32 << 20;

pub(super) fn write<T: Serialize>(to: &mut impl Write, value: &T) -> io::Result<()> {
    let mut frame = vec![0; 4];
    serde_json::to_writer(&mut frame, value)?;
    let length = frame.len() - 4;
    if length > LONGEST {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the message is longer than 32 MiB"));
    }
    frame[..4].copy_from_slice(&(length as u32).to_le_bytes());
    to.write_all(&frame)
}

/// The next frame; `None` at an orderly end.
pub(super) fn read<T: DeserializeOwned>(from: &mut impl Read) -> io::Result<Option<T>> {
    let mut header = [0; 4];
    let first = loop {
        match from.read(&mut header) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => break read?,
        }
    };
    if first == 0 {
        return Ok(None);
    }
    from.read_exact(&mut header[first..])?;
    let length = u32::from_le_bytes(header) as usize;
    if length > LONGEST {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a message claims to be longer than 32 MiB"));
    }
    let mut body = vec![0; length];
    from.read_exact(&mut body)?;
    Ok(Some(serde_json::from_slice(&body)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_back_whole_or_not_at_all() {
        let mut bytes = Vec::new();
        write(&mut bytes, &("a", 1)).unwrap();
        assert_eq!(read::<(String, u8)>(&mut &bytes[..]).unwrap(), Some(("a".into(), 1)));
        assert!(read::<(String, u8)>(&mut &bytes[..bytes.len() - 1]).is_err());
        assert_eq!(read::<u8>(&mut &[][..]).unwrap(), None);
        assert!(read::<u8>(&mut &[255u8; 8][..]).is_err(), "an absurd length is refused");
    }
}
