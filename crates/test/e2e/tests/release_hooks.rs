//! What a release has run: the user's flows before the first user and again after the switch, later verifications, and kill -9 between.

mod shop;

use callsheet_e2e::Desk;
use shop::{QUICK, deploy, desk, everybody_was_served, runs, until_it, users};

/// Deploys version `VERSION`; its flows ask for the version by name.
fn runbook(attributes: &str) -> String {
    RUNBOOK.replace("ATTRIBUTES", attributes)
}

const RUNBOOK: &str = r#"---
service: shop
---

# Shop

## Deploy

```bash {name=ship ATTRIBUTES}
callsheet deploy --version <version> --artifact shop-<version>
```

## Smoke

```hurl {name=front}
GET {{base_url}}/

HTTP 200
[Captures]
served: jsonpath "$.version"
[Asserts]
body contains "version\":\"{{CALLSHEET_VERSION}}\""
```

```bash {name=note}
echo "$CALLSHEET_MOMENT served $served at $base_url" | tee -a moments
```

## Verify

```bash {name=calm idempotent=true}
test ! -e alarm
```
"#;

fn run(desk: &Desk, version: &str) -> callsheet_e2e::Program {
    let version = format!("version={version}");
    desk.start(&["run", "ops.md#deploy", "--param", &version, "--yes"])
}

fn moments(desk: &Desk) -> Vec<String> {
    let text = std::fs::read_to_string(desk.path().join("moments")).unwrap_or_default();
    text.lines().map(|line| line.split(" at http").next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn flows_are_tried_before_the_first_user_and_again_after_the_switch() {
    let desk = desk(QUICK);
    desk.write("ops.md", &runbook("smoke=#smoke later=\"T+1s #smoke\""));
    deploy(&desk, "1").wait().expect(0);
    let crowd = users(&desk);

    run(&desk, "2").wait().expect(0);
    runs(&desk, "2");
    assert_eq!(moments(&desk), ["preview served 2", "public served 2", "later served 2"]);

    // Every answer of this one but for health is an error: no user ever meets it.
    desk.write("shop-3", "version=3\nerrors=1\n");
    let ending = run(&desk, "3").wait().expect(4);
    runs(&desk, "2");
    everybody_was_served(crowd);
    assert!(ending.text().contains("turned back: the smoke test failed: step `smoke/front` failed"), "{ending}");
    let record = desk.callsheet(&["show", "last"]).expect(0).stdout;
    assert!(record.contains("the smoke test through the preview address begins at http://127."), "{record}");
    assert!(record.contains("smoke/front"), "the flow is evidence: {record}");
}

#[test]
fn a_later_verification_outlives_us_and_still_turns_back() {
    let desk = desk("steps = []\nhold = \"0s\"\nkeep_old = \"5m\"\nlater = [\"T+10s #verify\", \"T+12s #verify\"]");
    desk.write("ops.md", &runbook(""));
    deploy(&desk, "1").wait().expect(0);
    let crowd = users(&desk);
    let running = run(&desk, "2");
    until_it(&desk, "all traffic moved");
    running.kill();
    desk.write("alarm", "");
    let ending = desk.callsheet(&["resume", "last"]).expect(4);
    runs(&desk, "1");
    everybody_was_served(crowd);
    assert!(ending.text().contains("the verification T+10s `#verify` failed: step `verify/calm` failed"), "{ending}");
}

#[test]
fn migration_front_end_and_warm_up_come_in_their_order_and_before_the_first_user() {
    let hooks = "migrate = 'echo \"$CALLSHEET_MOMENT $CALLSHEET_VERSION after $CALLSHEET_VERSION_BEFORE\" >> moments'\n\
         assets = \"web public\"\nwarm = [\"/\", \"/things\"]";
    let desk = desk(&format!("{QUICK}\n{hooks}"));
    std::fs::create_dir(desk.path().join("web")).expect("the desk is ours");
    desk.write("web/index.html", "<script src=\"app.0a1b2c3d.js\"></script>\n");
    desk.write("web/app.0a1b2c3d.js", "first\n");
    deploy(&desk, "1").wait().expect(0);
    let crowd = users(&desk);
    desk.write("web/index.html", "<script src=\"app.9f8e7d6c.js\"></script>\n");
    desk.write("web/app.9f8e7d6c.js", "second\n");
    std::fs::remove_file(desk.path().join("web/app.0a1b2c3d.js")).expect("it was there");
    deploy(&desk, "2").wait().expect(0);
    runs(&desk, "2");
    assert_eq!(moments(&desk), ["migrate 1 after ", "migrate 2 after 1"]);
    let public = |name: &str| std::fs::read_to_string(desk.path().join("public").join(name)).unwrap_or_default();
    assert!(public("index.html").contains("9f8e7d6c"), "{}", public("index.html"));
    assert_eq!(public("app.0a1b2c3d.js"), "first\n", "open pages still ask for it");
    let record = desk.callsheet(&["show", "last"]).expect(0).stdout;
    let told = [
        "the migration passed",
        "2 is ready",
        "publishing the front end passed",
        "the warm-up passed",
        "50% of the traffic",
    ];
    let places: Vec<Option<usize>> = told.iter().map(|what| record.find(what)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?}: {record}");

    // A front end that is not there: no user meets the release, and what is served stays.
    std::fs::remove_dir_all(desk.path().join("web")).expect("it was there");
    let ending = deploy(&desk, "4").wait().expect(4);
    assert!(ending.text().contains("turned back: publishing the front end failed"), "{ending}");
    assert!(public("index.html").contains("9f8e7d6c"), "{}", public("index.html"));
    runs(&desk, "2");
    everybody_was_served(crowd);
}

#[test]
fn an_emergency_goes_out_without_a_soak_and_is_judged_like_any_other() {
    let desk = desk(&format!("{QUICK}\nsoak = \"10m\""));
    let emergency = |version: &str| {
        let artifact = format!("shop-{version}");
        let words = ["deploy", "shop", "--version", version, "--artifact", &artifact, "--yes"];
        desk.start(&[&words[..], &["--emergency", "the checkout is down"]].concat())
    };
    emergency("1").wait().expect(0);
    let crowd = users(&desk);
    emergency("2").wait().expect(0);
    runs(&desk, "2");
    let record = desk.callsheet(&["show", "last"]).expect(0).stdout;
    assert!(record.contains("an emergency, without a soak: the checkout is down"), "{record}");

    desk.write("shop-3", "version=3\nerrors=2\n");
    let ending = emergency("3").wait().expect(4);
    assert!(ending.text().contains("turned back: more errors"), "{ending}");
    runs(&desk, "2");
    let tally = crowd.leave();
    assert!(tally.broken.is_empty(), "{:?}", tally.broken);
}
