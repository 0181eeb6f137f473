//! An instance's log: written by the instance itself, so that no death of ours costs a line, and kept small by giving back the disk
//! under its oldest part. The file's length only grows; a hole at its beginning takes no room.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use callsheet_rollout::LogPart;
use rustix::fs::{FallocateFlags, fallocate};

/// What is kept if nothing else is asked for: 16 MiB.
pub(crate) const DEFAULT_CAP: u64 = 16 << 20;

/// For the instance to write to, at the end whatever happens.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).mode(0o600).open(path)
}

/// Gives back the disk under all but the last `cap` bytes, once a quarter more than that is taken. `Some` says why it could not, and
/// that the log was emptied instead.
pub(crate) fn trim(path: &Path, cap: u64) -> io::Result<Option<String>> {
    let file = OpenOptions::new().write(true).open(path)?;
    let metadata = file.metadata()?;
    if metadata.blocks() * 512 <= cap + cap / 4 {
        return Ok(None);
    }
    let hole = metadata.len().saturating_sub(cap) / BLOCK * BLOCK;
    if hole == 0 {
        return Ok(None);
    }
    match fallocate(&file, FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE, 0, hole) {
        Ok(()) => Ok(None),
        Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::NOSYS) => {
            file.set_len(0)?;
            Ok(Some("the log was emptied when it was full: its file system cannot give back a file's beginning".into()))
        }
        Err(error) => Err(error.into()),
    }
}

/// Holes begin and end at multiples of this.
const BLOCK: u64 = 4096;

/// At most `limit` bytes from a place (a distance from the file's beginning) on, past the hole; without a place from the end. Nothing if there
/// is no log yet.
pub(crate) fn since(path: &Path, place: Option<u64>, limit: usize) -> io::Result<LogPart> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(LogPart { bytes: Vec::new(), place: 0 }),
        Err(error) => return Err(error),
    };
    let length = file.metadata()?.len();
    // A log that was emptied begins anew.
    let wanted = place.map_or(length.saturating_sub(limit as u64), |place| if place > length { 0 } else { place });
    let from = match rustix::fs::seek(&file, rustix::fs::SeekFrom::Data(wanted)) {
        Ok(data) => data,
        // Nothing but a hole until the end.
        Err(rustix::io::Errno::NXIO) => length,
        Err(_) => wanted,
    };
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.take(limit as u64).read_to_end(&mut bytes)?;
    let place = from + bytes.len() as u64;
    let blank = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.drain(..blank);
    Ok(LogPart { bytes, place })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn the_oldest_part_goes_and_no_later_line_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let mut log = open(&path).unwrap();
        let mut expected = Vec::new();
        for number in 0..40_000 {
            let line = format!("line {number:06}\n");
            log.write_all(line.as_bytes()).unwrap();
            expected.extend_from_slice(line.as_bytes());
            if number % 1000 == 0 {
                assert_eq!(trim(&path, 64 << 10).unwrap(), None);
            }
        }
        trim(&path, 64 << 10).unwrap();
        assert!(log.metadata().unwrap().blocks() * 512 <= 90 << 10);
        assert_eq!(since(&path, None, 30_000).unwrap().bytes, expected[expected.len() - 30_000..]);
        let all = since(&path, None, usize::MAX >> 1).unwrap().bytes;
        assert!(all.len() >= 64 << 10 && all.len() < 90 << 10, "{}", all.len());
        assert!(expected.ends_with(&all));
    }

    #[test]
    fn no_log_is_an_empty_one() {
        assert_eq!(since(Path::new("/nonexistent/log"), None, 10).unwrap().bytes, b"");
    }
}
