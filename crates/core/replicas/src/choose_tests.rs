//! Who is chosen, in the situations that operators meet.

use super::*;
use crate::{Follows, paper};

fn primary(at: u64, timeline: u32) -> Seen {
    Seen::Up(Up { timeline: Some(timeline), ..paper::primary(at) })
}

fn replica_at(at: u64) -> Seen {
    Seen::Up(paper::replica(at))
}

fn gone() -> Seen {
    Seen::Refused("connection refused".to_owned())
}

fn servers<const N: usize>(all: [(&str, Seen); N]) -> Servers {
    all.into_iter().map(|(name, seen)| (name.to_owned(), seen)).collect()
}

fn chosen(from: &str, to: &str) -> Result<Chosen, Refusal> {
    Ok(Chosen { from: from.to_owned(), to: to.to_owned() })
}

#[test]
fn a_planned_switch_needs_one_primary_and_one_replica_of_it() {
    let two = servers([("a", primary(9, 1)), ("b", replica_at(9))]);
    assert_eq!(planned(&two, None), chosen("a", "b"));
    assert_eq!(planned(&two, Some("a")), Err(Refusal::AlreadyPrimary("a".into())));
    assert_eq!(planned(&two, Some("c")), Err(Refusal::Unknown("c".into())));
    assert_eq!(planned(&servers([("a", gone()), ("b", replica_at(9))]), None), Err(Refusal::NoPrimary));
    let three = servers([("a", primary(9, 1)), ("b", replica_at(9)), ("c", replica_at(9))]);
    assert_eq!(planned(&three, None), Err(Refusal::WhichReplica(vec!["b".into(), "c".into()])));
    assert_eq!(planned(&three, Some("c")), chosen("a", "c"));
    let both = servers([("a", primary(9, 1)), ("b", primary(9, 2))]);
    assert_eq!(planned(&both, None), Err(Refusal::TwoPrimaries(vec!["a".into(), "b".into()])));
}

#[test]
fn who_follows_another_or_nobody_is_not_promoted_by_plan() {
    let with = |change: fn(&mut Follows)| {
        let mut up = paper::replica(9);
        change(up.follows.as_mut().expect("a replica follows"));
        planned(&servers([("a", primary(9, 1)), ("b", Seen::Up(up))]), None)
    };
    let why = |result: Result<Chosen, Refusal>| result.unwrap_err().to_string();
    assert!(why(with(|follows| follows.identity = Some("8".into()))).contains("which is not `a`"));
    assert!(why(with(|follows| follows.connected = false)).contains("nothing arrives from db1:5432"));
    assert!(why(with(|follows| follows.trouble = Some("duplicate key".into()))).contains("duplicate key"));
}

#[test]
fn a_failover_takes_the_replica_that_has_the_most() {
    let all = servers([("a", gone()), ("b", replica_at(7)), ("c", replica_at(9))]);
    let forced = |to, accepted| super::forced(&all, to, None, None, accepted);
    assert_eq!(forced(None, false), chosen("a", "c"));
    let behind = forced(Some("b"), false).unwrap_err().to_string();
    assert_eq!(behind, "`b` has less than `c`: 2 bytes of log would be lost");
    assert_eq!(forced(Some("b"), true), chosen("a", "b"));
}

#[test]
fn who_was_the_primary_is_told_by_the_book_or_a_person() {
    let all = servers([("a", gone()), ("b", replica_at(7)), ("c", gone())]);
    let forced = |from, last| super::forced(&all, None, from, last, false);
    assert_eq!(forced(None, None), Err(Refusal::WhichPrimary(vec!["a".into(), "c".into()])));
    assert_eq!(forced(None, Some("c")), chosen("c", "b"));
    assert_eq!(forced(Some("a"), Some("c")), chosen("a", "b"));
    // What the book says of a server that is a replica by now is old.
    assert_eq!(forced(None, Some("b")), Err(Refusal::WhichPrimary(vec!["a".into(), "c".into()])));
}

#[test]
fn what_may_be_lost_is_said() {
    let both = Chosen { from: "a".into(), to: "b".into() };
    let said = |a, b| loss(&servers([("a", a), ("b", b)]), &both);
    assert_eq!(said(primary(9, 1), replica_at(7)), "2 bytes of log, and what `a` takes from now on");
    assert_eq!(said(gone(), replica_at(7)), "what `a` took after 0/7, which is all that `b` has received");
}

#[test]
fn an_old_primary_that_is_back_is_known_by_its_timeline_or_the_book() {
    let back = servers([("a", primary(9, 1)), ("b", primary(9, 2))]);
    assert_eq!(superseded(&back, None), ["a"]);
    let same = servers([("a", primary(9, 1)), ("b", primary(9, 1))]);
    assert_eq!(superseded(&same, None), [""; 0]);
    assert_eq!(superseded(&same, Some("b")), ["a"]);
    assert_eq!(superseded(&servers([("a", gone()), ("b", primary(9, 2))]), None), [""; 0]);
}
