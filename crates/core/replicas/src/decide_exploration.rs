//! Switches carried out on two servers of paper, through every crash and every death of a server: never two primaries, and a planned switch loses
//! nothing.

use std::collections::BTreeSet;

use super::*;
use crate::paper::town::{Before, Exempt, PLAIN, Town};
use crate::paper::{book, order, resumed};
use crate::{Event, Order};

/// What may happen between two commits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Mishap {
    None,
    /// The program dies before the act, and another goes on.
    CrashBefore,
    /// It dies within the act: the newer one is the primary, and not opened yet. Other acts are done.
    CrashWithin,
    /// It dies after the act, before it could say so.
    CrashAfter,
    ADies,
    BDies,
    /// The program dies; the older primary is restarted, which loses what closed it, is written to, and dies for good. Another goes on.
    ARestartsWhileNobodyLooks,
    /// The same, but it lives on.
    ARestartsOpen,
    /// A session asks for `READ WRITE` by itself and is heard, although the server is closed.
    AWritesThoughClosed,
}

type Mishaps<'m> = &'m [(usize, Mishap)];

/// Carries a switch out; `mishaps` befall the act with that number.
fn play(before: Before, order: Order, mishaps: Mishaps) -> (Town, Result<Outcome, Refusal>) {
    let mut town = Town::new(before);
    let way = order.way;
    let mut book = book(order, []);
    for number in 0..40 {
        town.write();
        let mishap = mishaps.iter().find(|(at, _)| *at == number).map_or(Mishap::None, |(_, mishap)| *mishap);
        match mishap {
            Mishap::ADies => town.a.up = false,
            Mishap::BDies => town.b.up = false,
            Mishap::AWritesThoughClosed if town.a.up && !town.b.primary => town.a.has += 1,
            // Whoever brings a server back after its fence was begun, or after another took over, has to see to that first.
            Mishap::ARestartsWhileNobodyLooks | Mishap::ARestartsOpen
                if town.a.up && !town.b.primary && !book.open.as_ref().is_some_and(|open| open.fence_intended) =>
            {
                town.a.closed = false;
                town.write();
                town.a.up = mishap == Mishap::ARestartsOpen;
                book.apply(&resumed());
            }
            _ => {}
        }
        let switch = book.open.clone().expect("it is open until it ends");
        let act = match decide(&switch, &town.seen()) {
            Decision::Do(act) => act,
            Decision::End(outcome) => return (town, Ok(outcome)),
            Decision::Stop(refusal) => return (town, Err(refusal)),
        };
        book.apply(&Event::Intended { act });
        if mishap == Mishap::CrashBefore {
            book.apply(&resumed());
            continue;
        }
        let then = town.clone();
        let event = town.perform(act, &switch);
        if (act, mishap) == (Act::Promote, Mishap::CrashWithin) {
            town.b.closed = then.b.closed;
        }
        assert!(town.takes_writes() < 2, "two primaries after {act:?}: {before:?} {way:?} {mishaps:?}");
        if act == Act::Promote && !then.b.primary {
            nothing_is_lost(&then, before, way, mishaps);
        }
        match mishap {
            Mishap::CrashAfter | Mishap::CrashWithin => book.apply(&resumed()),
            _ => book.apply(&event),
        }
    }
    panic!("it never ends: {before:?} {way:?} {mishaps:?} {town:?} {book:?}");
}

/// Right before the replica takes over: by plan it has everything; after a failover from a primary that could be asked to the last, all but what was
/// written while that was stopped.
fn nothing_is_lost(town: &Town, before: Before, way: Way, mishaps: Mishaps) {
    let of_a = [Mishap::ADies, Mishap::ARestartsWhileNobodyLooks, Mishap::AWritesThoughClosed];
    let missing = town.a.has - town.b.has;
    match way {
        Way::Planned => assert_eq!(missing, 0, "acknowledged writes are lost: {mishaps:?}"),
        Way::Forced if mishaps.iter().any(|(_, mishap)| of_a.contains(mishap)) => {}
        Way::Forced if before.exempt == Exempt::Writing => assert!(missing <= 3, "{missing} lost: {mishaps:?}"),
        Way::Forced => assert_eq!(missing, 0, "what could be had is lost: {before:?} {mishaps:?}"),
    }
}

