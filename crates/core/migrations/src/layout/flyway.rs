//! `V7__name.sql`, and `U7__name.sql` for the way down.

use super::{File, Part, Read, base_name, unknown};
use crate::{Finding, Revision, Script};

/// Whether a file's name is one of Flyway's.
pub(super) fn fits(name: &str) -> bool {
    let Some(stem) = name.strip_suffix(".sql") else { return false };
    stem.starts_with("R__") || versioned(stem).is_some()
}

fn versioned(stem: &str) -> Option<(char, Revision, String)> {
    let kind = stem.chars().next().filter(|kind| "VUB".contains(*kind))?;
    let (revision, name) = stem[1..].split_once("__").unwrap_or((&stem[1..], ""));
    Some((kind, Revision::parse(revision)?, name.to_owned()))
}

pub(super) fn read(file: &File) -> Read {
    let stem = base_name(&file.path).strip_suffix(".sql").unwrap_or_default();
    let script = Script { file: file.path.clone(), line: 1, text: file.text.clone(), apart: false };
    match versioned(stem) {
        Some((kind @ ('V' | 'U'), revision, name)) => {
            Read::Parts(vec![Part { revision, name, down: kind == 'U', script }])
        }
        Some(_) => {
            let what = "a baseline file (`B…`) stands for all revisions up to it, and is not run here";
            Read::Wrong(Finding::warning(
                "baseline-file",
                &file.path,
                0,
                what,
                "keep the V files; mark them as applied with `callsheet migrate baseline`",
            ))
        }
        None if stem.starts_with("R__") => {
            let what = "a repeatable file (`R__…`) has no revision, and is not run here";
            let hint = "make its changes in a V file: a view or routine is replaced by the revision that changes it";
            Read::Wrong(Finding::warning("repeatable-file", &file.path, 0, what, hint))
        }
        None => Read::Wrong(unknown(file)),
    }
}
