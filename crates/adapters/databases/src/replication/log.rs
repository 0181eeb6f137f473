//! The book as a file: one line of JSON for each event, synced before anything else is done, under a lock.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use callsheet_replicas::{Book, Event, Line};
use jiff::Timestamp;
use rustix::fs::{FlockOperation, flock};

/// A book that is written.
#[derive(Debug)]
pub struct Log {
    file: File,
    path: PathBuf,
    by: String,
    book: Book,
}

/// Why a book cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The disk.
    #[error("cannot use the book of primaries `{path}`")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A line is none of ours.
    #[error("line {line} of the book of primaries `{path}` is not understood: {cause}")]
    Line {
        /// Which file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
        /// Why.
        cause: String,
    },
    /// Another command has it.
    #[error("another command is switching the primary of this database")]
    Locked,
}

// === impl Log ===

impl Log {
    /// Opens the book at `path`, makes it if need be, and keeps others out until this value is dropped. `by`: who writes in it from now on.
    pub fn open(path: &Path, by: &str) -> Result<Log, LogError> {
        let failed = |source| LogError::File { path: path.to_owned(), source };
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(failed)?;
        let file = OpenOptions::new().create(true).append(true).read(true).open(path).map_err(failed)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(rustix::io::Errno::WOULDBLOCK) => return Err(LogError::Locked),
            Err(error) => return Err(failed(error.into())),
        }
        let text = fs::read_to_string(path).map_err(failed)?;
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        // What follows the last whole line was being written when the machine stopped: nothing was done upon it.
        if whole < text.len() {
            file.set_len(whole as u64).map_err(failed)?;
        }
        let book = Book::read(&lines(path, &text[..whole])?);
        // The file itself must be in its folder after a crash, too.
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
        Ok(Log { file, path: path.to_owned(), by: by.to_owned(), book })
    }

    /// Reads a book without opening it for writing; one that is not there is empty.
    pub fn read(path: &Path) -> Result<Book, LogError> {
        match fs::read_to_string(path) {
            Ok(text) => Ok(Book::read(&lines(path, &text[..text.rfind('\n').map_or(0, |end| end + 1)])?)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Book::default()),
            Err(source) => Err(LogError::File { path: path.to_owned(), source }),
        }
    }

    /// What it amounts to.
    pub fn book(&self) -> &Book {
        &self.book
    }

    /// Appends an event; it is on the disk when this returns.
    pub fn append(&mut self, event: Event) -> Result<(), LogError> {
        let failed = |source| LogError::File { path: self.path.clone(), source };
        let line = Line { at: Timestamp::now(), by: self.by.clone(), event };
        let mut text = serde_json::to_string(&line).map_err(|error| failed(error.into()))?;
        text.push('\n');
        self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_data()).map_err(failed)?;
        self.book.apply(&line.event);
        Ok(())
    }
}

fn lines(path: &Path, text: &str) -> Result<Vec<Line>, LogError> {
    let read = |(index, line): (usize, &str)| {
        let wrong = |error: serde_json::Error| LogError::Line {
            path: path.to_owned(),
            line: index + 1,
            cause: error.to_string(),
        };
        serde_json::from_str(line).map_err(wrong)
    };
    text.lines().enumerate().map(read).collect()
}

#[cfg(test)]
mod tests {
    use callsheet_replicas::{Act, Order, Outcome, Position, Way};

    use super::*;

    #[test]
    fn what_was_written_is_read_and_a_torn_line_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/main.jsonl");
        let order =
            Order { way: Way::Forced, from: "a".into(), to: "b".into(), fence_command: true, loss_accepted: false };
        let events = [
            Event::Began(order),
            Event::Resumed { loss_accepted: true, fence_command: Some(false) },
            Event::Intended { act: Act::CatchUp },
            Event::Did {
                act: Act::CatchUp,
                position: Position::gtid("0-1-7,2-1-9"),
                writes: Some(7),
                said: "all".into(),
            },
            Event::Failed { act: Act::Fence, why: "no".into() },
        ];
        let mut log = Log::open(&path, "somebody").unwrap();
        assert!(matches!(Log::open(&path, "another"), Err(LogError::Locked)));
        events.into_iter().for_each(|event| log.append(event).unwrap());
        let expected = log.book().clone();
        assert_eq!(expected.open.as_ref().unwrap().caught_up, Position::gtid("0-1-7,2-1-9"));
        drop(log);
        OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"at\":\"20").unwrap();
        assert_eq!(Log::read(&path).unwrap(), expected);
        let mut log = Log::open(&path, "another").unwrap();
        assert_eq!(*log.book(), expected);
        log.append(Event::Ended { outcome: Outcome::Promoted }).unwrap();
        drop(log);
        assert_eq!(Log::read(&path).unwrap(), Book { primary: Some("b".into()), open: None });
        fs::write(&path, "{}\n").unwrap();
        assert!(Log::open(&path, "x").unwrap_err().to_string().starts_with("line 1 of the book"));
    }
}
