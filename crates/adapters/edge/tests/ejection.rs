//! Instances that fail get no requests, and users notice little of it.

mod support;

use callsheet_base::Duration;
use callsheet_edge::HealthCheck;
use callsheet_rollout::TrafficControl as _;
use callsheet_rollout::{InstanceId, ReadyCheck};
use support::{Instance, SERVICE, Stage, config, instance::scripted, millis, pool, routing};

fn id(name: &str) -> Vec<InstanceId> {
    vec![InstanceId(name.to_owned())]
}

#[test]
fn a_killed_instance_loses_no_request_that_may_be_sent_again() {
    let (one, mut two) = (Instance::start("one", "1"), Instance::start("two", "1"));
    let mut stage = Stage::new();
    stage.route(&[&one, &two]);
    let mut client = stage.client();
    for _ in 0..10 {
        assert_eq!(client.get("/").status, 200);
    }
    let place = two.address;
    two.kill();
    for _ in 0..20 {
        assert_eq!(client.get("/").text(), "one");
    }
    assert_eq!(stage.seen().ejected, id("two"));
    // Back at its place, it is tried by one request after its time, and then serves again.
    let again = Instance::start_at("two", "1", std::net::TcpListener::bind(place).unwrap());
    support::eventually("it serves again", || (client.get("/").text() == "two").then_some(()));
    assert_eq!(stage.seen().ejected, []);
    assert!(again.served() > 0);
}

#[test]
fn a_canary_that_is_gone_fails_in_its_own_count_alone() {
    let (old, mut new) = (Instance::start("old", "1"), Instance::start("new", "2"));
    let mut stage = Stage::new();
    stage.canary(&[&old], &[&new], "100%");
    let mut client = stage.client();
    assert_eq!(client.get("/").text(), "new");
    new.kill();
    for _ in 0..10 {
        let reply = client.get("/");
        assert_eq!((reply.status, reply.text().as_str()), (200, "old"));
    }
    let errors =
        |seen: &callsheet_rollout::TrafficSeen| seen.slices.iter().map(|slice| slice.canary.errors).sum::<u32>();
    let seen = stage.until("each try is counted", |seen| errors(seen) >= 10);
    assert_eq!(seen.slices.iter().map(|slice| slice.stable.errors).sum::<u32>(), 0);
}

#[test]
fn the_last_one_is_never_taken_out() {
    let mut only = Instance::start("only", "1");
    let mut stage = Stage::new();
    stage.route(&[&only]);
    let place = only.address;
    only.kill();
    let mut client = stage.client();
    for _ in 0..5 {
        assert_eq!(client.get("/").status, 502);
    }
    assert_eq!(stage.seen().ejected, []);
    let _again = Instance::start_at("only", "1", std::net::TcpListener::bind(place).unwrap());
    assert_eq!(client.get("/").status, 200, "at once, without any probation");
}

#[test]
fn what_may_have_been_done_is_not_done_twice() {
    // Reads the request and closes without an answer.
    let silent = scripted(vec![b""; 8]);
    let other = Instance::start("other", "1");
    let mut stage = Stage::new();
    let mut routing = routing(&[&other], &[], "0%");
    let mut first = pool(&[&other]).members.remove(0);
    (first.id, first.address) = (InstanceId("silent".to_owned()), silent);
    routing.stable.members.insert(0, first);
    callsheet_rollout::TrafficControl::apply(&mut stage.edge, &routing).unwrap();
    let mut client = stage.client();
    // Each on a connection of its own: one that brought no answer may be closed.
    let posts = [stage.client().post("/", b"buy").unwrap(), client.post("/", b"buy").unwrap()];
    let mut statuses = posts.map(|reply| reply.status);
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 502], "one of the two instances breaks off, and nobody is asked twice");
    assert_eq!(other.served(), 1);
    for _ in 0..4 {
        assert_eq!(client.get("/").status, 200, "what may be sent again is");
    }
}

#[test]
fn a_check_must_be_answered_by_the_version_of_the_pool() {
    let (right, wrong) = (Instance::start("right", "2"), Instance::start("wrong", "1"));
    let mut config = config();
    let check = HealthCheck { interval: millis(50), timeout: millis(5000), failures: 1, ..HealthCheck::of("/health") };
    config.checks.insert(SERVICE.to_owned(), check);
    let mut stage = Stage::with(&config);
    // Both are said to be version 2.
    stage.route(&[&right, &wrong]);
    stage.until("the wrong one is out", |seen| seen.ejected == id("wrong"));
    let before = wrong.served();
    let mut client = stage.client();
    for _ in 0..20 {
        assert_eq!(client.get("/").text(), "right");
    }
    support::eventually("it is still asked how it is", || (wrong.served() > before).then_some(()));
    assert_eq!(stage.seen().ejected, id("wrong"), "no user's request brings it back");
}

#[test]
fn a_pool_may_be_asked_elsewhere_than_its_service() {
    let (old, others) = (Instance::start("old", "1"), Instance::start("others", "1"));
    let (new, next) = (Instance::start("new", "2"), Instance::start("next", "2"));
    let mut config = config();
    // Where nobody answers in time.
    let never = HealthCheck::of("/never");
    let check = HealthCheck { interval: millis(50), timeout: millis(3000), failures: 1, ..never };
    config.checks.insert(SERVICE.to_owned(), check);
    let mut stage = Stage::with(&config);
    let mut both = routing(&[&old, &others], &[&new, &next], "50%");
    let check = ReadyCheck { path: "/health".to_owned(), interval: Duration::from_secs(1), names_version: true };
    both.stable.check = Some(check);
    stage.edge.apply(&both).unwrap();
    let seen = stage.until("one of the others is out", |seen| !seen.ejected.is_empty());
    assert!(seen.ejected == id("new") || seen.ejected == id("next"), "{seen:?}");
    std::thread::sleep(std::time::Duration::from_millis(200));
    assert_eq!(stage.seen().ejected.len(), 1, "the older release is asked at its own place");
}
