//! What a CI job built goes out by itself if it is green, fresh and what it says it is; and only then.

use callsheet_e2e::{Desk, Ending};
use serde_json::{Value, json};

fn desk() -> Desk {
    let desk = Desk::empty().with_variable("GITHUB_ACTIONS", "true").with_variable("GITHUB_ACTOR", "octo");
    desk.write(
        "callsheet.toml",
        &format!(
            "[automatic]\nchecks = [\"tests\"]\n[environments.dev]\n[environments.production.automatic]\nenabled = false\n\
             [services.shop]\ncommand = [\"{}\", \"{{release}}\", \"{{port}}\"]\ngrace = \"2s\"\nready = {{ interval = \"50ms\" }}\n\
             [services.shop.edge]\nlisten = \"127.0.0.1:0\"\n[services.shop.release]\nkeep_old = \"0s\"\n",
            env!("CARGO_BIN_EXE_shop")
        ),
    );
    desk.write("shop-1", "version=1\n");
    desk
}

/// As a job would write it, changed by `change`.
fn attest(desk: &Desk, change: impl Fn(&mut Value)) {
    let sum = std::process::Command::new("sha256sum").arg(desk.path().join("shop-1")).output().expect("sha256sum runs");
    let digest = String::from_utf8_lossy(&sum.stdout).split(' ').next().unwrap_or_default().to_owned();
    let date = std::process::Command::new("date").args(["-u", "+%Y-%m-%dT%H:%M:%SZ"]).output().expect("date runs");
    let mut built = json!({
        "schema": "callsheet.built/1", "service": "shop", "version": "1", "commit": "0123456789abcdef0123456789abcdef01234567",
        "artifact": "shop-1", "digest": format!("sha256:{digest}"), "built": String::from_utf8_lossy(&date.stdout).trim(),
        "checks": [{ "name": "tests", "result": "passed" }],
        "by": { "provider": "github", "name": "octo", "run": "https://ci.example.org/runs/7" },
    });
    change(&mut built);
    desk.write("built.json", &built.to_string());
}

fn deploy(desk: &Desk, more: &[&str]) -> Ending {
    desk.callsheet(&[&["deploy", "--from-ci", "built.json", "--yes"], more].concat())
}

#[test]
fn green_and_fresh_it_goes_out_in_the_jobs_name_with_its_evidence() {
    let desk = desk();
    attest(&desk, |_| {});
    let looked = deploy(&desk, &["--dry-run"]).expect(0);
    assert!(looked.stderr.contains("everything is green") && desk.runs().is_empty(), "{looked}");
    deploy(&desk, &["--commit", "0123456"]).expect(0);
    let record = desk.callsheet(&["show", "last"]).expect(0);
    for words in ["asked for by octo (claimed: github)", "commit 0123456789abcdef", "tests passed", "runs/7"] {
        assert!(record.stdout.contains(words), "no `{words}` in {record}");
    }
    let releases = desk.callsheet(&["releases"]).expect(0);
    assert!(releases.stdout.contains("by octo (claimed: github)  runs in dev"), "{releases}");
}

#[test]
fn red_missing_stale_or_another_thing_it_stays_where_it_is() {
    let desk = desk();
    let refused = |change: &dyn Fn(&mut Value), words: &str| {
        attest(&desk, change);
        let ending = deploy(&desk, &[]).expect(5);
        assert!(ending.stderr.contains(words), "no `{words}` in {ending}");
    };
    refused(&|built| built["checks"][0]["result"] = "failed".into(), "check `tests` did not pass: `failed`");
    refused(&|built| built["checks"][0]["name"] = "lint".into(), "check `tests` is missing");
    refused(&|built| built["built"] = "2026-01-01T00:00:00Z".into(), "it is stale: built");
    refused(&|built| built["digest"] = "0".repeat(64).into(), "is not what was attested");
    attest(&desk, |built| built["service"] = "api".into());
    deploy(&desk, &["--commit", "fffffff"]).expect(2);
    attest(&desk, |_| {});
    let other =
        desk.callsheet(&["deploy", "shop", "--from-ci", "built.json", "--commit", "fffffff", "--yes"]).expect(5);
    assert!(other.stderr.contains("it is of commit 0123456789abcdef"), "{other}");
    assert!(desk.runs().is_empty(), "nothing began");
}

#[test]
fn it_can_be_switched_off_in_the_configuration_and_by_hand() {
    let desk = desk();
    attest(&desk, |_| {});
    let off = deploy(&desk, &["--env", "production"]).expect(5);
    assert!(off.stderr.contains("automatic deployment is switched off for `production` in `callsheet.toml`"), "{off}");
    desk.callsheet(&["freeze", "--automatic", "--why", "the big sale"]).expect(0);
    let off = deploy(&desk, &[]).expect(5);
    assert!(
        off.stderr.contains("automatic deployment is switched off") && off.stderr.contains("the big sale"),
        "{off}"
    );
    let shown = desk.callsheet(&["freeze", "--automatic"]).expect(0);
    assert!(shown.stdout.starts_with("automatic deploys are frozen until it is lifted: the big sale"), "{shown}");
    // A person may.
    assert_eq!(desk.callsheet(&["freeze"]).expect(0).stdout, "deploys are not frozen\n");
    desk.callsheet(&["deploy", "shop", "--version", "1", "--artifact", "shop-1", "--yes"]).expect(0);
    desk.callsheet(&["freeze", "--automatic", "--lift"]).expect(0);
    deploy(&desk, &[]).expect(0);
}
