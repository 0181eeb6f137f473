//! A soak in staging and then production, in one run: production begins when staging has done well all the time, and not before.

use std::net::SocketAddr;

use callsheet_e2e::{Crowd, Desk, Program, get};
use serde_json::Value;

const RUNBOOK: &str = r#"---
service: shop
---

# Shop

## Deploy

1. Staging first, for a while.

   ```bash {name=staging soak=SOAK later="LATER #verify"}
   callsheet deploy --version <version> --artifact shop-<version> --env staging
   ```

2. Then everybody.

   ```bash {name=production later=none}
   callsheet deploy --version <version> --env production
   ```

## Verify

```bash {name=calm idempotent=true}
test ! -e alarm
```
"#;

/// Version 1 runs in both environments.
fn desk(soak: &str, later: &str) -> Desk {
    let desk = Desk::empty();
    let shop = env!("CARGO_BIN_EXE_shop");
    desk.write(
        "callsheet.toml",
        &format!(
            "[services.shop]\nrunbooks = [\"ops.md\"]\ncommand = [\"{shop}\", \"{{release}}\", \"{{port}}\"]\ngrace = \"2s\"\nready = {{ interval = \"50ms\" }}\n\
             [services.shop.edge]\nlisten = \"127.0.0.1:0\"\nsticky = \"none\"\n\
             [services.shop.release]\nsteps = []\nhold = \"0s\"\nkeep_old = \"500ms\"\n[environments.staging]\n[environments.production]\n"
        ),
    );
    desk.write("ops.md", &RUNBOOK.replace("SOAK", soak).replace("LATER", later));
    for version in ["1", "2"] {
        desk.write(&format!("shop-{version}"), &format!("version={version}\n"));
    }
    for environment in ["staging", "production"] {
        let deploy = ["deploy", "shop", "--version", "1", "--artifact", "shop-1", "--env", environment, "--yes"];
        desk.callsheet(&deploy).expect(0);
    }
    desk
}

fn run(desk: &Desk) -> Program {
    desk.start(&["run", "ops.md#deploy", "--env", "production", "--param", "version=2", "--yes"])
}

fn address(desk: &Desk, environment: &str) -> SocketAddr {
    let ending = desk.callsheet(&["edge", "status", "--env", environment, "--format", "json"]).expect(0);
    let json: Value = serde_json::from_str(&ending.stdout).expect("it is JSON");
    json["listeners"][0]["address"].as_str().expect("it listens").parse().expect("an address")
}

#[track_caller]
fn serves(desk: &Desk, environment: &str, version: &str) {
    let answer = get(address(desk, environment), "/");
    assert!(answer.contains(&format!("\"version\":\"{version}\"")), "{environment}: {answer}");
}

fn soaks(desk: &Desk) -> bool {
    let ending = desk.callsheet(&["status", "--format", "json"]).expect(0);
    ending.stdout.contains("soaking until")
}

/// Users of production, whom the staging's soak is nothing to.
fn users(desk: &Desk) -> Crowd {
    Crowd::gather(address(desk, "production"), 3, std::time::Duration::from_millis(10))
}

#[track_caller]
fn were_served(crowd: Crowd) {
    let tally = crowd.leave();
    assert!(tally.broken.is_empty() && tally.answers.keys().all(|(status, _)| *status == 200), "{tally:?}");
}

#[test]
fn a_crash_in_the_soak_forgets_nothing_and_production_follows() {
    let desk = desk("15s", "T+1s");
    let crowd = users(&desk);
    let running = run(&desk);
    desk.until("the soak to begin", soaks);
    running.kill();
    serves(&desk, "staging", "2");
    serves(&desk, "production", "1");
    desk.callsheet(&["resume", "last"]).expect(0);
    serves(&desk, "production", "2");
    were_served(crowd);
    let record = desk.callsheet(&["show", "last"]).expect(0).stdout;
    assert!(record.contains("the verification T+1s `#verify` passed"), "{record}");
    assert!(record.contains("2 has soaked for 15s"), "{record}");
}

#[test]
fn a_breach_at_the_end_of_the_soak_turns_staging_back_and_production_is_never_begun() {
    let desk = desk("15s", "T+14s");
    let crowd = users(&desk);
    let running = run(&desk);
    desk.until("the soak to begin", soaks);
    desk.write("alarm", "");
    let ending = running.wait().expect(4);
    assert!(ending.text().contains("the verification T+14s `#verify` failed"), "{ending}");
    serves(&desk, "staging", "1");
    serves(&desk, "production", "1");
    were_served(crowd);
    let json = desk.record(&desk.runs()[0]);
    let steps = json["steps"].as_array().expect("a list");
    let production = steps.iter().find(|step| step["id"] == "production");
    assert!(production.is_none_or(|step| step["state"] == "pending" || step["attempts"] == 0), "{json:#}");
}
