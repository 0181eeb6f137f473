//! Files and histories in, steps out.

use super::*;
use crate::{File, Half, State, checksum};

fn set(revisions: &[&str]) -> Set {
    let file = |way: &str, revision: &&str| File {
        path: format!("m/{revision}_x.{way}.sql"),
        text: format!("{way} {revision} one; {way} {revision} two;"),
    };
    let files = revisions.iter().flat_map(|revision| [file("up", revision), file("down", revision)]).collect();
    Set::read(files, Engine::Postgres)
}

fn applied(revision: &str) -> Applied {
    Applied {
        revision: Revision::parse(revision).unwrap(),
        name: "x".to_owned(),
        checksum: checksum(&format!("up {revision} one; up {revision} two;")),
        state: State::Applied,
        undo: Some(format!("stored {revision};")),
        undo_apart: false,
        at: "2026-01-02T03:04:05Z".to_owned(),
        by: "ci".to_owned(),
        took_ms: 1,
    }
}

fn half(revision: &str, way: Way, done: usize, begun: bool) -> Applied {
    let word = if way == Way::Up { "up" } else { "down" };
    let script = format!("{word} {revision} one; {word} {revision} two;");
    Applied { state: State::Half(Half { way, done, begun, script }), ..applied(revision) }
}

fn check(files: &[&str], history: &[Applied], goal: &Goal, expected: &str) {
    let decision = decide(&set(files), history, goal, Engine::Postgres, false);
    let step = |step: &Step| {
        let stored = if step.is_stored() { " stored" } else { "" };
        let begun = if step.begun { "?" } else { "" };
        format!("{:?} {}@{}{begun}{stored}", step.way, step.revision, step.from)
    };
    let mut words: Vec<String> = decision.steps.iter().map(step).collect();
    words.extend(decision.refused.iter().map(|finding| format!("refused {}", finding.rule)));
    words.extend(decision.notes.iter().map(|finding| format!("note {}", finding.rule)));
    assert_eq!(words.join(", "), expected);
}

fn to(revision: &str) -> Option<Revision> {
    Revision::parse(revision)
}

#[test]
fn up_applies_what_is_missing() {
    check(&["1", "2", "3"], &[], &Goal::Up(None), "Up 1@0, Up 2@0, Up 3@0");
    check(&["1", "2", "3"], &[applied("1")], &Goal::Up(to("2")), "Up 2@0");
    check(&["1", "2"], &[applied("1"), applied("2")], &Goal::Up(None), "");
    check(&["1"], &[], &Goal::Up(to("7")), "refused unknown-revision");
}

#[test]
fn down_undoes_from_the_newest() {
    let history = [applied("1"), applied("2"), applied("3")];
    check(&["1", "2", "3"], &history, &Goal::back(2, &history).unwrap(), "Down 3@0, Down 2@0");
    check(&["1", "2", "3"], &history, &Goal::Down(to("2")), "Down 3@0");
    check(&["1", "2", "3"], &history, &Goal::back(3, &history).unwrap(), "Down 3@0, Down 2@0, Down 1@0");
    assert_eq!(Goal::back(4, &history), Err(3));
    check(&["1"], &history[..1], &Goal::Down(to("2")), "refused unknown-revision");
}

#[test]
fn a_way_that_leads_nowhere_is_not_gone() {
    let one_way = Applied { undo: Some("-- one way: the older rows are gone\n".to_owned()), ..applied("2") };
    check(&["1"], &[applied("1"), one_way], &Goal::Down(to("1")), "refused no-down, note newer-schema");
}

#[test]
fn an_older_version_lives_with_a_newer_schema_and_can_go_back() {
    let history = [applied("1"), applied("2")];
    check(&["1"], &history, &Goal::Up(None), "note newer-schema");
    check(&["1"], &history, &Goal::Down(to("1")), "Down 2@0 stored, note newer-schema");
    check(&["1", "3"], &[applied("1"), applied("2")], &Goal::Up(None), "Up 3@0, note gone-file");
}

#[test]
fn drift_stops_the_way_up() {
    let changed = Applied { checksum: "00".to_owned(), ..applied("1") };
    check(&["1", "2"], &[changed], &Goal::Up(None), "refused changed-file");
    let adopted = Applied { checksum: String::new(), ..applied("1") };
    check(&["1", "2"], &[adopted], &Goal::Up(None), "Up 2@0");
    check(&["1", "2", "3"], &[applied("1"), applied("3")], &Goal::Up(None), "refused out-of-order");
}

#[test]
fn what_stopped_on_its_way_goes_on_or_back() {
    let up = [applied("1"), half("2", Way::Up, 1, true)];
    check(&["1", "2", "3"], &up, &Goal::Up(None), "Up 2@1?, Up 3@0");
    check(&["1", "2"], &up, &Goal::back(1, &up).unwrap(), "Down 2@0");
    let down = [applied("1"), half("2", Way::Down, 1, false)];
    check(&["1", "2"], &down, &Goal::Up(None), "Down 2@1, Up 2@0");
    check(&["1", "2"], &down, &Goal::Down(to("1")), "Down 2@1");
    check(&["1"], &up, &Goal::Up(None), "refused half-applied, note newer-schema");
}

#[test]
fn what_is_done_of_a_script_cannot_be_changed() {
    let mut stopped = half("1", Way::Up, 1, false);
    if let State::Half(half) = &mut stopped.state {
        half.script = "another one; up 1 two;".to_owned();
    }
    check(&["1"], &[stopped.clone()], &Goal::Up(None), "refused half-applied");
    if let State::Half(half) = &mut stopped.state {
        half.script = "up 1 one; mended since;".to_owned();
    }
    check(&["1"], &[stopped], &Goal::Up(None), "Up 1@1");
}
