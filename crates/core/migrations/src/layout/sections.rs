//! One file with `-- migrate:up` and `-- migrate:down`.

use super::{File, Part, Read, base_name, numbered, unknown};
use crate::{Finding, Script};

/// A section's mark, its line (from 1), and where its text begins and its mark's line begins.
struct Mark {
    down: bool,
    apart: bool,
    line: u32,
    begins: usize,
    text: usize,
}

/// Whether the text has such marks.
pub(super) fn fits(text: &str) -> bool {
    !marks(text).is_empty()
}

fn marks(text: &str) -> Vec<Mark> {
    let mut found = Vec::new();
    let mut at = 0;
    for (line, whole) in (1..).zip(text.split_inclusive('\n')) {
        let begins = at;
        at += whole.len();
        let Some(words) = whole.trim_start_matches('\u{feff}').trim().strip_prefix("--") else { continue };
        let mut words = words.split_whitespace();
        let down = match words.next() {
            Some("migrate:up") => false,
            Some("migrate:down") => true,
            _ => continue,
        };
        let apart = words.any(|word| word == "transaction:false");
        found.push(Mark { down, apart, line, begins, text: at });
    }
    found
}

pub(super) fn read(file: &File) -> Read {
    let Some((revision, name)) = base_name(&file.path).strip_suffix(".sql").and_then(numbered) else {
        return Read::Wrong(unknown(file));
    };
    let marks = marks(&file.text);
    for down in [false, true] {
        let mut same = marks.iter().filter(|mark| mark.down == down);
        if let (Some(_), Some(second)) = (same.next(), same.next()) {
            let word = if down { "migrate:down" } else { "migrate:up" };
            let what = format!("`-- {word}` stands here a second time");
            return Read::Wrong(Finding::error(
                "repeated-section",
                &file.path,
                second.line,
                what,
                "keep one section of each",
            ));
        }
    }
    if marks.iter().all(|mark| mark.down) {
        let what = "the file has no `-- migrate:up`";
        return Read::Wrong(Finding::error("no-up", &file.path, 0, what, "write `-- migrate:up` above the statements"));
    }
    let ends = marks.iter().skip(1).map(|mark| mark.begins).chain([file.text.len()]);
    let part = |(mark, end): (&Mark, usize)| Part {
        revision: revision.clone(),
        name: name.clone(),
        down: mark.down,
        script: Script {
            file: file.path.clone(),
            line: mark.line + 1,
            text: file.text[mark.text..end].to_owned(),
            apart: mark.apart,
        },
    };
    Read::Parts(marks.iter().zip(ends).map(part).collect())
}
