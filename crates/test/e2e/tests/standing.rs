//! What runs between releases: scaled, restarted, and brought up again after everything was killed at once.

use std::net::SocketAddr;
use std::time::Duration;

use callsheet_e2e::{Crowd, Desk, Program, Tally, get};
use serde_json::Value;

fn desk(more: &str) -> Desk {
    let desk = Desk::empty();
    desk.write(
        "callsheet.toml",
        &format!(
            "[services.shop]\ncommand = [\"{}\", \"{{release}}\", \"{{port}}\"]\ngrace = \"2s\"\nready = {{ interval = \"50ms\" }}\n{more}\n\
             [services.shop.edge]\nlisten = \"127.0.0.1:0\"\nsticky = \"none\"\n[services.shop.release]\nkeep_old = \"0s\"\n",
            env!("CARGO_BIN_EXE_shop")
        ),
    );
    desk.write("shop-1", "version=1\n");
    desk
}

fn deployed(more: &str) -> Desk {
    let desk = desk(more);
    release(&desk);
    desk
}

fn release(desk: &Desk) {
    desk.callsheet(&["deploy", "shop", "--version", "1", "--artifact", "shop-1", "--yes"]).expect(0);
}

fn status(desk: &Desk) -> Value {
    let ending = desk.callsheet(&["status", "shop", "--format", "json"]).expect(0);
    let mut json: Value = serde_json::from_str(&ending.stdout).expect("it is JSON");
    json["services"][0].take()
}

fn pids(desk: &Desk) -> Vec<u64> {
    let status = status(desk);
    let instances = status["instances"].as_array().expect("a list");
    let ready = instances.iter().filter(|one| one["state"] == "ready");
    ready.map(|one| one["pid"].as_u64().expect("it runs")).collect()
}

fn address(desk: &Desk) -> SocketAddr {
    let ending = desk.callsheet(&["edge", "status", "--format", "json"]).expect(0);
    let json: Value = serde_json::from_str(&ending.stdout).expect("it is JSON");
    json["listeners"][0]["address"].as_str().expect("it listens").parse().expect("an address")
}

fn users(desk: &Desk) -> Crowd {
    Crowd::gather(address(desk), 4, Duration::from_millis(10))
}

#[track_caller]
fn nobody_noticed(tally: &Tally) {
    assert!(tally.broken.is_empty(), "{:?}", tally.broken);
    assert!(tally.answers.keys().all(|(status, _)| *status == 200), "{tally:?}");
    assert!(tally.count(200, "1") > 20, "{tally:?}");
}

#[test]
fn a_service_is_scaled_up_and_down_and_the_number_stays() {
    let desk = deployed("instances = 2\ncapacity = 60");
    // Two hundred requests a second at most, and more than sixty also on a busy machine.
    let crowd = Crowd::gather(address(&desk), 20, Duration::from_millis(100));
    desk.callsheet(&["scale", "shop", "5", "--why", "the big sale"]).expect(0);
    assert_eq!((pids(&desk).len(), &status(&desk)["scaled"]["instances"]), (5, &Value::from(5)));
    let record = desk.callsheet(&["show", "last"]).expect(0);
    assert!(record.stdout.contains("callsheet#scale") && record.stdout.contains("the big sale"), "{record}");
    let told = desk.callsheet(&["logs", "last"]).expect(0);
    assert!(told.text().contains("shop in dev: 2 to 5"), "{told}");

    // A few seconds of traffic are on the edge's record by now.
    std::thread::sleep(Duration::from_millis(4000));
    let refused = desk.callsheet(&["scale", "shop", "1"]).expect(5);
    assert!(refused.stderr.contains("1 carry 60 requests a second"), "{refused}");
    let would = desk.callsheet(&["scale", "shop", "4", "--dry-run", "--format", "json"]).expect(0);
    assert!(
        would.stdout.contains("\"schema\": \"callsheet.scale/1\"") && would.stdout.contains("\"from\": 5"),
        "{would}"
    );
    assert_eq!(pids(&desk).len(), 5);

    desk.callsheet(&["scale", "shop", "1", "--regardless"]).expect(0);
    assert_eq!(pids(&desk).len(), 1);
    nobody_noticed(&crowd.leave());
    desk.callsheet(&["scale", "shop", "--as-configured"]).expect(0);
    assert_eq!((pids(&desk).len(), &status(&desk)["scaled"]), (2, &Value::Null));
}

#[test]
fn a_service_rests_and_is_woken_again() {
    let desk = deployed("instances = 2");
    let address = address(&desk);
    // Nobody has asked for anything yet, so nobody misses it.
    desk.callsheet(&["scale", "shop", "0", "--why", "the season is over"]).expect(0);
    assert!(pids(&desk).is_empty());
    assert!(get(address, "/").starts_with("HTTP/1.1 503"), "{}", get(address, "/"));
    let told = desk.callsheet(&["status", "shop"]).expect(0);
    assert!(told.stdout.contains("scaled to 0"), "{told}");
    assert!(told.stdout.contains("traffic: none can be taken, no instance is there"), "{told}");
    let refused = desk.callsheet(&["deploy", "shop", "--version", "1", "--yes"]).expect(1);
    assert!(refused.text().contains("shop rests in dev"), "{refused}");
    desk.callsheet(&["scale", "shop", "--as-configured"]).expect(0);
    assert_eq!(pids(&desk).len(), 2);
    assert!(get(address, "/").starts_with("HTTP/1.1 200"));
}

