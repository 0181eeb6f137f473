//! A service in containers, released for real: images without anything but the service, on an Engine of the test's own.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use callsheet_contract::docker::{self, Engine};
use callsheet_contract::service;
use callsheet_e2e::{Crowd, Desk, Ending, get};
use serde_json::Value;

fn desk(socket: &Path) -> Desk {
    let desk = Desk::empty().with_variable("SHOP_TOKEN", "whispered-to-the-container");
    desk.write(
        "callsheet.toml",
        &format!(
            "[services.shop]\ndriver = \"docker\"\nimage = \"shop:{{version}}\"\ninstances = 2\ngrace = \"2s\"\nsecrets = [\"SHOP_TOKEN\"]\n\
             docker = {{ socket = \"{}\" }}\n[services.shop.edge]\nlisten = \"127.0.0.1:0\"\nsticky = \"none\"\n[services.shop.release]\n\
             steps = [\"50%\"]\nhold = \"2s\"\nready_within = \"20s\"\nkeep_old = \"0s\"\njudging = {{ must_see = \"90%\" }}\n",
            socket.display()
        ),
    );
    desk
}

fn deploy(desk: &Desk, more: &[&str]) -> Ending {
    desk.callsheet(&[&["deploy", "shop", "--yes"], more].concat())
}

fn address(desk: &Desk) -> SocketAddr {
    let ending = desk.callsheet(&["edge", "status", "--format", "json"]).expect(0);
    let json: Value = serde_json::from_str(&ending.stdout).expect("it is JSON");
    json["listeners"][0]["address"].as_str().expect("it listens").parse().expect("an address")
}

#[track_caller]
fn runs(desk: &Desk, version: &str) {
    let ending = desk.callsheet(&["instances", "--format", "json"]).expect(0);
    let json: Value = serde_json::from_str(&ending.stdout).expect("it is JSON");
    let ready: Vec<&Value> = json["instances"].as_array().expect("a list").iter().map(|one| &one["version"]).collect();
    assert_eq!(ready, [version, version], "{json:#}");
    assert!(get(address(desk), "/health").contains(&format!("\"version\":\"{version}\"")));
}

#[test]
fn containers_are_released_turned_back_and_brought_back() {
    let service = service::program();
    let engine = match Engine::start(&service) {
        Ok(engine) => engine,
        Err(reason) => return docker::skip("releases in containers", &reason),
    };
    // The last one names another version than it is released as.
    for (tag, version) in [("1.0", "1.0"), ("1.1", "1.1"), ("1.2", "9.9")] {
        let command = format!("CMD [\"/service\",\"--port=8080\",\"--host=0.0.0.0\",\"--version={version}\"]");
        engine.import(&service, "shop", tag, &command);
    }
    let desk = desk(&engine.socket());
    deploy(&desk, &["--version", "1.0"]).expect(0);
    runs(&desk, "1.0");

    let crowd = Crowd::gather(address(&desk), 4, Duration::from_millis(10));
    deploy(&desk, &["--version", "1.1"]).expect(0);
    runs(&desk, "1.1");
    let turned_back = deploy(&desk, &["--version", "1.2"]).expect(4);
    assert!(turned_back.text().contains("it answers as version 9.9, not 1.2"), "{turned_back}");
    runs(&desk, "1.1");
    desk.callsheet(&["rollback", "shop", "--yes"]).expect(0);
    runs(&desk, "1.0");
    let tally = crowd.leave();
    assert!(tally.broken.is_empty(), "{:?}", tally.broken);
    assert!(tally.answers.keys().all(|(status, _)| *status == 404), "the service has no such page: {tally:?}");
    assert!(tally.answers.values().sum::<u64>() > 100, "{tally:?}");

    // Beside them: a command in a container, a log, a secret that is in memory alone.
    let asked = get(address(&desk), "/file-of/SHOP_TOKEN");
    assert!(asked.ends_with("whispered-to-the-container"), "{asked}");
    desk.callsheet(&["exec", "--service", "shop", "--", "/service", "--exit-after=0", "--exit-code=0"]).expect(0);
    let releases = desk.callsheet(&["releases"]).expect(0);
    assert!(releases.stdout.contains("shop  1.1") && !releases.text().contains("whispered"), "{releases}");

    what_is_missing_is_said(&desk);
}

fn what_is_missing_is_said(desk: &Desk) {
    let missing = deploy(desk, &["--version", "7.0"]).expect(1);
    assert!(missing.text().contains("the image `shop:7.0` is not on this machine and cannot be pulled"), "{missing}");
    assert!(missing.text().contains("see `image` at callsheet.toml:2"), "{missing}");
    let moved = deploy(desk, &["--version", "1.0", "--image", "shop:1.1"]).expect(1);
    assert!(moved.text().contains("version 1.0 of shop is registered with other contents"), "{moved}");
    let wrong = deploy(desk, &["--version", "1.0", "--artifact", "callsheet.toml"]);
    assert!(wrong.text().contains("runs in containers: its release is an image"), "{wrong}");
}

#[test]
fn without_an_engine_it_is_said_what_is_asked_for_where_and_what_to_do() {
    let desk = desk(Path::new("/nonexistent/docker.sock"));
    let refused = deploy(&desk, &["--version", "1.0"]);
    assert!(refused.stderr.contains("`shop` runs in containers (callsheet.toml:2)"), "{refused}");
    assert!(refused.stderr.contains("there is no Docker Engine at `/nonexistent/docker.sock`"), "{refused}");
    assert!(refused.stderr.contains("hint: install one and start it"), "{refused}");
}
