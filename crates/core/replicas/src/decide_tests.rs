//! What comes next, in situations that operators meet.

use super::*;
use crate::paper::town::{Before, Exempt, PLAIN, Town};
use crate::paper::{book, did, failed, order, replica, resumed};
use crate::{Book, Event, Order};

#[test]
fn an_older_primary_that_is_back_is_closed_as_far_as_it_can_be() {
    for (way, fence_command) in [(Way::Planned, false), (Way::Planned, true), (Way::Forced, false)] {
        let mut town = Town::new(Before { exempt: Exempt::Idle, ..PLAIN });
        (town.b.primary, town.b.closed) = (true, false);
        let order = Order { fence_command, ..order(way) };
        let mut book = book(order, [Event::Intended { act: Act::Promote }, resumed()]);
        let mut next = |town: &mut Town| {
            let switch = book.open.clone().expect("it is open");
            let decision = decide(&switch, &town.seen());
            if let Decision::Do(act) = decision {
                book.apply(&Event::Intended { act });
                book.apply(&town.perform(act, &switch));
            }
            decision
        };
        assert_eq!(next(&mut town), Decision::Do(Act::Close));
        assert!(town.a.closed, "what can be closed is, by whatever way the newer one became the primary");
        if fence_command {
            assert_eq!(next(&mut town), Decision::Do(Act::Fence));
            assert_eq!(next(&mut town), Decision::End(Outcome::Promoted));
        } else {
            let why = "role `shop` would write in spite of it".to_owned();
            assert_eq!(next(&mut town), Decision::Stop(Refusal::Failed { act: Act::Close, why }));
        }
    }
}

#[test]
fn a_newer_primary_that_is_still_closed_is_not_done() {
    for way in [Way::Planned, Way::Forced] {
        let mut town = Town::new(Before { exempt: Exempt::Idle, b_was_closed: true });
        (town.a.up, town.b.primary) = (false, true);
        let book = book(order(way), [Event::Intended { act: Act::Promote }, resumed()]);
        let switch = book.open.as_ref().expect("it began");
        // Its role `shop` writes there already, and nobody else does.
        assert!(town.seen()["b"].takes_writes());
        assert_eq!(decide(switch, &town.seen()), Decision::Do(Act::Promote));
    }
}

#[test]
fn who_was_told_to_take_over_is_not_gone_back_from() {
    let mut town = Town::new(PLAIN);
    // It was closed, and somebody opened it by hand.
    let events = [Event::Intended { act: Act::Promote }, resumed(), did(Act::Close, None)];
    let book = book(order(Way::Planned), events);
    let switch = book.open.as_ref().expect("it began");
    let decision = decide(switch, &town.seen());
    assert!(matches!(decision, Decision::Stop(Refusal::Failed { act: Act::Close, .. })), "{decision:?}");
    // Where it was not told yet, all is as it was.
    let book = self::book(order(Way::Planned), [Event::Intended { act: Act::Close }, did(Act::Close, None)]);
    town.a.closed = false;
    assert_eq!(decide(book.open.as_ref().expect("it began"), &town.seen()), Decision::Do(Act::Reopen));
}

#[test]
fn a_closed_primary_that_goes_on_writing_is_caught_up_with_again_and_then_left() {
    for way in [Way::Planned, Way::Forced] {
        let mut book: Book = book(order(way), []);
        let mut town = Town::new(PLAIN);
        let mut acts = Vec::new();
        let last = loop {
            let switch = book.open.clone().expect("it began");
            let decision = decide(&switch, &town.seen());
            match &decision {
                Decision::Do(act) if *act != Act::Reopen => {
                    assert_ne!(*act, Act::Promote, "what was written last is lost");
                    acts.push(*act);
                    book.apply(&Event::Intended { act: *act });
                    book.apply(&town.perform(*act, &switch));
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
    let book = book(Order { fence_command, loss_accepted, ..order(Way::Forced) }, []);
    let mut servers = Town::new(PLAIN).seen();
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
    let mut book = book(order(Way::Planned), []);
    let mut town = Town::new(PLAIN);
    // It hears who was restored from elsewhere.
    let third = Seen::Up(Up { follows: Some(crate::paper::follows("old:5432", "8")), ..replica(3) });
    (town.a.closed, town.b.primary) = (true, true);
    let mut servers = town.seen();
    servers.insert("c".to_owned(), third);
    let next = |book: &Book| decide(book.open.as_ref().expect("it is open"), &servers);
    assert_eq!(next(&book), Decision::Do(Act::Repoint));
    // Whether it was possible or not: the newer primary is the primary.
    book.apply(&failed(Act::Repoint, "no"));
    assert_eq!(next(&book), Decision::End(Outcome::Promoted));
    book.apply(&resumed());
    assert_eq!(next(&book), Decision::Do(Act::Repoint));
}

#[test]
fn a_third_server_that_takes_writes_stops_everything() {
    let book = book(Order { loss_accepted: true, ..order(Way::Planned) }, []);
    let mut servers = Town::new(PLAIN).seen();
    let primary = servers["a"].clone();
    servers.insert("c".to_owned(), primary);
    let decision = decide(book.open.as_ref().expect("it began"), &servers);
    assert_eq!(decision, Decision::Stop(Refusal::TwoPrimaries(vec!["a".into(), "c".into()])));
}
