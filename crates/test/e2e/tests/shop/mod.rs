//! The shop: the sample service with its releases, its users, and what is to be seen of it.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use callsheet_e2e::{Crowd, Desk, Program};
use serde_json::Value;

pub fn desk(release: &str) -> Desk {
    let desk = Desk::empty();
    desk.write(
        "callsheet.toml",
        &format!(
            "[services.shop]\nrunbooks = [\"ops.md\"]\ncommand = [\"{}\", \"{{release}}\", \"{{port}}\"]\ninstances = 2\ngrace = \"2s\"\nready = {{ interval = \"50ms\" }}\n\
             [services.shop.edge]\nlisten = \"127.0.0.1:0\"\nsticky = \"none\"\n[services.shop.release]\n{release}\n",
            env!("CARGO_BIN_EXE_shop")
        ),
    );
    for (version, more) in [("1", ""), ("2", ""), ("3", "errors=4"), ("4", "")] {
        desk.write(&format!("shop-{version}"), &format!("version={version}\n{more}\n"));
    }
    desk
}

/// Steps short enough for a story; what must be noticed is coarse for the same reason.
pub const QUICK: &str = "steps = [\"50%\"]\nhold = \"2s\"\nkeep_old = \"1s\"\njudging = { must_see = \"90%\" }";
pub const KEPT: &str = "steps = [\"50%\"]\nhold = \"2s\"\nkeep_old = \"5m\"\njudging = { must_see = \"90%\" }";

pub fn deploy(desk: &Desk, version: &str) -> Program {
    let artifact = format!("shop-{version}");
    desk.start(&["deploy", "shop", "--version", version, "--artifact", &artifact, "--yes"])
}

pub fn status(desk: &Desk) -> Value {
    let ending = desk.callsheet(&["status", "shop", "--format", "json"]).expect(0);
    let mut json: Value = serde_json::from_str(&ending.stdout).expect("it is JSON");
    json["services"][0].take()
}

pub fn address(desk: &Desk) -> SocketAddr {
    let ending = desk.callsheet(&["edge", "status", "--format", "json"]).expect(0);
    let json: Value = serde_json::from_str(&ending.stdout).expect("it is JSON");
    json["listeners"][0]["address"].as_str().expect("it listens").parse().expect("an address")
}

pub fn users(desk: &Desk) -> Crowd {
    Crowd::gather(address(desk), 6, Duration::from_millis(10))
}

/// This version alone runs, in two ready instances, with all traffic.
#[track_caller]
pub fn runs(desk: &Desk, version: &str) {
    let status = status(desk);
    assert_eq!(status["running"], version, "{status:#}");
    let instances = status["instances"].as_array().expect("a list");
    let versions: Vec<&Value> = instances.iter().map(|one| &one["release"]["version"]).collect();
    assert_eq!(versions, [version, version], "{status:#}");
    let routing = &status["traffic"]["routing"];
    assert_eq!(
        (&routing["stable"]["version"], &routing["canary"]),
        (&Value::from(version), &Value::Null),
        "{routing:#}"
    );
}

pub fn until_it(desk: &Desk, stands: &str) {
    let began = Instant::now();
    loop {
        let status = status(desk);
        if status["rollout"]["stands"].as_str().is_some_and(|words| words.starts_with(stands)) {
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(40), "never {stands}: {status:#}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// No request broke, and every answer was good.
#[track_caller]
pub fn everybody_was_served(crowd: Crowd) {
    let tally = crowd.leave();
    assert!(tally.broken.is_empty(), "{:?}", tally.broken);
    assert!(tally.answers.keys().all(|(status, _)| *status == 200), "{tally:?}");
}
