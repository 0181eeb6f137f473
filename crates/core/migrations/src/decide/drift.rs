//! Where files and history disagree.

use crate::{Applied, Finding, Set, State};

/// Files that were changed after they were applied. Whole ones only: of a half-applied file the rest may still be mended.
pub(super) fn changed(set: &Set, history: &[Applied], whole: bool) -> Vec<Finding> {
    let differs = |applied: &&Applied| {
        let half = matches!(applied.state, State::Half(_));
        whole != half && !applied.checksum.is_empty()
    };
    let finding = |applied: &Applied| {
        let migration = set.find(&applied.revision)?;
        if migration.up.checksum() == applied.checksum {
            return None;
        }
        let what =
            format!("revision {} was applied on {}, and its file was changed since", applied.revision, applied.at);
        let hint = format!(
            "put the file back and write the change as a new revision; if the database is right all the same, say so: \
             `callsheet migrate baseline --accept {}`",
            applied.revision
        );
        Some(Finding::error("changed-file", &migration.up.file, 0, what, hint))
    };
    history.iter().filter(differs).filter_map(finding).collect()
}

/// Revisions that are applied and have no file: a newer version's, or files that were taken away.
pub(super) fn unknown(set: &Set, history: &[Applied]) -> Vec<Finding> {
    let (mut newer, mut gone) = (Vec::new(), Vec::new());
    for applied in history.iter().filter(|applied| set.find(&applied.revision).is_none()) {
        let is_newer = set.newest().is_none_or(|newest| applied.revision > *newest);
        if is_newer { newer.push(applied.revision.as_str()) } else { gone.push(applied.revision.as_str()) }
    }
    let mut found = Vec::new();
    if let Some(first) = newer.first() {
        let what = format!("the database is ahead of these files: {} was applied by a newer version", several(&newer));
        let hint = format!(
            "nothing needs to be done; to go back to these files: `callsheet migrate down --to` the revision before {first}"
        );
        found.push(Finding::note("newer-schema", "", 0, what, hint));
    }
    if !gone.is_empty() {
        let what = format!("{} was applied, and its file is gone", several(&gone));
        let hint = "put it back: a new database made from these files would differ from this one";
        found.push(Finding::warning("gone-file", "", 0, what, hint));
    }
    found
}

/// Files older than the newest applied revision that were never applied.
pub(super) fn late(set: &Set, history: &[Applied]) -> Vec<Finding> {
    let Some(newest) = history.last().map(|applied| &applied.revision) else { return Vec::new() };
    let known = |revision: &crate::Revision| history.iter().any(|applied| applied.revision == *revision);
    let late = set.migrations.iter().filter(|migration| migration.revision < *newest && !known(&migration.revision));
    let finding = |migration: &crate::Migration| {
        let what = format!(
            "revision {} is older than {newest}, which is applied, and was not applied itself",
            migration.revision
        );
        let hint = "give it a new revision, or apply it all the same with `callsheet migrate up --out-of-order`";
        Finding::error("out-of-order", &migration.up.file, 0, what, hint)
    };
    late.map(finding).collect()
}

/// Revisions that stopped on their way.
pub(super) fn half(history: &[Applied]) -> Vec<Finding> {
    let finding = |applied: &Applied| {
        let State::Half(half) = &applied.state else { return None };
        let way = if half.way == super::Way::Up { "applied" } else { "undone" };
        let what = format!("revision {} is half {way}: {} of its statements are done", applied.revision, half.done);
        let hint = "`callsheet migrate up` goes on with it, `callsheet migrate down -1` undoes it";
        Some(Finding::error("half-applied", "", 0, what, hint))
    };
    history.iter().filter_map(finding).collect()
}

fn several(revisions: &[&str]) -> String {
    match revisions {
        [one] => format!("revision {one}"),
        [first, .., last] => format!("each of {} revisions, {first} to {last},", revisions.len()),
        [] => String::new(),
    }
}
