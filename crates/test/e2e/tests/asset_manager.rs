//! The asset manager's runbook against the real service: every fault is found by its own diagnosis and by no other, and cleared by
//! its fix; the user's flows pass; a secret is rotated without signing anybody out.

use callsheet_e2e::AssetManager;

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

/// What the looks of a run said yes to.
fn found(logs: &str) -> Vec<&str> {
    let verdict = |line: &'static str| logs.lines().any(|one| one.trim_start().starts_with(&format!("{line}: yes (")));
    let told = |topic: &&'static str| {
        let all = logs.matches(&format!("{topic}: ")).count();
        assert_eq!(all, 1, "`{topic}` was looked at {all} times:\n{logs}");
        verdict(topic)
    };
    TOPICS.into_iter().filter(told).collect()
}

/// One fault: the row of the matrix, the fix by the topic's procedure, and the row afterwards.
#[track_caller]
fn drill(topic: &str, fault: &str, body: &str) {
    let service = AssetManager::start();
    service.fault(fault, body);
    if fault == "crash" {
        service.desk.until("the process to be gone", |_| {
            service.shell("runbooks/asset-manager/service.sh status || true").contains("not running")
        });
    }
    let (_, logs) = service.procedure("diagnose", 0);
    assert_eq!(found(&logs), [topic], "after the fault `{fault}`:\n{logs}");

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
    assert!(found(&logs).is_empty(), "after the fix:\n{logs}");
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
    drill("memory-leak", "memory-leak", r#"{"bytes_per_second":20000000,"bytes_most":1000000000}"#);
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
    let kept = service.shell("ls home");
    assert!(kept.contains("jwt-secret-previous"), "{kept}");
    service.procedure("end-of-a-secret-rotation", 0);
    assert!(!service.shell("ls home").contains("jwt-secret-previous"));
}
