//! Who serves, by weight and session, and what is counted of it.

mod support;

use std::collections::BTreeSet;

use callsheet_edge::Affinity;
use callsheet_rollout::TrafficControl as _;
use callsheet_traffic::{Cells, Side, Ticket, Weight};
use support::{Instance, SERVICE, Stage, config, millis, routing};

fn by_header() -> callsheet_edge::EdgeConfig {
    let mut config = config();
    config.routes[0].affinity = Affinity::Header { name: "x-user".to_owned(), pin: false };
    config
}

#[test]
fn a_session_is_served_where_its_place_is() {
    let (old, new) = (Instance::start("old", "1"), Instance::start("new", "2"));
    let mut stage = Stage::with(&by_header());
    let mut client = stage.client();
    for weight in ["0%", "1%", "10%", "50%", "99.5%", "100%", "10%"] {
        stage.canary(&[&old], &[&new], weight);
        let cells = Cells::at(weight.parse::<Weight>().unwrap());
        for user in 0..200 {
            let side = cells.side(Ticket::from_name(format!("user-{user}").as_bytes()));
            let expected = if side == Side::Canary { "new" } else { "old" };
            assert_eq!(client.get_with("/", &format!("X-User: user-{user}")).text(), expected, "{weight} {user}");
        }
    }
}

#[test]
fn every_answer_is_counted_where_it_was_served() {
    let (old, new) = (Instance::start("old", "1"), Instance::start("new", "2"));
    new.failing.store(true, std::sync::atomic::Ordering::SeqCst);
    let mut stage = Stage::with(&by_header());
    stage.canary(&[&old], &[&new], "25%");
    let mut client = stage.client();
    let (mut stable, mut canary) = (BTreeSet::new(), BTreeSet::new());
    let cells = Cells::at(Weight::from_percent(25));
    for user in 0..300 {
        let (side, bit) = cells.locate(Ticket::from_name(format!("u{user}").as_bytes()));
        let reply = client.get_with("/", &format!("X-User: u{user}"));
        assert_eq!(reply.status, if side == Side::Canary { 500 } else { 200 });
        if side == Side::Canary {
            canary.insert(bit)
        } else {
            stable.insert(bit)
        };
    }
    let (from_old, from_new) = (old.served() as u32, new.served() as u32);
    assert_eq!(from_old + from_new, 300);
    let sum = |seen: &callsheet_rollout::TrafficSeen| {
        seen.slices.iter().map(|slice| slice.stable.requests + slice.canary.requests).sum::<u32>()
    };
    let seen = stage.until("all is counted", |seen| sum(seen) == 300);
    let of = |pick: fn(&callsheet_traffic::Slice) -> callsheet_traffic::Tally| {
        let mut whole = callsheet_traffic::Tally::default();
        seen.slices.iter().for_each(|slice| whole.merge(&pick(slice)));
        whole
    };
    let (old_tally, new_tally) = (of(|slice| slice.stable), of(|slice| slice.canary));
    assert_eq!((old_tally.requests, old_tally.errors), (from_old, 0));
    assert_eq!((new_tally.requests, new_tally.errors), (from_new, from_new));
    let bits = |cells: BTreeSet<u64>| cells.into_iter().fold(0, |all, bit| all | bit);
    assert_eq!((old_tally.cells_seen, old_tally.cells_bad), (bits(stable), 0));
    let bad = bits(canary);
    assert_eq!((new_tally.cells_seen, new_tally.cells_bad), (bad, bad));
    // Asked from the last number on, there is nothing more.
    let last = seen.slices.last().unwrap().index;
    assert_eq!(stage.edge.observe(SERVICE, last).unwrap().slices, []);
}

#[test]
fn a_drawn_session_stays_as_long_as_its_cookie() {
    let (old, new) = (Instance::start("old", "1"), Instance::start("new", "2"));
    let mut config = config();
    config.routes[0].affinity = Affinity::Cookie { name: "seat".to_owned(), expiry: Some(millis(60_000)), pin: true };
    let mut stage = Stage::with(&config);
    stage.canary(&[&old], &[&new], "50%");
    let mut client = stage.client();
    let mut served = BTreeSet::new();
    for _ in 0..40 {
        let first = client.get("/");
        let cookie = first.header("set-cookie").unwrap().to_owned();
        assert!(cookie.ends_with("; Path=/; Max-Age=60; HttpOnly; SameSite=Lax"), "{cookie}");
        let seat = cookie.split(';').next().unwrap();
        for _ in 0..5 {
            let again = client.get_with("/", &format!("Cookie: a=b; {seat}"));
            assert_eq!((again.text(), again.header("set-cookie")), (first.text(), None));
        }
        served.insert(first.text());
    }
    assert_eq!(served.len(), 2, "forty sessions are not all drawn alike");
}

