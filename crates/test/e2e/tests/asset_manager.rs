//! The asset manager's runbook against the real service: releases go out and come back; every fault is found by its own diagnosis and
//! by no other, and cleared by its fix; the user's flows pass; a secret is rotated without signing anybody out.

use std::time::Duration;

use callsheet_e2e::{AssetManager, Crowd, found};

const TOPICS: [&str; 8] = [
    "crashed",
    "dependency-failed",
    "storage-full",
    "data-loss",
    "memory-leak",
    "slow-database",
    "slow-answers",
    "high-error-rate",
];

/// One fault: the row of the matrix, the fix by the topic's procedure, and the row afterwards.
#[track_caller]
fn drill(topic: &str, fault: &str, body: &str) {
    let service = AssetManager::start();
    service.fault("1.0.0", fault, body);
    if fault == "crash" {
        service.desk.until("all to have crashed and come back", |_| {
            service.instances().iter().all(|one| one["state"] == "ready" && one["restarts"] == 1)
        });
    }
    let (_, logs) = service.procedure("diagnose", 0);
    assert_eq!(found(&TOPICS, &logs), [topic], "after the fault `{fault}`:\n{logs}");

    // Another topic's procedure looks, sees that it is something else, and touches nothing.
    let other = TOPICS.into_iter().find(|other| *other != topic && *other != "crashed").unwrap_or("crashed");
    let (run, _) = service.procedure(other, 1);
    let record = service.desk.record(&run);
    let reached: Vec<&str> =
        record["steps"].as_array().into_iter().flatten().filter_map(|step| step["id"].as_str()).collect();
    assert_eq!(reached, ["find"], "a fix ran for another trouble: {record:#}");

    let (run, _) = service.procedure(topic, 0);
    assert_eq!(service.desk.phase(&run), "done");
    let (_, logs) = service.procedure("diagnose", 0);
    assert!(found(&TOPICS, &logs).is_empty(), "after the fix:\n{logs}");
}

#[test]
fn a_crash() {
    drill("crashed", "crash", "{}");
}

