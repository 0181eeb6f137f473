//! Releases held against schemas.

use super::*;
use crate::{File, State};

/// Files by revision: what their ways up say, and whether they have a way down.
fn set(files: &[(&str, &str, Option<&str>)]) -> Set {
    let mut all = Vec::new();
    for (revision, up, down) in files {
        all.push(File { path: format!("m/{revision}_x.up.sql"), text: (*up).to_owned() });
        all.extend(down.map(|down| File { path: format!("m/{revision}_x.down.sql"), text: down.to_owned() }));
    }
    Set::read(all, Engine::Sqlite)
}

const ADDS: &str = "ALTER TABLE t ADD COLUMN cents INTEGER;";
const TAKES: &str = "-- callsheet: phase contract\nALTER TABLE t DROP COLUMN price;";
const TAKES_FROM_2: &str = "-- callsheet: phase contract\n-- callsheet: oldest 2\nALTER TABLE t DROP COLUMN price;";
const AGAIN: &str = "ALTER TABLE t ADD COLUMN price REAL;";

fn history(set: &Set, count: usize) -> Vec<Applied> {
    set.migrations[..count].iter().map(Applied::foreseen).collect()
}

fn words(misfit: Option<Misfit>) -> String {
    misfit.map_or_else(|| "fits".to_owned(), |misfit| misfit.to_string())
}

fn way(way: WayBack) -> String {
    match way {
        WayBack::Keep => "keep".to_owned(),
        WayBack::Downgrade { to, loses, .. } => {
            format!("down to {}, losing [{}]", to.map_or("none".to_owned(), |to| to.to_string()), loses.join("; "))
        }
        WayBack::Restore { taken, lossless, .. } => format!("restore of {taken}, lossless {lossless}"),
        WayBack::ForwardFix { because } => format!("forward: {because}"),
    }
}

/// The files, how many of them are applied, the version, what it needs, what comes of going out, and of coming back.
type Row<'a> = (&'a Set, usize, &'a str, Option<&'a str>, &'a str, &'a str);

#[test]
fn the_table() {
    let from_2 = set(&[("1", ADDS, Some("DROP TABLE t;")), ("2", ADDS, None), ("3", TAKES_FROM_2, Some(AGAIN))]);
    let unsaid = set(&[("1", ADDS, None), ("2", TAKES, Some(AGAIN))]);
    let for_good = set(&[("1", ADDS, None), ("2", TAKES_FROM_2, None)]);
    let loses = set(&[("1", ADDS, None), ("2", TAKES_FROM_2, Some("DROP TABLE t_new;"))]);
    let took_2 = "revision 3 x took away what releases before 2 need";
    let table: [Row; 14] = [
        // What only adds keeps every release running, whatever it said.
        (&from_2, 2, "1", None, "fits", "keep"),
        (&from_2, 2, "1", Some("..1"), "fits", "keep"),
        // What is not there yet.
        (
            &from_2,
            1,
            "2",
            Some("2.."),
            "it needs revision 2, which is not applied",
            "forward: it needs revision 2, which is not applied",
        ),
        (&from_2, 2, "2", Some("2.."), "fits", "keep"),
        // What was taken away.
        (&from_2, 3, "1", None, took_2, "down to 2, losing []"),
        (&from_2, 3, "1", Some("1..2"), took_2, "down to 2, losing []"),
        (&from_2, 3, "1.9.4", None, took_2, "down to 2, losing []"),
        (&from_2, 3, "2", None, "fits", "keep"),
        (&from_2, 3, "2.0.1", Some("2.."), "fits", "keep"),
        (&from_2, 3, "7f3a", None, took_2, "down to 2, losing []"),
        // The release's own word counts as well.
        (&from_2, 3, "7f3a", Some("2..3"), "fits", "keep"),
        (
            &unsaid,
            2,
            "1",
            None,
            "revision 2 x took something away, and nothing says that it does without",
            "down to 1, losing []",
        ),
        (
            &for_good,
            2,
            "1",
            None,
            "revision 2 x took away what releases before 2 need",
            "forward: revision 2 x took away what releases before 2 need",
        ),
        (
            &loses,
            2,
            "1",
            None,
            "revision 2 x took away what releases before 2 need",
            "down to 1, losing [2 x: drops the table t_new with its rows]",
        ),
    ];
    for (row, (set, count, version, needs, fits, back)) in table.into_iter().enumerate() {
        let needs: Option<Needs> = needs.map(|text| text.parse().unwrap());
        let release = Candidate { version, needs: needs.as_ref() };
        let history = history(set, count);
        assert_eq!(words(misfit(release, set, &history)), fits, "row {row}");
        assert_eq!(way(way_back(release, None, set, &history, Engine::Sqlite, None)), back, "row {row}");
    }
}

