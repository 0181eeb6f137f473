//! Searches what is written already: the state folder, the journal, the working tree and Git's history.

mod files;
mod git;
mod journal;

use std::io::{self, Read};

use callsheet_base::Secret;
use callsheet_redact::RedactionSet;
use callsheet_secrets::scan::{Allowed, look, look_for_values};

/// One find. It tells where and what, never the value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file, with where it is from if it is no file of the disk.
    pub place: String,
    /// The line, from 1.
    pub line: usize,
    /// The secret's name, or what it looks like.
    pub what: String,
    /// What a guess can be allowed by.
    pub fingerprint: Option<String>,
}

/// A search under way.
pub struct Scan {
    set: RedactionSet,
    allowed: Allowed,
    values_alone: bool,
    /// What was found so far.
    pub findings: Vec<Finding>,
    /// How many files, rows and objects were looked at.
    pub looked_at: u64,
    /// How many bytes.
    pub bytes: u64,
    /// Known values that are too short to be told from ordinary text, by name.
    pub too_short: Vec<String>,
    /// Files that could not be read, with why.
    pub unread: Vec<String>,
}

/// Read at a time.
const PIECE: usize = 8 << 20;

/// How much of a piece is looked at again with the next: no value that is cut by the border is missed.
const OVERLAP: usize = 64 << 10;

impl Scan {
    /// For these values, by their names.
    pub fn new(values: &[(String, Secret<String>)], allowed: Allowed) -> Scan {
        let pairs = values.iter().map(|(name, value)| (name.as_str(), value.expose().as_str()));
        let short = values.iter().filter(|(_, value)| value.expose().trim().len() < callsheet_redact::SHORTEST_SECRET);
        let too_short = short.map(|(name, _)| name.clone()).collect();
        let set = RedactionSet::new(pairs);
        let (findings, unread) = (Vec::new(), Vec::new());
        Scan { set, allowed, values_alone: false, findings, looked_at: 0, bytes: 0, too_short, unread }
    }

    /// Not for what only looks like a credential.
    pub fn for_values_alone(self) -> Scan {
        Scan { values_alone: true, ..self }
    }

    /// Looks at a whole text.
    pub fn text(&mut self, place: &str, bytes: &[u8]) {
        self.looked_at += 1;
        self.bytes += bytes.len() as u64;
        self.piece(place, bytes, 0, bytes.len());
    }

    /// Looks at what is read, piece by piece.
    fn stream(&mut self, place: &str, mut from: impl Read) -> io::Result<()> {
        self.looked_at += 1;
        let mut held = Vec::new();
        let mut lines_before = 0;
        loop {
            let read = from.by_ref().take(PIECE as u64).read_to_end(&mut held)?;
            self.bytes += read as u64;
            let is_last = read < PIECE;
            let decided = if is_last { held.len() } else { held.len().saturating_sub(OVERLAP) };
            self.piece(place, &held, lines_before, decided);
            if is_last {
                return Ok(());
            }
            lines_before += held[..decided].iter().filter(|byte| **byte == b'\n').count();
            held.drain(..decided);
        }
    }

    /// Finds that begin before `decided`; what begins later comes with the next piece.
    fn piece(&mut self, place: &str, bytes: &[u8], lines_before: usize, decided: usize) {
        let found = if self.values_alone {
            look_for_values(&self.set, bytes)
        } else {
            look(&self.set, place, bytes, &self.allowed)
        };
        for one in found {
            if one.at < decided {
                let line = lines_before + one.line;
                let found = Finding { place: place.to_owned(), line, what: one.what, fingerprint: one.fingerprint };
                if !self.findings.contains(&found) {
                    self.findings.push(found);
                }
            }
        }
    }
}

impl std::fmt::Debug for Scan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Scan({} findings, {} bytes)", self.findings.len(), self.bytes)
    }
}

#[cfg(test)]
mod tests;