#[test]
fn a_failed_database() {
    drill("dependency-failed", "dependency", r#"{"name":"database"}"#);
}

#[test]
fn failed_media_storage() {
    drill("dependency-failed", "dependency", r#"{"name":"media"}"#);
}

#[test]
fn a_full_disk() {
    drill("storage-full", "full-disk", "");
}

#[test]
fn lost_data() {
    drill("data-loss", "data-loss", r#"{"share":0.5}"#);
}

#[test]
fn leaking_memory() {
    drill("memory-leak", "memory-leak", r#"{"bytes_per_second":6000000,"bytes_most":600000000}"#);
}

#[test]
fn slow_queries() {
    drill("slow-database", "slow-query", r#"{"delay_ms":300}"#);
}

#[test]
fn late_answers() {
    drill("slow-answers", "latency", r#"{"delay_ms":600}"#);
}

#[test]
fn failing_answers() {
    drill("high-error-rate", "errors", r#"{"share":0.2}"#);
}

#[test]
fn the_users_flows_pass_and_a_secret_is_rotated_without_signing_anybody_out() {
    let service = AssetManager::start();
    let (run, _) = service.procedure("smoke-test", 0);
    let record = service.desk.record(&run);
    let steps = record["steps"].as_array().map(Vec::len);
    assert_eq!(steps, Some(8), "{record:#}");
    let universes = service.shell("curl -fsS \"$base_url/api/universes\"");
    assert_eq!(universes.matches("\"owner_id\"").count(), 1, "the smoke test left something: {universes}");

    service.procedure("secret-rotation", 0);
    assert_eq!(service.shell("grep -c jwt_secret .asset-manager/settings.toml").trim(), "2");
    service.procedure("end-of-a-secret-rotation", 0);
    assert_eq!(service.shell("grep -c jwt_secret .asset-manager/settings.toml").trim(), "1");
}

/// Whether the machine's disk has room is the machine's affair.
const WHATEVER_THE_DISK: [&str; 2] = ["--without", "room"];

#[test]
fn a_release_passes_its_preflight_goes_out_as_a_canary_and_is_taken_back() {
    let service = AssetManager::start();
    service.shell(REPOSITORY);
    let version = ["--param", "version=1.1.0"];
    service.procedure_with("preflight", &[version, WHATEVER_THE_DISK].concat(), 0);
    service.procedure_with("daily-checks", &["--without", "storage"], 0);

    let users = Crowd::asking(service.address().expect("it runs"), "/api/universes", 6, Duration::from_millis(10));
    let toml = std::fs::read_to_string(service.desk.path().join("callsheet.toml")).expect("it is there");
    let (before, short) = toml.split_at(toml.find("[environments.test]").expect("what is short is there"));
    service
        .desk
        .write("callsheet.toml", &format!("{before}{}", short.replace("later = []", "later = [\"T+1s #smoke-test\"]")));
    let (run, logs) = service.procedure_with("deploy", &version, 0);
    assert!(logs.contains("integrity ok") && logs.contains("configuration is valid"), "{logs}");
    assert_eq!(service.version(), "1.1.0");
    let record = service.desk.callsheet(&["show", &run]).expect(0).stdout;
    assert!(record.contains("rollout asset-manager 1.0.0 → 1.1.0: promoted"), "{record}");
    for moment in ["preview address", "public address"] {
        assert!(record.contains(&format!("the smoke test through the {moment} passed")), "{moment}: {record}");
    }
    assert!(record.contains("the verification T+1s `#smoke-test` passed"), "{record}");
    assert!(record.contains("page.jpg"), "the picture of the home page is not in the record: {record}");

    service.procedure("rollback", 0);
    assert_eq!(service.version(), "1.0.0");
    let tally = users.leave();
    assert!(tally.broken.is_empty() && tally.answers.keys().all(|(status, _)| *status == 200), "{tally:?}");
}

#[test]
fn a_bad_release_is_turned_back_by_itself() {
    let service = AssetManager::start();
    let users = Crowd::asking(service.address().expect("it runs"), "/api/universes", 6, Duration::from_millis(10));
    let ending = service.begin("deploy", &["--param", "version=1.1.0"]).wait();
    let run = service.desk.runs().remove(0);
    let ending = service.approve(&run, ending, |run| {
        let running = service.desk.start(&["resume", run, "--yes"]);
        // Its smoke test is over by then, and finds nothing.
        service.desk.until("the release to get users, or a question", |desk| {
            let status = desk.callsheet(&["status", "asset-manager", "--format", "json"]);
            desk.phase(run) == "waiting" || status.stdout.contains("\"stands\": \"judged at")
        });
        service.fault("1.1.0", "errors", r#"{"share":0.5}"#);
        running.wait()
    });
    let ending = ending.expect(4);
    assert!(ending.text().contains("turned back: more errors"), "{ending}");
    assert_eq!(service.version(), "1.0.0");
    let tally = users.leave();
    assert!(
        tally.broken.is_empty() && tally.answers.keys().all(|(status, _)| [200, 500, 503].contains(status)),
        "{tally:?}"
    );
}

/// What a preflight looks at: the folder as a repository whose commit is the release.
const REPOSITORY: &str = r#"
printf '/.asset-manager/\n/state/\n/printed-*\n' >.gitignore
printf '# Changes\n\n## 1.1.0\n\n- Quays have names.\n' >CHANGELOG.md
printf '# Asset manager\n\nStory universes and what lives in them, for those who tell them.\n\n`make start` starts it.\n' >README.md
git init -q . && git add . && git -c user.name=desk -c user.email=desk@studio.example commit -q -m 'Name the quays' && git tag 1.1.0
"#;

/// Signs in, and asks with each token that is still wanted who it belongs to; words of what went wrong.
const ROUND: &str = r#"
fresh=$(curl -fsS "$base_url/api/auth/login" -H 'content-type: application/json' \
  -d "{\"email\":\"admin@studio.example\",\"password\":\"$ADMIN_PASSWORD\"}" | sed -n 's/.*"access_token":"\([^"]*\)".*/\1/p')
for token in "$fresh" "$kept"; do
  # Several times: each instance is to know it.
  for _ in 1 2 3 4; do curl -fsS -o /dev/null "$base_url/api/auth/me" -H "authorization: Bearer $token"; done
done
"#;

#[test]
fn a_key_of_callsheets_own_is_rotated_while_people_sign_in() {
    let service = AssetManager::start_with_secrets();
    let (kept, _) = service.signed_in();
    let round = format!("kept='{kept}'\n{ROUND}");
    let rotate = ["secrets", "rotate", "JWT_SECRET", "--env", "test", "--yes", "--until", "verify"];
    let mut rotating = service.desk.start(&rotate);
    let mut rounds = 0;
    while rotating.runs() {
        service.shell(&round);
        rounds += 1;
    }
    rotating.wait().expect(0);
    assert!(rounds > 2, "{rounds} rounds of people while it was rotated");
    let made = service.instances();
    assert!(made.len() == 2 && made.iter().all(|one| one["state"] == "ready"), "{made:#?}");
    // Its end: the old key is nobody's any more, the new one is.
    service.desk.callsheet(&["secrets", "rotate", "JWT_SECRET", "--env", "test", "--yes"]).expect(0);
    let gone = service.shell(&format!(
        "curl -s -o /dev/null -w '%{{http_code}}' \"$base_url/api/auth/me\" -H 'authorization: Bearer {kept}'"
    ));
    assert_eq!(gone, "401");
    let (fresh, _) = service.signed_in();
    service.shell(&format!("curl -fsS -o /dev/null \"$base_url/api/auth/me\" -H 'authorization: Bearer {fresh}'"));
    service.desk.callsheet(&["secrets", "scan", "--known"]).expect(0);
}
