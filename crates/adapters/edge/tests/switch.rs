//! Releases change under load, and nobody notices.

mod support;

use std::io::Read as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use callsheet_rollout::TrafficControl as _;
use support::{Client, Instance, Stage};

/// Clients that keep their connections, at a steady pace whatever comes back; failures in words.
pub struct Load {
    ended: Arc<AtomicBool>,
    answered: Arc<AtomicU64>,
    clients: Vec<std::thread::JoinHandle<Vec<String>>>,
}

impl Load {
    fn start(address: std::net::SocketAddr, clients: usize, between: Duration) -> Load {
        let (ended, answered) = (Arc::<AtomicBool>::default(), Arc::<AtomicU64>::default());
        let one = |index: usize| {
            let (ended, answered) = (ended.clone(), answered.clone());
            std::thread::spawn(move || strict(address, index, between, &ended, &answered))
        };
        let clients = (0..clients).map(one).collect();
        Load { ended, answered, clients }
    }

    /// Answers, and failures.
    fn end(self) -> (u64, Vec<String>) {
        self.ended.store(true, Ordering::SeqCst);
        let failures = self.clients.into_iter().flat_map(|client| client.join().unwrap()).collect();
        (self.answered.load(Ordering::SeqCst), failures)
    }
}

/// A connection that ends without having said so, is a failure, as is every status but 200.
fn strict(
    address: std::net::SocketAddr,
    index: usize,
    between: Duration,
    ended: &AtomicBool,
    answered: &AtomicU64,
) -> Vec<String> {
    let mut failures = Vec::new();
    let mut client = Client::connect(address);
    let mut due = Instant::now();
    while !ended.load(Ordering::SeqCst) {
        due += between;
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        let asked = if index.is_multiple_of(2) { client.try_get("/") } else { client.post("/upload", b"body") };
        match asked {
            Ok(reply) if reply.status == 200 => {
                answered.fetch_add(1, Ordering::SeqCst);
                if !reply.keeps() {
                    client = Client::connect(address);
                }
            }
            Ok(reply) => failures.push(format!("client {index}: status {}", reply.status)),
            Err(error) => {
                failures.push(format!("client {index}: {error}"));
                client = Client::connect(address);
            }
        }
    }
    failures
}

#[test]
fn twenty_switches_lose_nothing() {
    let mut stage = Stage::new();
    let mut serving = Instance::start("release-0", "0");
    stage.route(&[&serving]);
    let load = Load::start(stage.address, 16, Duration::from_millis(8));
    for number in 1..=20 {
        let next = Instance::start(&format!("release-{number}"), &number.to_string());
        stage.canary(&[&serving], &[&next], "50%");
        std::thread::sleep(Duration::from_millis(30));
        stage.route(&[&next]);
        let gone = serving.name.clone();
        stage.until("the old one is idle", |seen| seen.in_flight.get(&gone).is_none_or(|&count| count == 0));
        let before = serving.served();
        std::thread::sleep(Duration::from_millis(20));
        assert_eq!(serving.served(), before, "once it is idle, nothing more comes");
        serving.kill();
        serving = next;
    }
    let (answered, failures) = load.end();
    assert_eq!(failures, Vec::<String>::new(), "{}", stage.log());
    assert!(answered > 100, "{answered}");
    let counted = |seen: &callsheet_rollout::TrafficSeen| {
        seen.slices.iter().map(|slice| u64::from(slice.stable.requests + slice.canary.requests)).sum::<u64>()
    };
    let seen = stage.until("the last second is closed", |seen| counted(seen) > 0);
    assert_eq!(seen.slices.iter().map(|slice| slice.stable.errors + slice.canary.errors).sum::<u32>(), 0);
}

#[test]
fn a_websocket_lives_on_with_the_release_that_it_was_opened_with() {
    let (old, new) = (Instance::start("old", "1"), Instance::start("new", "2"));
    let mut stage = Stage::new();
    stage.route(&[&old]);
    let mut client = stage.client();
    client.send("GET /socket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n").unwrap();
    assert_eq!(client.head().unwrap().status, 101);
    stage.route(&[&new]);
    assert_eq!(stage.client().get("/").text(), "new");
    client.send("still here").unwrap();
    let mut bytes = [0; 10];
    client.stream.read_exact(&mut bytes).unwrap();
    assert_eq!(&bytes, b"still here");
    assert_eq!(stage.seen().in_flight.get("old"), Some(&1), "whoever ends the old release can wait for it");
    drop(client);
    stage.until("it has ended", |seen| !seen.in_flight.contains_key("old"));
}

#[test]
fn a_change_of_weight_is_in_force_when_it_is_answered() {
    let (old, new) = (Instance::start("old", "1"), Instance::start("new", "2"));
    let mut stage = Stage::new();
    let mut client = stage.client();
    for round in 0..100 {
        let weight = if round % 2 == 0 { "100%" } else { "0%" };
        stage.edge.apply(&support::routing(&[&old], &[&new], weight)).unwrap();
        assert_eq!(client.get("/").text(), if round % 2 == 0 { "new" } else { "old" });
    }
}
