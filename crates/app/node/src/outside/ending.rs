//! From a keeper's words about an attempt's end to ours.

use std::path::Path;

use callsheet_base::Duration;
use callsheet_engine::{EvidenceFile, Exit};
use callsheet_journal_sqlite::BlobFolder;
use callsheet_keeper as keeper;
use callsheet_keeper::{End, Ended, FileKept, Kept, StateOutcome};

use crate::perform::Fate;
use crate::wake::{ActEnd, Captured};

pub(super) fn act_end(ended: Ended, state: &Path) -> ActEnd {
    ActEnd {
        exit: exit(ended.end),
        took: Duration::between(ended.started, ended.ended),
        output: captured(ended.stdout, state),
        errors: captured(ended.stderr, state),
        files: ended.files.into_iter().map(file).collect(),
        shell: match ended.state {
            StateOutcome::Saved { snapshot } => Some(snapshot.0),
            StateOutcome::Discarded | StateOutcome::NotSaved { .. } => None,
        },
    }
}

fn file(left: keeper::LeftFile) -> EvidenceFile {
    match left.kept {
        FileKept::Blob { digest, size } => {
            EvidenceFile { name: left.name, blob: Some(digest), bytes: size, lost: String::new() }
        }
        FileKept::Lost { cause } => EvidenceFile { name: left.name, blob: None, bytes: 0, lost: cause },
    }
}

pub(super) fn fate(fate: keeper::Fate, state: &Path) -> Fate {
    match fate {
        keeper::Fate::NotStarted => Fate::NotStarted { why: "its keeper had not started it".to_owned() },
        keeper::Fate::Running { .. } => Fate::Running,
        keeper::Fate::Ended(ended) => Fate::Ended(Box::new(act_end(*ended, state))),
        keeper::Fate::Gone { still_running } => Fate::Unknown {
            why: match still_running {
                Some(pid) => format!("its keeper is gone; its shell, process {pid}, still runs"),
                None => "its keeper ended without seeing its end".to_owned(),
            },
        },
    }
}

/// An error with all its causes, in one line.
pub(super) fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

fn exit(end: End) -> Exit {
    match end {
        End::Exited { code } => {
            u8::try_from(code).map_or_else(|_| Exit::Error(format!("exit code {code}")), Exit::Status)
        }
        End::Signalled { signal } => Exit::Signal(signal),
        End::TimedOut => Exit::TimedOut,
        End::Cancelled => Exit::Cancelled,
        End::KeeperStopped => {
            Exit::Error("it was ended because the machine, or its keeper, was told to stop".to_owned())
        }
        End::SyntaxError => Exit::Error("the script is not valid shell; nothing of it was executed".to_owned()),
        End::NotSpawned { cause } => Exit::Error(format!("the shell could not be started: {cause}")),
    }
}

fn captured(stream: keeper::Captured, state: &Path) -> Captured {
    let left_out = stream.dropped;
    match stream.kept {
        Kept::Nothing => Captured::Nothing,
        Kept::Inline { bytes } => Captured::Inline { bytes: bytes.0, left_out },
        Kept::Blob { digest, preview } => {
            let folder = BlobFolder::new(&state.join("blobs"));
            // An unreadable blob is judged by its beginning and end; `verify` tells that it is damaged.
            let text = folder.read(digest).ok().flatten().unwrap_or_else(|| joined(&preview));
            Captured::Stored { digest, bytes: text.len() as u64, left_out, text }
        }
        Kept::Lost { cause, preview, .. } => {
            let mut bytes = joined(&preview);
            let left_out = stream.size.saturating_sub(bytes.len() as u64);
            bytes.extend_from_slice(format!("\n[the rest could not be stored: {cause}]\n").as_bytes());
            Captured::Inline { bytes, left_out }
        }
    }
}

fn joined(preview: &keeper::Preview) -> Vec<u8> {
    [&preview.first.0[..], &preview.last.0[..]].concat()
}