#[test]
fn a_pinned_session_stays_with_its_instance() {
    let all = ["a", "b", "c"].map(|name| Instance::start(name, "1"));
    let mut config = config();
    config.routes[0].affinity = Affinity::Header { name: "cookie:session".to_owned(), pin: true };
    let mut stage = Stage::with(&config);
    stage.route(&all.each_ref());
    let mut client = stage.client();
    let of = |client: &mut support::Client| -> Vec<String> {
        (0..60).map(|user| client.get_with("/", &format!("Cookie: session=s{user}")).text()).collect()
    };
    let before = of(&mut client);
    assert_eq!(of(&mut client), before);
    assert_eq!(before.iter().collect::<BTreeSet<_>>().len(), 3);
    stage.route(&[&all[0], &all[1]]);
    for (before, after) in before.iter().zip(of(&mut client)) {
        assert!(before == "c" || *before == after, "only sessions of the instance that left move");
    }
}

#[test]
fn a_preview_goes_to_the_newer_release_and_is_not_judged() {
    let (old, new) = (Instance::start("old", "1"), Instance::start("new", "2"));
    let mut config = config();
    let preview =
        callsheet_edge::Route { hosts: vec!["preview.test".to_owned()], preview: true, ..config.routes[0].clone() };
    config.routes.push(preview);
    let mut stage = Stage::with(&config);
    stage.canary(&[&old], &[&new], "0%");
    let mut client = stage.client();
    client.send("GET / HTTP/1.1\r\nHost: preview.test\r\n\r\n").unwrap();
    assert_eq!(client.reply().unwrap().text(), "new");
    assert_eq!(client.get("/").text(), "old");
    let seen = stage.until("the other is counted", |seen| !seen.slices.is_empty());
    assert_eq!(
        seen.slices.iter().map(|slice| (slice.stable.requests, slice.canary.requests)).collect::<Vec<_>>(),
        [(1, 0)]
    );
}

#[test]
fn equals_take_turns() {
    let all = ["a", "b", "c"].map(|name| Instance::start(name, "1"));
    let mut stage = Stage::new();
    stage.route(&all.each_ref());
    let mut client = stage.client();
    for _ in 0..30 {
        client.get("/");
    }
    assert_eq!(all.each_ref().map(|instance| instance.served()), [10, 10, 10]);
}

#[test]
fn without_anybody_to_judge_all_returns_to_the_stable_release() {
    let (old, new) = (Instance::start("old", "1"), Instance::start("new", "2"));
    let mut stage = Stage::new();
    let mut leased = routing(&[&old], &[&new], "100%");
    leased.lease = Some(millis(5000));
    stage.edge.apply(&leased).unwrap();
    let mut client = stage.client();
    assert_eq!(client.get("/").text(), "new");
    // Renewed, it holds on.
    for _ in 0..6 {
        std::thread::sleep(std::time::Duration::from_millis(900));
        stage.edge.apply(&leased).unwrap();
    }
    assert_eq!(client.get("/").text(), "new");
    let seen = stage.until("the lease runs out", |seen| seen.lease_expired);
    assert_eq!(seen.weight, Weight::NONE);
    assert_eq!(client.get("/").text(), "old");
    stage.edge.apply(&leased).unwrap();
    assert_eq!(client.get("/").text(), "new", "somebody judges again");
}

#[test]
fn a_routing_that_cannot_be_is_refused() {
    let old = Instance::start("old", "1");
    let mut stage = Stage::new();
    stage.route(&[&old]);
    let mut nobody = routing(&[&old], &[], "10%");
    let refused = stage.edge.apply(&nobody).unwrap_err().to_string();
    assert_eq!(refused, "the edge refuses the routing: 10% of `shop` would go to a release without instances");
    nobody.canary = Some(support::pool(&[&old]));
    let refused = stage.edge.apply(&nobody).unwrap_err().to_string();
    assert_eq!(refused, "the edge refuses the routing: the instance `old` is named twice");
    assert_eq!(stage.client().get("/").text(), "old");
}

#[test]
fn what_is_slow_is_measured_by_the_stable_release() {
    let (old, new) = (Instance::start("old", "1"), Instance::start("new", "2"));
    let mut stage = Stage::with(&by_header());
    stage.canary(&[&old], &[&new], "50%");
    let canary = (0..).map(|user| format!("u{user}"));
    let cells = Cells::at(Weight::from_percent(50));
    let on = |side: Side| move |user: &String| cells.side(Ticket::from_name(user.as_bytes())) == side;
    let (stable, canary): (Vec<_>, Vec<_>) = (
        canary.clone().filter(on(Side::Stable)).take(250).collect(),
        canary.filter(on(Side::Canary)).take(5).collect(),
    );
    let mut client = stage.client();
    for user in &stable {
        client.get_with("/", &format!("X-User: {user}"));
    }
    stage.until("there is a figure", |seen| !seen.slices.is_empty());
    // A second later, the slice knows what is slow.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    stage.seen();
    for user in &canary {
        client.get_with("/slow", &format!("X-User: {user}"));
    }
    let slow = |seen: &callsheet_rollout::TrafficSeen| seen.slices.iter().map(|slice| slice.canary.slow).sum::<u32>();
    let seen = stage.until("slow ones are counted", |seen| slow(seen) == 5);
    assert!(seen.slices.iter().any(|slice| (1..1_500_000).contains(&slice.slow_over_us)), "{seen:?}");
}
