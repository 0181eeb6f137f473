//! Content Jumpstart's runbook against the real service: every trouble is found by its own diagnosis and by no other, and cleared by its
//! fix; the users' flows pass; a release with a schema that expands goes out with its front end and comes back.

use std::time::Duration;

use callsheet_e2e::{ContentJumpstart, Crowd, found};

const TOPICS: [&str; 5] =
    ["service-unavailable", "database-connection", "front-end-not-loading", "slow-api", "authentication"];

/// One trouble: found by its look alone, left alone by another topic's procedure, cleared by its own.
#[track_caller]
fn drill(service: &ContentJumpstart, topic: &str, fault: &str, trouble: impl FnOnce()) {
    trouble();
    let (_, logs) = service.procedure("diagnose", &[], 0);
    assert_eq!(found(&TOPICS, &logs), [topic], "after `{fault}`:\n{logs}");
    let other = TOPICS.into_iter().find(|other| *other != topic).unwrap_or(topic);
    let (run, _) = service.procedure(other, &[], 1);
    let record = service.desk.record(&run);
    let reached: Vec<&str> =
        record["steps"].as_array().into_iter().flatten().filter_map(|step| step["id"].as_str()).collect();
    assert_eq!(reached, ["find"], "a fix ran for another trouble: {record:#}");
    let (run, _) = service.procedure(topic, &[], 0);
    assert_eq!(service.desk.phase(&run), "done", "{fault}");
}

#[test]
fn troubles_of_the_service_and_its_database_are_found_and_cleared() {
    let service = ContentJumpstart::start();
    drill(&service, "service-unavailable", "unavailable", || service.fault("unavailable", ""));
    drill(&service, "database-connection", "dependency", || service.fault("dependency", r#"{"name":"database"}"#));
    drill(&service, "database-connection", "exhausted-pool", || service.fault("exhausted-pool", ""));
    drill(&service, "slow-api", "slow-query", || service.fault("slow-query", r#"{"delay_ms":300}"#));
    let (_, logs) = service.procedure("diagnose", &[], 0);
    assert!(found(&TOPICS, &logs).is_empty(), "after the fixes:\n{logs}");
}

#[test]
fn troubles_of_the_front_end_and_of_signing_in_are_found_and_cleared() {
    let service = ContentJumpstart::start();
    drill(&service, "front-end-not-loading", "missing-asset", || service.fault("missing-asset", ""));
    drill(&service, "front-end-not-loading", "a deleted file", || {
        service.shell("rm .content-jumpstart/www/assets/index-*.js");
    });
    drill(&service, "slow-api", "latency", || service.fault("latency", r#"{"delay_ms":800}"#));
    drill(&service, "authentication", "broken-auth", || service.fault("broken-auth", ""));
    let (_, logs) = service.procedure("diagnose", &[], 0);
    assert!(found(&TOPICS, &logs).is_empty(), "after the fixes:\n{logs}");
}

#[test]
fn a_release_opens_its_place_in_the_schema_goes_out_and_comes_back() {
    let service = ContentJumpstart::start();
    let users = Crowd::asking(service.address().expect("it runs"), "/", 4, Duration::from_millis(20));
    let to_two = ["--param", "version=2.0.0", "--param", "schema=5"];
    let (run, logs) = service.procedure("deploy", &to_two, 0);
    assert!(logs.contains("integrity ok"), "{logs}");
    assert_eq!(service.version(), "2.0.0");
    assert!(service.shell("ls .content-jumpstart/www/assets").contains("index-"));
    let record = service.desk.callsheet(&["show", &run]).expect(0).stdout;
    assert!(record.contains("page.jpg"), "the picture of the page is not in the record: {record}");
    service.procedure("verify", &to_two, 0);
    service.procedure("smoke-test", &to_two, 0);

    service.procedure("rollback", &[], 0);
    assert_eq!(service.version(), "1.0.0");
    // The release before works on the newer schema.
    service.procedure("smoke-test", &["--param", "version=1.0.0"], 0);
    let tally = users.leave();
    assert!(tally.broken.is_empty() && tally.answers.keys().all(|(status, _)| *status == 200), "{tally:?}");
}

#[test]
fn a_day_is_checked_and_a_key_is_rotated_without_signing_anybody_out() {
    let service = ContentJumpstart::start();
    service.procedure("smoke-test", &[], 0);
    service.procedure("daily-checks", &[], 0);
    service.procedure("secret-rotation", &[], 0);
    assert_eq!(service.shell("grep -c ^secret_key .content-jumpstart/settings.toml").trim(), "2");
    service.procedure("end-of-a-secret-rotation", &[], 0);
    assert_eq!(service.shell("grep -c ^secret_key .content-jumpstart/settings.toml").trim(), "1");
}
