//! The files of a new migration, named as their neighbours are.

use super::{File, Layout};
use crate::{Revision, Set};

/// The files of a new migration `name` in `folder`. `now` is `YYYYMMDDHHMMSS` in UTC, which is the revision where the neighbours' are points in
/// time; elsewhere it is the next number. An empty folder gets `layout`, or pairs.
pub fn new_files(set: &Set, folder: &str, name: &str, layout: Option<Layout>, now: &str) -> Vec<File> {
    let revision = next_revision(set, now);
    let name = slug(name);
    let file = |name: String, text: &str| File {
        path: format!("{}/{name}", folder.trim_end_matches('/')),
        text: text.to_owned(),
    };
    let (up, down) = ("-- What changes.\n", "-- The way back.\n");
    match set.layout.or(layout).unwrap_or(Layout::Pairs) {
        Layout::Pairs => {
            vec![file(format!("{revision}_{name}.up.sql"), up), file(format!("{revision}_{name}.down.sql"), down)]
        }
        Layout::OneWay => vec![file(format!("{revision}_{name}.sql"), up)],
        Layout::Sections => vec![file(format!("{revision}_{name}.sql"), "-- migrate:up\n\n-- migrate:down\n")],
        Layout::Flyway => {
            vec![file(format!("V{revision}__{name}.sql"), up), file(format!("U{revision}__{name}.sql"), down)]
        }
    }
}

fn next_revision(set: &Set, now: &str) -> Revision {
    let first = if set.layout == Some(Layout::Flyway) { "1" } else { "0001" };
    let next = match set.newest() {
        None => Revision::parse(first),
        Some(newest) if newest.as_str().len() >= 12 => {
            Revision::parse(now).filter(|now| now > newest).or_else(|| newest.next())
        }
        // Of Flyway's `1.2` the first part is counted on.
        Some(newest) => newest.next().or_else(|| Revision::parse(newest.as_str().split(['.', '_']).next()?)?.next()),
    };
    next.unwrap_or_else(|| Revision::parse(now).expect("a point in time is digits"))
}

fn slug(name: &str) -> String {
    let mut slug = String::new();
    for character in name.trim().chars() {
        if character.is_alphanumeric() {
            slug.extend(character.to_lowercase());
        } else if !slug.ends_with('_') {
            slug.push('_');
        }
    }
    slug.trim_matches('_').to_owned()
}
