//! The edge itself is replaced, stopped and killed.

mod support;

use std::io::Read as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use callsheet_edge::{socket, start_as_before, upgrade};
use callsheet_rollout::TrafficControl as _;
use rustix::process::{Pid, Signal, kill_process};
use support::{Client, Instance, Stage, config, millis, program, routing};

#[test]
fn a_new_process_takes_over_and_nothing_is_lost() {
    let instance = Instance::start("one", "1");
    let mut config = config();
    config.drain_window = millis(15_000);
    let mut stage = Stage::with(&config);
    stage.route(&[&instance]);
    let ended = Arc::<AtomicBool>::default();
    let address = stage.address;
    let clients: Vec<_> = (0..8_u64)
        .map(|index| {
            let ended = ended.clone();
            std::thread::spawn(move || {
                let (mut client, mut answered, mut fresh) = (Client::connect(address), 0, 0);
                // Each goes on until it was told to come again and did.
                while !ended.load(Ordering::SeqCst) || fresh == 0 || answered <= 50 {
                    let reply = client.try_get("/").unwrap_or_else(|error| panic!("client {index}: {error}"));
                    assert_eq!(reply.status, 200);
                    answered += 1;
                    if !reply.keeps() || index % 4 == 3 {
                        client = Client::connect(address);
                        fresh += 1;
                    }
                    std::thread::sleep(Duration::from_millis(2));
                }
                (answered, fresh)
            })
        })
        .collect();
    let mut tunnel = stage.client();
    tunnel.send("GET /socket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n").unwrap();
    assert_eq!(tunnel.head().unwrap().status, 101);
    let mut idle = stage.client();
    assert_eq!(idle.get("/").status, 200);
    let before = stage.started.status.pid;
    let status = upgrade(stage.folder.path(), program()).unwrap_or_else(|error| panic!("{error}\n{}", stage.log()));
    assert_ne!(status.pid, before);
    assert_eq!(status.predecessor, Some(before));
    assert_eq!(status.listeners[0].address, address, "never bound again");
    // The tunnel lives on in the old process, and is seen by the new one.
    tunnel.send("word").unwrap();
    let mut bytes = [0; 4];
    tunnel.stream.read_exact(&mut bytes).unwrap();
    assert!(stage.seen().in_flight.get("one").is_some_and(|&count| count >= 1));
    // An idle connection is served once more, and told to come again.
    let last = idle.get("/");
    assert_eq!((last.status, last.keeps()), (200, false));
    // The old process follows every change.
    let other = Instance::start("other", "2");
    stage.route(&[&other]);
    stage.until("the tunnel is all that is left of the old release", |seen| seen.in_flight.get("one") == Some(&1));
    ended.store(true, Ordering::SeqCst);
    let totals: Vec<(u32, u32)> = clients.into_iter().map(|client| client.join().unwrap()).collect();
    assert!(totals.iter().all(|&(answered, fresh)| answered > 50 && fresh >= 1), "{totals:?}");
    // The window ends, and with it the tunnel and the process.
    support::eventually("the old process has ended", || {
        stage.edge.status().ok().filter(|status| status.predecessor.is_none())
    });
    assert!(tunnel.is_closed_within(Duration::from_secs(20)));
}

#[test]
fn one_upgrade_right_after_another_cuts_and_forgets_nothing() {
    let (instance, other) = (Instance::start("one", "1"), Instance::start("other", "2"));
    let mut config = config();
    config.drain_window = millis(20_000);
    let mut stage = Stage::with(&config);
    stage.route(&[&instance]);
    let mut tunnel = stage.client();
    tunnel.send("GET /socket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n").unwrap();
    assert_eq!(tunnel.head().unwrap().status, 101);
    let mut idle = stage.client();
    assert_eq!(idle.get("/").status, 200);
    // The one between has no connection of its own, and stays for the tunnel's sake.
    let between = upgrade(stage.folder.path(), program()).unwrap_or_else(|error| panic!("{error}\n{}", stage.log()));
    let status = upgrade(stage.folder.path(), program()).unwrap_or_else(|error| panic!("{error}\n{}", stage.log()));
    assert_eq!(status.predecessor, Some(between.pid));
    stage.route(&[&other]);
    for _ in 0..30 {
        assert_eq!(stage.seen().in_flight.get("one"), Some(&1), "the tunnel is not seen any more");
        std::thread::sleep(Duration::from_millis(50));
    }
    tunnel.send("word").unwrap();
    let mut bytes = [0; 4];
    tunnel.stream.read_exact(&mut bytes).unwrap();
    let last = idle.get("/");
    assert_eq!((last.text().as_str(), last.keeps()), ("other", false), "the first process does not follow the routing");
    drop(tunnel);
    support::eventually("both processes before have ended", || {
        stage.edge.status().ok().filter(|status| status.predecessor.is_none())
    });
}

#[test]
fn a_successor_that_does_not_come_up_changes_nothing() {
    let instance = Instance::start("one", "1");
    let mut stage = Stage::new();
    stage.route(&[&instance]);
    let mut client = stage.client();
    let error = upgrade(stage.folder.path(), std::path::Path::new("/bin/false")).unwrap_err().to_string();
    assert!(error.starts_with("the edge ended at once"), "{error}");
    // One that takes the sockets and then dies.
    let asker = std::os::unix::net::UnixStream::connect(socket(stage.folder.path())).unwrap();
    std::io::Write::write_all(&mut &asker, b"\"hand-over\"\n").unwrap();
    let mut answer = [0; 16];
    (&asker).read_exact(&mut answer).unwrap();
    drop(asker);
    assert_eq!(client.get("/").status, 200);
    assert_eq!(stage.client().get("/").status, 200);
    let status = support::eventually("it can be told things again", || stage.edge.status().ok());
    assert_eq!(status.pid, stage.started.status.pid);
    stage.route(&[&instance]);
}