#[test]
fn nothing_is_taken_from_under_the_release_that_serves() {
    let set = set(&[("1", ADDS, None), ("2", ADDS, Some("SELECT 1;")), ("3", TAKES_FROM_2, Some(AGAIN))]);
    let one = Candidate { version: "1", needs: None };
    let back = |needs: &str| {
        let needs: Needs = needs.parse().unwrap();
        let serving = Candidate { version: "2", needs: Some(&needs) };
        way(way_back(one, Some(serving), &set, &history(&set, 3), Engine::Sqlite, None))
    };
    assert_eq!(back("2.."), "down to 2, losing []");
    assert!(back("3..").starts_with("forward: revision 3 x took away"), "{}", back("3.."));
}

#[test]
fn without_a_way_down_a_backup_is_the_way_back() {
    let set = set(&[("1", ADDS, None), ("2", TAKES_FROM_2, None)]);
    let release = Candidate { version: "1", needs: None };
    let snapshot = |revision: &str, writes_locked| Snapshot {
        revision: Revision::parse(revision),
        taken: "2026-01-02T03:04:05Z".to_owned(),
        writes_locked,
    };
    let back =
        |snapshot: Snapshot| way(way_back(release, None, &set, &history(&set, 2), Engine::Sqlite, Some(&snapshot)));
    assert_eq!(back(snapshot("1", true)), "restore of 2026-01-02T03:04:05Z, lossless true");
    assert_eq!(back(snapshot("1", false)), "restore of 2026-01-02T03:04:05Z, lossless false");
    assert!(back(snapshot("2", true)).starts_with("forward"), "what took it away is in the backup, too");
}

#[test]
fn what_takes_away_waits_for_whoever_needs_it() {
    let set = set(&[("1", ADDS, None), ("2", ADDS, None), ("3", TAKES_FROM_2, None), ("4", ADDS, None)]);
    let one = Candidate { version: "1.4", needs: None };
    let two = Candidate { version: "2.0", needs: None };
    let waits =
        |running: &[Candidate]| held(&set, &history(&set, 1), running).map(|held| (held.revision, held.version));
    assert_eq!(waits(&[one, two]), Some((Revision::parse("3").unwrap(), "1.4".to_owned())));
    assert_eq!((waits(&[two]), waits(&[])), (None, None));
    let after = |running: &[Candidate]| after_up(&set, &history(&set, 1), running).len();
    assert_eq!((after(&[one]), after(&[two])), (2, 4));
}

#[test]
fn what_is_not_here_is_not_taken_for_harmless() {
    let all = set(&[("1", ADDS, None), ("2", ADDS, None)]);
    let only_first = set(&[("1", ADDS, None)]);
    let mut applied = history(&all, 2);
    let release = |needs| Candidate { version: "1", needs };
    let unknown = words(misfit(release(None), &only_first, &applied));
    assert!(unknown.starts_with("the file of the applied revision 2 is not here"), "{unknown}");
    let needs: Needs = "2..".parse().unwrap();
    assert_eq!(misfit(release(Some(&needs)), &only_first, &applied), None, "it was made for it");
    applied[1].state = State::Baseline;
    assert_eq!(misfit(release(Some(&needs)), &all, &applied), None);
}

#[test]
fn versions_are_ordered_as_people_number_them() {
    let check = |one: &str, other: &str, expected| assert_eq!(compare(one, other), expected, "{one} {other}");
    check("1.9", "1.10", Some(Ordering::Less));
    check("v2", "2.0.0", Some(Ordering::Equal));
    check("2.0-rc.1", "2.0", Some(Ordering::Less));
    check("7f3a", "7f3a", Some(Ordering::Equal));
    check("7f3a", "2.0", None);
}

#[test]
fn needs_are_read_as_they_are_written() {
    for text in ["0007..0009", "0007..", "..0009"] {
        assert_eq!(text.parse::<Needs>().unwrap().to_string(), text);
    }
    for wrong in ["", "0007", "..", "a..b", "9..7"] {
        assert!(wrong.parse::<Needs>().is_err(), "{wrong}");
    }
}