/// Every pair of mishaps at every pair of acts.
fn all(before: Before, way: Way, check: impl Fn(&Town, &Result<Outcome, Refusal>, bool, Mishaps)) {
    let kinds = [
        Mishap::None,
        Mishap::CrashBefore,
        Mishap::CrashWithin,
        Mishap::CrashAfter,
        Mishap::ADies,
        Mishap::BDies,
        Mishap::ARestartsWhileNobodyLooks,
        Mishap::ARestartsOpen,
        Mishap::AWritesThoughClosed,
    ];
    let mut seen = BTreeSet::new();
    for fence_command in [false, true] {
        for (first, second) in (0..8).flat_map(|first| (first + 1..9).map(move |second| (first, second))) {
            for (one, two) in kinds.iter().flat_map(|one| kinds.iter().map(move |two| (*one, *two))) {
                if !seen.insert((fence_command, first, second, one, two)) {
                    continue;
                }
                let mishaps = [(first, one), (second, two)];
                let (town, result) = play(before, Order { fence_command, ..order(way) }, &mishaps);
                check(&town, &result, fence_command, &mishaps);
            }
        }
    }
    assert!(seen.len() > 1000);
}

fn has(mishaps: Mishaps, wanted: &[Mishap]) -> bool {
    mishaps.iter().any(|(_, mishap)| wanted.contains(mishap))
}

#[test]
fn a_planned_switch_goes_through_in_order() {
    for (fence_command, b_was_closed) in [(false, false), (true, false), (false, true), (true, true)] {
        let order = Order { fence_command, ..order(Way::Planned) };
        let (town, result) = play(Before { b_was_closed, ..PLAIN }, order, &[]);
        assert_eq!(result, Ok(Outcome::Promoted));
        assert!(town.b.primary && !town.b.closed && town.a.closed && town.a.up != fence_command);
    }
}

#[test]
fn a_planned_switch_that_crashes_anywhere_is_run_again_to_its_end() {
    for b_was_closed in [false, true] {
        all(Before { b_was_closed, ..PLAIN }, Way::Planned, |town, result, _, mishaps| {
            if !has(mishaps, &[Mishap::ADies, Mishap::BDies, Mishap::ARestartsWhileNobodyLooks]) {
                assert_eq!(*result, Ok(Outcome::Promoted), "{mishaps:?}");
            }
            // As long as both live, somebody takes writes in the end, or it is said why not.
            if result.is_ok() && town.a.up && town.b.up {
                assert_eq!(town.takes_writes(), 1, "{mishaps:?} {town:?}");
            }
            if *result == Ok(Outcome::Promoted) {
                assert!(!town.b.closed, "{mishaps:?}");
            }
        });
    }
}

#[test]
fn by_plan_a_primary_that_is_not_closed_for_all_stays_as_it_was() {
    for exempt in [Exempt::Idle, Exempt::Writing] {
        all(Before { exempt, ..PLAIN }, Way::Planned, |town, result, _, mishaps| {
            assert!(!town.b.primary && !town.a.closed, "{mishaps:?} {town:?}");
            if !has(mishaps, &[Mishap::ADies, Mishap::ARestartsWhileNobodyLooks]) {
                assert_eq!(*result, Ok(Outcome::GivenUp), "{mishaps:?}");
            }
        });
    }
}

#[test]
fn a_failover_that_crashes_anywhere_is_run_again_to_its_end() {
    for b_was_closed in [false, true] {
        all(Before { b_was_closed, ..PLAIN }, Way::Forced, |town, result, _, mishaps| {
            if !has(mishaps, &[Mishap::BDies]) {
                assert_eq!(*result, Ok(Outcome::Promoted), "{mishaps:?}");
                assert!(town.takes_writes() == 1 && !town.b.closed, "{mishaps:?}");
            }
        });
    }
}

#[test]
fn a_failover_from_a_primary_that_is_not_closed_for_all_catches_up_and_needs_a_fence() {
    for (exempt, b_was_closed) in
        [(Exempt::Idle, false), (Exempt::Idle, true), (Exempt::Writing, false), (Exempt::Writing, true)]
    {
        all(Before { exempt, b_was_closed }, Way::Forced, |town, result, fence_command, mishaps| {
            if has(mishaps, &[Mishap::BDies]) {
                return;
            }
            match result {
                Ok(Outcome::Promoted) => assert!(town.takes_writes() == 1 && !town.b.closed, "{mishaps:?} {town:?}"),
                Err(Refusal::NotFenced(_, why)) if !fence_command && town.a.up => {
                    assert!(why.contains("role `shop`"), "{mishaps:?} {why}");
                }
                other => panic!("{mishaps:?} {other:?} {town:?}"),
            }
        });
    }
}