#[test]
fn a_successor_that_dies_while_the_old_one_still_ends_is_replaced_at_once() {
    let instance = Instance::start("one", "1");
    let mut config = config();
    config.drain_window = millis(20_000);
    let mut stage = Stage::with(&config);
    stage.route(&[&instance]);
    let mut tunnel = stage.client();
    tunnel.send("GET /socket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n").unwrap();
    assert_eq!(tunnel.head().unwrap().status, 101);
    let successor = upgrade(stage.folder.path(), program()).unwrap_or_else(|error| panic!("{error}\n{}", stage.log()));
    let pid = Pid::from_raw(successor.pid as i32).unwrap();
    kill_process(pid, Signal::KILL).unwrap();

    // The old one keeps its tunnel, and keeps nobody from coming after the dead one.
    let asked = std::time::Instant::now();
    let third = support::eventually("another edge serves", || start_as_before(stage.folder.path(), program()).ok());
    assert!(third.anew && asked.elapsed() < Duration::from_secs(20), "{third:?} after {:?}", asked.elapsed());
    stage.address = third.status.listeners[0].address;
    assert_eq!(stage.client().get("/").status, 200);
    tunnel.send("word").unwrap();
    let mut bytes = [0; 4];
    tunnel.stream.read_exact(&mut bytes).unwrap();
    assert_eq!(&bytes, b"word");
}

#[test]
fn whoever_waits_in_an_edge_that_nobody_tells_anything_any_more_waits_no_longer() {
    let instance = Instance::start("one", "1");
    let mut config = config();
    config.drain_window = millis(20_000);
    let mut stage = Stage::with(&config);
    let mut held = routing(&[&instance], &[], "0%");
    held.held = true;
    stage.edge.apply(&held).unwrap();
    let mut waiting = stage.client();
    waiting.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    let successor = upgrade(stage.folder.path(), program()).unwrap_or_else(|error| panic!("{error}\n{}", stage.log()));
    kill_process(Pid::from_raw(successor.pid as i32).unwrap(), Signal::KILL).unwrap();
    let killed = std::time::Instant::now();
    assert_eq!(waiting.head().unwrap().status, 200, "what it was told last still serves");
    assert!(killed.elapsed() < Duration::from_secs(20), "{:?}", killed.elapsed());
}

#[test]
fn one_that_was_killed_serves_what_it_was_told_last() {
    let (old, new) = (Instance::start("old", "1"), Instance::start("new", "2"));
    let mut stage = Stage::new();
    let mut leased = routing(&[&old], &[&new], "100%");
    leased.lease = Some(millis(10_000));
    stage.edge.apply(&leased).unwrap();
    assert_eq!(stage.client().get("/").text(), "new");
    let kill = |stage: &Stage, pid: u32| {
        kill_process(Pid::from_raw(pid as i32).unwrap(), Signal::KILL).unwrap();
        support::eventually("it is dead", || Client::try_connect(stage.address).is_err().then_some(()));
        start_as_before(stage.folder.path(), program()).unwrap_or_else(|error| panic!("{error}\n{}", stage.log()))
    };
    let again = kill(&stage, stage.started.status.pid);
    assert!(again.anew);
    let address = again.status.listeners[0].address;
    stage.address = address;
    assert_eq!(stage.client().get("/").text(), "new", "the lease holds still");
    // With a lease that ran out meanwhile, only the stable release is trusted.
    std::thread::sleep(Duration::from_millis(10_100));
    let again = kill(&stage, again.status.pid);
    stage.address = again.status.listeners[0].address;
    assert_eq!(stage.client().get("/").text(), "old");
    assert!(stage.seen().lease_expired);
    stage.edge.apply(&leased).unwrap();
    assert_eq!(stage.client().get("/").text(), "new");
}

#[test]
fn starting_twice_is_starting_once() {
    let stage = Stage::new();
    let again = callsheet_edge::start(stage.folder.path(), program(), &config()).unwrap();
    assert!(!again.anew);
    assert_eq!(again.status.pid, stage.started.status.pid);
    assert_eq!(again.status.listeners[0].address, stage.address);
    let mode = std::os::unix::fs::MetadataExt::mode(&std::fs::metadata(socket(stage.folder.path())).unwrap());
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn stopping_lets_requests_end() {
    let instance = Instance::start("one", "1");
    let mut stage = Stage::new();
    stage.route(&[&instance]);
    let address = stage.address;
    let slow = std::thread::spawn(move || Client::connect(address).get("/slow"));
    stage.until("it is under way", |seen| seen.in_flight.get("one") == Some(&1));
    let mut idle = stage.client();
    stage.edge.stop().unwrap();
    assert_eq!(slow.join().unwrap().status, 200);
    assert!(idle.is_closed_within(Duration::from_secs(20)));
    support::eventually("it has ended", || (!socket(stage.folder.path()).exists()).then_some(()));
    assert!(Client::try_connect(address).is_err());
}