#[test]
fn instances_are_restarted_one_after_the_other_and_nobody_notices() {
    let desk = deployed("instances = 2\ndependencies = [\"test ! -e database-is-down\"]");
    let crowd = users(&desk);
    let before = pids(&desk);
    desk.callsheet(&["restart", "--service", "shop", "--why", "new settings"]).expect(0);
    let after = pids(&desk);
    assert!(after.len() == 2 && after.iter().all(|pid| !before.contains(pid)), "{before:?} {after:?}");
    let record = desk.callsheet(&["show", "last"]).expect(0);
    assert!(record.stdout.contains("new settings"), "{record}");

    desk.write("database-is-down", "");
    let refused = desk.callsheet(&["restart", "--service", "shop"]).expect(1);
    assert!(refused.text().contains("a dependency is not healthy"), "{refused}");
    assert_eq!(pids(&desk), after);

    desk.callsheet(&["scale", "shop", "1"]).expect(0);
    let alone = desk.callsheet(&["restart", "--service", "shop", "--regardless"]).expect(5);
    assert!(alone.stderr.contains("no other instance of shop in dev could serve meanwhile"), "{alone}");
    let only = pids(&desk);
    desk.callsheet(&["restart", "--service", "shop", "--regardless", "--alone"]).expect(0);
    assert_ne!(pids(&desk), only);
    nobody_noticed(&crowd.leave());
}

#[test]
fn while_a_release_is_under_way_neither_is_done() {
    let desk = deployed("instances = 1");
    desk.write("shop-2", "version=2\n");
    let deploy = desk.start(&["deploy", "shop", "--version", "2", "--artifact", "shop-2", "--yes"]);
    desk.until("it is under way", |desk| !status(desk)["rollout"].is_null());
    for command in [&["scale", "shop", "3"][..], &["restart", "--service", "shop"]] {
        let refused = desk.callsheet(command).expect(7);
        assert!(refused.stderr.contains("shop 1 → 2 is under way"), "{refused}");
    }
    deploy.kill();
    // Nobody looks after it now. What a run's step calls does not lay hands on it, either: it is halfway.
    let desk = desk.with_variable("CALLSHEET_RUN", "another");
    let refused = desk.callsheet(&["restart", "--service", "shop", "--alone"]).expect(7);
    assert!(refused.stderr.contains("brings a release of shop out in dev, and nobody looks after it now"), "{refused}");
}

#[test]
fn after_a_reboot_a_server_brings_up_what_should_run() {
    let desk = desk("instances = 2\nsecrets = [\"SHOP_TOKEN\"]").with_variable("SHOP_TOKEN", "whispered");
    release(&desk);
    let before = pids(&desk);
    desk.cut_power();
    let server = desk.start(&["serve"]);
    desk.until("both instances serve again", |desk| pids(desk).len() == 2);
    assert!(pids(&desk).iter().all(|pid| !before.contains(pid)));
    desk.until("users are served", |desk| get(address(desk), "/things").contains("\"version\":\"1\""));

    // One that is gone for good gets a successor.
    let status = status(&desk);
    let one = status["instances"][0]["id"].as_str().expect("a name").to_owned();
    kill_with_supervisor(&desk, &one);
    desk.until("another takes its place", |desk| pids(desk).len() == 2);
    server.kill();
}

#[test]
fn without_its_secrets_it_says_what_is_missing_and_starts_nothing() {
    let desk = desk("instances = 1\nsecrets = [\"SHOP_TOKEN\"]").with_variable("SHOP_TOKEN", "whispered");
    release(&desk);
    desk.cut_power();
    let desk = desk.with_variable("SHOP_TOKEN", "");
    let server: Program = desk.start(&["serve"]);
    let said = "its secrets SHOP_TOKEN are not known here";
    desk.until("it is said", |desk| printed(desk).contains(said));
    assert_eq!(pids(&desk).len(), 0);
    server.kill();
}

/// What all programs of the desk wrote to their standard error.
fn printed(desk: &Desk) -> String {
    let files = std::fs::read_dir(desk.path()).expect("the desk can be read").flatten();
    let texts = files.filter(|file| file.file_name().to_string_lossy().ends_with(".err"));
    texts.filter_map(|file| std::fs::read_to_string(file.path()).ok()).collect()
}

/// Its process and its supervisor, as one kill of a control group would.
fn kill_with_supervisor(desk: &Desk, id: &str) {
    let path = desk.state().join("instances/instances").join(id).join("status.json");
    let text = std::fs::read_to_string(path).expect("it has a status");
    let status: Value = serde_json::from_str(&text).expect("it is JSON");
    for process in ["supervisor", "main"] {
        let pid = status[process]["pid"].as_i64().expect("a process");
        let pid = rustix::process::Pid::from_raw(pid as i32).expect("a process id");
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).expect("it is killed");
    }
}
