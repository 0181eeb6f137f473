//! The film studio's runbook against the real service on MariaDB: the users' flows pass; every trouble is found by its own diagnosis and by
//! no other, and cleared by its fix; a release goes out over an expanding schema and comes back; the schema contracts.

use std::time::Duration;

use callsheet_e2e::{Crowd, FilmRelease, FilmStudio, found};

const TOPICS: [&str; 5] = ["does-not-start", "high-error-rate", "database-connection", "memory-leak", "slow"];

/// The trouble is found and no other, another topic's procedure touches nothing, its own clears it.
#[track_caller]
fn is_found_and_cleared(service: &FilmStudio, topic: &str) {
    let (_, logs) = service.procedure("diagnose", FilmRelease::Second, 0);
    assert_eq!(found(&TOPICS, &logs), [topic], "{logs}");
    let other = TOPICS.into_iter().find(|other| *other != topic && *other != "does-not-start").unwrap_or("slow");
    let (run, _) = service.procedure(other, FilmRelease::Second, 1);
    let record = service.desk.record(&run);
    let reached: Vec<&str> =
        record["steps"].as_array().into_iter().flatten().filter_map(|step| step["id"].as_str()).collect();
    assert_eq!(reached, ["find"], "a fix ran for another trouble: {record:#}");
    let (run, _) = service.procedure(topic, FilmRelease::Second, 0);
    assert_eq!(service.desk.phase(&run), "done");
    let (_, logs) = service.procedure("diagnose", FilmRelease::Second, 0);
    assert!(found(&TOPICS, &logs).is_empty(), "after the fix:\n{logs}");
}

#[track_caller]
fn drill(topic: &str, fault: &str, body: &str) {
    let service = FilmStudio::start(FilmRelease::Second);
    service.fault(fault, body);
    is_found_and_cleared(&service, topic);
}

#[test]
fn failing_answers() {
    drill("high-error-rate", "errors", r#"{"share":0.2}"#);
}

#[test]
fn an_exhausted_pool() {
    drill("database-connection", "exhausted-pool", "{}");
}

#[test]
fn a_lost_database() {
    drill("database-connection", "dependency", r#"{"name":"database"}"#);
}

#[test]
fn leaking_memory() {
    drill("memory-leak", "memory-leak", r#"{"bytes_per_second":6000000,"bytes_most":600000000}"#);
}

#[test]
fn slow_queries() {
    drill("slow", "slow-query", r#"{"delay_ms":300}"#);
}

#[test]
fn late_answers() {
    drill("slow", "latency", r#"{"delay_ms":600}"#);
}

#[test]
fn settings_with_which_it_does_not_start() {
    let service = FilmStudio::start(FilmRelease::Second);
    service.shell("sed -i 's/^jwt_secret = .*/jwt_secret = \"short\"/' .film-studio/settings.toml");
    // The first instance does not come up again; the others are left alone and serve.
    let restart = service.desk.callsheet(&["restart", "--service", "film-studio", "--environment", "test", "--yes"]);
    assert_ne!(restart.code, Some(0), "it started with a secret of five letters: {restart}");
    is_found_and_cleared(&service, "does-not-start");
}

#[test]
fn the_users_flows_pass_the_days_checks_run_and_a_secret_is_rotated_without_signing_anybody_out() {
    let service = FilmStudio::start(FilmRelease::Second);
    let (run, _) = service.procedure("smoke-test", FilmRelease::Second, 0);
    let record = service.desk.record(&run);
    assert_eq!(record["steps"].as_array().map(Vec::len), Some(8), "{record:#}");
    let left = service.shell(
        "token=$(runbooks/film-studio/service.sh token \"$base_url\"); curl -fsS \"$base_url/api/projects\" -H \"authorization: Bearer $token\"",
    );
    assert!(left.contains("\"items\":[]"), "the smoke test left something: {left}");

    let (_, logs) = service.procedure("end-of-the-day", FilmRelease::Second, 0);
    assert!(logs.contains("is whole") && logs.contains("error rate: 0.0 % (within 0.1 %)"), "{logs}");
    let (_, logs) = service.procedure("weekly-report", FilmRelease::Second, 0);
    assert!(logs.contains("films begun                  1"), "{logs}");
    service.procedure("secret-rotation", FilmRelease::Second, 0);
    assert_eq!(service.shell("grep -c ^jwt_secret .film-studio/settings.toml").trim(), "2");
    service.procedure("end-of-a-secret-rotation", FilmRelease::Second, 0);
    assert_eq!(service.shell("grep -c ^jwt_secret .film-studio/settings.toml").trim(), "1");
}

#[test]
fn a_release_goes_out_over_an_expanding_schema_comes_back_and_the_schema_contracts() {
    let service = FilmStudio::start(FilmRelease::First);
    let users = Crowd::asking(service.address().expect("it runs"), "/login", 4, Duration::from_millis(20));
    let (run, logs) = service.procedure("deploy", FilmRelease::Second, 0);
    assert!(logs.contains("whole") && logs.contains("configuration is valid"), "{logs}");
    assert_eq!(service.version(), "2.0.0");
    let record = service.desk.callsheet(&["show", &run]).expect(0).stdout;
    assert!(record.contains("rollout film-studio 1.0.0 → 2.0.0: promoted"), "{record}");
    service.procedure("rollback", FilmRelease::Second, 0);
    assert_eq!(service.version(), "1.0.0");
    service.procedure("smoke-test", FilmRelease::First, 0);
    service.procedure("deploy", FilmRelease::Second, 0);
    service.procedure("contract-the-schema", FilmRelease::Second, 0);
    service.procedure("smoke-test", FilmRelease::Second, 0);
    let tally = users.leave();
    assert!(tally.broken.is_empty() && tally.answers.keys().all(|(status, _)| *status == 200), "{tally:?}");
}
