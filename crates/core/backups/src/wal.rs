//! Segments of PostgreSQL's write-ahead log: their names, their order, and which are missing.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use callsheet_base::Digest;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Chunk;

/// A segment: `000000010000000000000002`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Segment {
    /// Its place in the log, whatever the timeline.
    number: u64,
    /// The timeline on which it was written.
    timeline: u32,
}

/// A text that names no segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoSegment;

/// Segments of how many bytes, so how many in 4 GiB.
fn in_a_file(segment_bytes: u64) -> u64 {
    (1 << 32) / segment_bytes.max(1)
}

impl Segment {
    /// Reads a file's name.
    pub fn read(name: &str, segment_bytes: u64) -> Result<Segment, NoSegment> {
        if name.len() != 24 || !name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F')) {
            return Err(NoSegment);
        }
        let part = |at: usize| u64::from_str_radix(&name[at..at + 8], 16).map_err(|_| NoSegment);
        let (timeline, file, within) = (part(0)?, part(8)?, part(16)?);
        if within >= in_a_file(segment_bytes) {
            return Err(NoSegment);
        }
        let timeline = u32::try_from(timeline).map_err(|_| NoSegment)?;
        Ok(Segment { number: file * in_a_file(segment_bytes) + within, timeline })
    }

    /// The segment that holds the byte at `lsn`.
    pub fn at(lsn: Lsn, timeline: u32, segment_bytes: u64) -> Segment {
        Segment { number: lsn.0 / segment_bytes.max(1), timeline }
    }

    /// Its file's name.
    pub fn name(&self, segment_bytes: u64) -> String {
        let files = in_a_file(segment_bytes);
        format!("{:08X}{:08X}{:08X}", self.timeline, self.number / files, self.number % files)
    }

    /// Whether it comes before `other` in the log, whatever the timelines.
    pub fn is_before(&self, other: &Segment) -> bool {
        self.number < other.number
    }
}

/// A place in the log: `0/2000028`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lsn(pub u64);

impl FromStr for Lsn {
    type Err = NoSegment;

    fn from_str(text: &str) -> Result<Lsn, NoSegment> {
        let (high, low) = text.split_once('/').ok_or(NoSegment)?;
        let part = |text: &str| u32::from_str_radix(text, 16).map(u64::from).map_err(|_| NoSegment);
        Ok(Lsn(part(high)? << 32 | part(low)?))
    }
}

impl fmt::Display for Lsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:X}/{:X}", self.0 >> 32, self.0 & 0xffff_ffff)
    }
}

/// What is recorded of a stored segment (or of another file of the log's). Written last: without it the segment is not there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Archived {
    /// The file's name.
    pub name: String,
    /// Which cluster it is of.
    pub system: String,
    /// When it was stored.
    pub at: Timestamp,
    /// Its bytes.
    pub size: u64,
    /// Their digest.
    pub digest: Digest,
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// The stored pieces, in order.
    pub chunks: Vec<Chunk>,
}

/// What there is of the log behind a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// The last segment that is reached without a gap; `None`: not even the first is there.
    pub last: Option<Segment>,
    /// The names of those that are missing between the first and the last that there is.
    pub missing: Vec<String>,
}

/// Which segments are missing from `first` on, among these file names. A segment counts whichever timeline from `first`'s on it is of.
pub fn coverage<'a>(first: Segment, names: impl Iterator<Item = &'a str>, segment_bytes: u64) -> Coverage {
    let there: BTreeSet<u64> = names
        .filter_map(|name| Segment::read(name, segment_bytes).ok())
        .filter(|segment| segment.timeline >= first.timeline && segment.number >= first.number)
        .map(|segment| segment.number)
        .collect();
    let Some(end) = there.last() else {
        return Coverage { last: None, missing: vec![first.name(segment_bytes)] };
    };
    let of = |number: u64| Segment { number, ..first };
    let missing =
        (first.number..=*end).filter(|number| !there.contains(number)).map(|number| of(number).name(segment_bytes));
    let without_gap = (first.number..=*end).take_while(|number| there.contains(number)).last();
    Coverage { missing: missing.collect(), last: without_gap.map(of) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: u64 = 16 << 20;

    #[test]
    fn names_and_places_agree_with_the_servers() {
        let lsn: Lsn = "1/FE000028".parse().unwrap();
        assert_eq!(lsn.to_string(), "1/FE000028");
        let segment = Segment::at(lsn, 3, SIZE);
        assert_eq!(segment.name(SIZE), "0000000300000001000000FE");
        assert_eq!(Segment::read("0000000300000001000000FE", SIZE), Ok(segment));
        for wrong in ["00000002.history", "0000000300000001000001FE", "000000010000000000000002.partial"] {
            assert_eq!(Segment::read(wrong, SIZE), Err(NoSegment), "{wrong}");
        }
        assert!("0/".parse::<Lsn>().is_err());
    }

    #[test]
    fn a_gap_is_found_also_over_the_end_of_a_file_and_a_change_of_timeline() {
        let first = Segment::at("0/FE000000".parse().unwrap(), 1, SIZE);
        let all =
            ["0000000100000000000000FE", "0000000100000000000000FF", "000000020000000100000000", "00000002.history"];
        let whole = coverage(first, all.into_iter(), SIZE);
        assert_eq!(whole.missing, Vec::<String>::new());
        assert_eq!(whole.last.unwrap().name(SIZE), "000000010000000100000000");
        let gap = coverage(first, [all[0], all[2]].into_iter(), SIZE);
        assert_eq!(gap.missing, ["0000000100000000000000FF"]);
        assert_eq!(gap.last.unwrap().name(SIZE), "0000000100000000000000FE");
        let nothing = coverage(first, std::iter::empty(), SIZE);
        assert_eq!((nothing.last, nothing.missing.len()), (None, 1));
    }
}
