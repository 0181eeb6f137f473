//! Switches carried out on two servers of paper, through every crash and every death of a server: never two primaries, and a planned switch loses
//! nothing.

use std::collections::BTreeSet;

use super::*;
use crate::{Book, Event, Follows, Order, Position};

/// Two servers and what befalls them.
#[derive(Clone, Debug)]
struct Town {
    /// What each has: a number for each acknowledged write.
    a: Server,
    b: Server,
}

#[derive(Clone, Debug)]
struct Server {
    up: bool,
    primary: bool,
    closed: bool,
    has: u64,
}

impl Town {
    fn new() -> Town {
        Town {
            a: Server { up: true, primary: true, closed: false, has: 5 },
            b: Server { up: true, primary: false, closed: false, has: 3 },
        }
    }

    fn seen(&self) -> Servers {
        let of = |server: &Server| {
            if !server.up {
                return Seen::Refused("connection refused".to_owned());
            }
            let follows =
                Follows { place: "a".to_owned(), identity: None, connected: self.a.up, behind: None, trouble: None };
            Seen::Up(Up {
                role: if server.primary { Role::Primary } else { Role::Replica },
                writable: server.primary && !server.closed,
                position: Position::Log(server.has),
                received: Position::Log(server.has),
                writes: server.primary.then_some(server.has),
                identity: "1".to_owned(),
                timeline: None,
                applied_until: None,
                follows: (!server.primary).then_some(follows),
            })
        };
        [("a".to_owned(), of(&self.a)), ("b".to_owned(), of(&self.b))].into_iter().collect()
    }

    fn takes_writes(&self) -> usize {
        [&self.a, &self.b].into_iter().filter(|one| one.up && one.primary && !one.closed).count()
    }

    /// An application writes wherever it can.
    fn write(&mut self) {
        for one in [&mut self.a, &mut self.b] {
            if one.up && one.primary && !one.closed {
                one.has += 1;
            }
        }
    }

    fn perform(&mut self, act: Act) -> Event {
        let failed = |why: &str| Event::Failed { act, why: why.to_owned() };
        let (mut position, mut writes) = (None, None);
        match act {
            Act::Close | Act::Reopen if !self.a.up => return failed("connection refused"),
            Act::Close => self.a.closed = true,
            Act::Reopen => self.a.closed = false,
            Act::CatchUp if !self.a.up || !self.b.up => return failed("connection refused"),
            Act::CatchUp => {
                self.b.has = self.a.has;
                position = Some(Position::Log(self.a.has));
                writes = Some(self.a.has);
            }
            Act::Fence => self.a.up = false,
            Act::Promote if !self.b.up => return failed("connection refused"),
            Act::Promote => self.b.primary = true,
            Act::Repoint => unreachable!("there is no third server"),
        }
        Event::Did { act, position, writes, said: String::new() }
    }
}

/// What may happen between two commits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Mishap {
    None,
    /// The program dies before the act, and another goes on.
    CrashBefore,
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

/// Carries a switch out; `mishaps` befall the act with that number.
fn play(
    way: Way,
    fence_command: bool,
    accepted: bool,
    mishaps: &[(usize, Mishap)],
) -> (Town, Result<Outcome, Refusal>) {
    let mut town = Town::new();
    let order = Order { way, from: "a".into(), to: "b".into(), fence_command, loss_accepted: accepted };
    let mut book = Book::default();
    book.apply(&Event::Began(order));
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
                book.apply(&Event::Resumed { loss_accepted: false, fence_command: None });
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
            book.apply(&Event::Resumed { loss_accepted: false, fence_command: None });
            continue;
        }
        let before = town.b.has;
        let event = town.perform(act);
        assert!(town.takes_writes() < 2, "two primaries after {act:?}: {way:?} {mishaps:?}");
        if act == Act::Promote && way == Way::Planned {
            assert_eq!(before, town.a.has, "acknowledged writes are lost: {mishaps:?}");
        }
        match mishap {
            Mishap::CrashAfter => book.apply(&Event::Resumed { loss_accepted: false, fence_command: None }),
            _ => book.apply(&event),
        }
    }
    panic!("it never ends: {way:?} {fence_command} {mishaps:?} {town:?} {book:?}");
}

/// Every pair of mishaps at every pair of acts.
fn all(way: Way, check: impl Fn(&Town, &Result<Outcome, Refusal>, &[(usize, Mishap)])) {
    let kinds = [
        Mishap::None,
        Mishap::CrashBefore,
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
                let (town, result) = play(way, fence_command, false, &mishaps);
                check(&town, &result, &mishaps);
            }
        }
    }
    assert!(seen.len() > 1000);
}

#[test]
fn a_planned_switch_goes_through_in_order() {
    for fence_command in [false, true] {
        let (town, result) = play(Way::Planned, fence_command, false, &[]);
        assert_eq!(result, Ok(Outcome::Promoted));
        assert!(town.b.primary && town.a.closed && town.a.up != fence_command);
    }
}

