//! Several environments and services in one state folder: each environment has an edge of its own, and services of one share it.

use std::net::SocketAddr;

use callsheet_e2e::{Desk, Program, get};
use serde_json::Value;

fn desk() -> Desk {
    let desk = Desk::empty();
    let shop = env!("CARGO_BIN_EXE_shop");
    let service = |name: &str, path: &str| {
        format!(
            "[services.{name}]\ncommand = [\"{shop}\", \"{{release}}\", \"{{port}}\"]\ngrace = \"2s\"\nready = {{ interval = \"50ms\" }}\n\
             [services.{name}.edge]\nlisten = \"127.0.0.1:0\"\nsticky = \"none\"\npath = \"{path}\"\n\
             [services.{name}.release]\nstrategy = \"recreate\"\nkeep_old = \"0s\"\n"
        )
    };
    let staging = "[environments.production]\n[environments.staging.services.shop]\ninstances = 2\n";
    desk.write("callsheet.toml", &format!("{}{}{staging}", service("shop", "/"), service("api", "/api")));
    for version in ["1", "2", "7"] {
        desk.write(&format!("shop-{version}"), &format!("version={version}\n"));
    }
    desk
}

fn deploy(desk: &Desk, service: &str, environment: &str, version: &str) -> Program {
    let artifact = format!("shop-{version}");
    desk.start(&["deploy", service, "--version", version, "--artifact", &artifact, "--env", environment, "--yes"])
}

fn address(desk: &Desk, environment: &str) -> SocketAddr {
    let ending = desk.callsheet(&["edge", "status", "--env", environment, "--format", "json"]).expect(0);
    let json: Value = serde_json::from_str(&ending.stdout).expect("it is JSON");
    json["listeners"][0]["address"].as_str().expect("it listens").parse().expect("an address")
}

#[track_caller]
fn serves(desk: &Desk, environment: &str, path: &str, version: &str) {
    let answer = get(address(desk, environment), path);
    assert!(answer.contains(&format!("\"version\":\"{version}\"")), "{environment}{path}: {answer}");
}

#[test]
fn staging_and_production_live_in_one_folder_and_so_do_two_services() {
    let desk = desk();
    // At once: each has a change lock, an edge and a conductor of its own.
    let both = [deploy(&desk, "shop", "staging", "1"), deploy(&desk, "shop", "production", "1")];
    for one in both {
        one.wait().expect(0);
    }
    assert_ne!(address(&desk, "staging"), address(&desk, "production"));

    deploy(&desk, "shop", "staging", "2").wait().expect(0);
    serves(&desk, "staging", "/", "2");
    serves(&desk, "production", "/", "1");

    deploy(&desk, "api", "production", "7").wait().expect(0);
    serves(&desk, "production", "/api/things", "7");
    serves(&desk, "production", "/", "1");

    let ending = desk.callsheet(&["status", "--format", "json"]).expect(0);
    let json: Value = serde_json::from_str(&ending.stdout).expect("it is JSON");
    let seen: Vec<String> = json["services"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| {
            format!("{} {} {}", one["service"], one["environment"], one["traffic"]["routing"]["stable"]["version"])
        })
        .map(|line| line.replace('"', ""))
        .collect();
    assert_eq!(seen, ["api production 7", "shop production 1", "shop staging 2"], "{json:#}");

    // What happens to staging's edge is nothing to production's users.
    desk.callsheet(&["edge", "stop", "--env", "staging"]).expect(0);
    serves(&desk, "production", "/", "1");
    let ending = desk.callsheet(&["edge", "status"]).expect(2);
    assert!(ending.stderr.contains("`--env` with one of production, staging"), "{ending}");
}
