//! Frames: four bytes of length (little endian), then that many bytes of JSON.

use std::io::{self, Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

/// No frame is longer: 64 MiB.
pub const LONGEST_FRAME: usize = 64 << 20;

/// A whole frame. Wiped when dropped, because a frame may carry secrets.
pub fn encode<T: Serialize>(value: &T) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut frame = Zeroizing::new(vec![0; 4]);
    serde_json::to_writer(&mut *frame, value)?;
    let length = frame.len() - 4;
    if length > LONGEST_FRAME {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the message is longer than 64 MiB"));
    }
    frame[..4].copy_from_slice(&(length as u32).to_le_bytes());
    Ok(frame)
}

/// Writes one frame.
pub fn write<T: Serialize>(to: &mut impl Write, value: &T) -> io::Result<()> {
    to.write_all(&encode(value)?)
}

/// Reads one frame; `None` at an orderly end of the stream.
pub fn read<T: DeserializeOwned>(from: &mut impl Read) -> io::Result<Option<T>> {
    let mut header = [0; 4];
    let mut have = 0;
    while have < 4 {
        match from.read(&mut header[have..]) {
            Ok(0) if have == 0 => return Ok(None),
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(n) => have += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let length = checked_length(header)?;
    let mut body = Zeroizing::new(vec![0; length]);
    from.read_exact(&mut body)?;
    Ok(Some(serde_json::from_slice(&body)?))
}

/// Takes one whole frame off the front of `buffer`, if there is one.
pub fn take<T: DeserializeOwned>(buffer: &mut Zeroizing<Vec<u8>>) -> io::Result<Option<T>> {
    let Some(header) = buffer.first_chunk::<4>() else {
        return Ok(None);
    };
    let length = checked_length(*header)?;
    if buffer.len() < 4 + length {
        return Ok(None);
    }
    let value = serde_json::from_slice(&buffer[4..4 + length])?;
    let rest = Zeroizing::new(buffer[4 + length..].to_vec());
    *buffer = rest;
    Ok(Some(value))
}

fn checked_length(header: [u8; 4]) -> io::Result<usize> {
    let length = u32::from_le_bytes(header) as usize;
    if length > LONGEST_FRAME {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a frame claims to be longer than 64 MiB"));
    }
    Ok(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_back_whole_or_not_at_all() {
        let frame = encode(&("a", 1)).unwrap();
        let mut buffer = Zeroizing::new(Vec::new());
        for byte in frame.iter().chain(frame.iter()).take(frame.len() + 3) {
            buffer.push(*byte);
        }
        assert_eq!(take::<(String, u8)>(&mut buffer).unwrap(), Some(("a".into(), 1)));
        assert_eq!(take::<(String, u8)>(&mut buffer).unwrap(), None);
        assert_eq!(buffer.len(), 3);
    }

    #[test]
    fn a_cut_frame_is_an_error_and_a_clean_end_is_none() {
        let frame = encode(&7).unwrap();
        assert!(read::<u8>(&mut &frame[..frame.len() - 1]).is_err());
        assert_eq!(read::<u8>(&mut &frame[frame.len()..]).unwrap(), None);
        assert_eq!(read::<u8>(&mut &frame[..]).unwrap(), Some(7));
    }

    #[test]
    fn an_absurd_length_is_refused() {
        let mut buffer = Zeroizing::new(vec![0xff; 8]);
        assert!(take::<u8>(&mut buffer).is_err());
    }
}