#[test]
fn a_planned_switch_that_crashes_anywhere_is_run_again_to_its_end() {
    all(Way::Planned, |town, result, mishaps| {
        let deaths = mishaps
            .iter()
            .any(|(_, mishap)| matches!(mishap, Mishap::ADies | Mishap::BDies | Mishap::ARestartsWhileNobodyLooks));
        if !deaths {
            assert_eq!(*result, Ok(Outcome::Promoted), "{mishaps:?}");
        }
        // As long as both live, somebody takes writes in the end, or it is said why not.
        if result.is_ok() && town.a.up && town.b.up {
            assert_eq!(town.takes_writes(), 1, "{mishaps:?} {town:?}");
        }
    });
}

#[test]
fn a_failover_that_crashes_anywhere_is_run_again_to_its_end() {
    all(Way::Forced, |town, result, mishaps| {
        let b_dies = mishaps.iter().any(|(_, mishap)| *mishap == Mishap::BDies);
        if !b_dies {
            assert_eq!(*result, Ok(Outcome::Promoted), "{mishaps:?}");
            assert_eq!(town.takes_writes(), 1);
        }
    });
}

#[test]
fn a_closed_primary_that_goes_on_writing_is_caught_up_with_again_and_then_left() {
    let order = |way| Order { way, from: "a".into(), to: "b".into(), fence_command: false, loss_accepted: false };
    for way in [Way::Planned, Way::Forced] {
        let mut book = Book::default();
        let mut town = Town::new();
        book.apply(&Event::Began(order(way)));
        let mut acts = Vec::new();
        let last = loop {
            let decision = decide(book.open.as_ref().expect("it began"), &town.seen());
            match &decision {
                Decision::Do(act) if *act != Act::Reopen => {
                    assert_ne!(*act, Act::Promote, "what was written last is lost");
                    acts.push(*act);
                    book.apply(&Event::Intended { act: *act });
                    book.apply(&town.perform(*act));
                    // Between the act and the next look.
                    town.a.has += 1;
                }
                _ => break decision,
            }
        };
        assert_eq!(acts, [vec![Act::Close], vec![Act::CatchUp; 5]].concat());
        match way {
            Way::Planned => assert_eq!(last, Decision::Do(Act::Reopen)),
            Way::Forced => assert!(matches!(last, Decision::Stop(Refusal::NotFenced(..))), "{last:?}"),
        }
        assert!(wrote_late(book.open.as_ref().expect("it is open"), &town.seen()));
    }
}

fn switch(from: Seen, fence_command: bool, loss_accepted: bool) -> Decision {
    let order = Order { way: Way::Forced, from: "a".into(), to: "b".into(), fence_command, loss_accepted };
    let mut book = Book::default();
    book.apply(&Event::Began(order));
    let mut servers = Town::new().seen();
    servers.insert("a".to_owned(), from);
    let open = book.open.as_ref().expect("it began");
    decide(open, &servers)
}

#[test]
fn a_primary_that_may_live_is_fenced_or_its_loss_accepted() {
    let silent = || Seen::Silent("no answer within 5s".to_owned());
    let denied = || Seen::Denied("too many connections".to_owned());
    for seen in [silent(), denied()] {
        assert!(matches!(switch(seen.clone(), false, false), Decision::Stop(Refusal::NotFenced(..))), "{seen:?}");
        assert_eq!(switch(seen.clone(), true, false), Decision::Do(Act::Fence));
        assert_eq!(switch(seen, false, true), Decision::Do(Act::Promote));
    }
    assert_eq!(switch(Seen::Refused("connection refused".to_owned()), false, false), Decision::Do(Act::Promote));
}

#[test]
fn other_replicas_are_led_to_the_newer_primary_once() {
    let order =
        Order { way: Way::Planned, from: "a".into(), to: "b".into(), fence_command: false, loss_accepted: false };
    let mut book = Book::default();
    book.apply(&Event::Began(order));
    let mut town = Town::new();
    let third = town.seen()["b"].clone();
    (town.a.closed, town.b.primary) = (true, true);
    let mut servers = town.seen();
    servers.insert("c".to_owned(), third);
    let next = |book: &Book| decide(book.open.as_ref().expect("it is open"), &servers);
    assert_eq!(next(&book), Decision::Do(Act::Repoint));
    // Whether it was possible or not: the newer primary is the primary.
    book.apply(&Event::Failed { act: Act::Repoint, why: "no".to_owned() });
    assert_eq!(next(&book), Decision::End(Outcome::Promoted));
    book.apply(&Event::Resumed { loss_accepted: false, fence_command: None });
    assert_eq!(next(&book), Decision::Do(Act::Repoint));
}

#[test]
fn a_third_server_that_takes_writes_stops_everything() {
    let order =
        Order { way: Way::Planned, from: "a".into(), to: "b".into(), fence_command: false, loss_accepted: true };
    let mut book = Book::default();
    book.apply(&Event::Began(order));
    let mut servers = Town::new().seen();
    let primary = servers["a"].clone();
    servers.insert("c".to_owned(), primary);
    let decision = decide(book.open.as_ref().expect("it began"), &servers);
    assert_eq!(decision, Decision::Stop(Refusal::TwoPrimaries(vec!["a".into(), "c".into()])));
}
