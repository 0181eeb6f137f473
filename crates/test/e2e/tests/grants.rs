//! The grants service's runbook against the real service on PostgreSQL and Redis: releases go through staging and over a schema that
//! expands and contracts, and come back; all four secrets are rotated while people sign in; the database goes back to before a bad
//! statement; troubles are found by their own diagnosis, and cleared by their fix.

use std::time::{Duration, Instant};

use callsheet_e2e::{Crowd, Grants, GrantsRelease, SignIns, found};
use serde_json::Value;

use GrantsRelease::{First, Second};

const TOPICS: [&str; 9] = [
    "database-down",
    "database-refuses",
    "pool-exhausted",
    "database-cut-off",
    "slow-database",
    "redis-down",
    "redis-cut-off",
    "broken-sign-in",
    "high-error-rate",
];

/// What was found, but for slowness: on a machine that is busy with other tests a database is slow now and then.
fn troubles(logs: &str) -> Vec<&'static str> {
    found(&TOPICS, logs).into_iter().filter(|topic| *topic != "slow-database").collect()
}

#[track_caller]
fn is_found(grants: &Grants, topic: &str) {
    let (_, logs) = grants.procedure("diagnose", Second, &[], 0);
    assert_eq!(troubles(&logs), [topic], "{logs}");
}

fn waits_for_the_owner(grants: &Grants) -> bool {
    let Some(newest) = grants.desk.runs().into_iter().next() else { return false };
    let record = grants.desk.record(&newest);
    record["steps"].as_array().is_some_and(|steps| steps.iter().any(|step| step["id"] == "fix-1"))
}

/// The trouble is found and no other, and its own procedure clears it: the server's owner brings it back while the procedure waits for that.
#[track_caller]
fn is_waited_for(grants: &Grants, topic: &str, comes_back: impl FnOnce(&Grants) + Send) {
    is_found(grants, topic);
    std::thread::scope(|scope| {
        let owner = scope.spawn(|| {
            // The look comes first, and must see the trouble.
            let began = Instant::now();
            while !waits_for_the_owner(grants) {
                assert!(began.elapsed() < Duration::from_secs(240), "`{topic}` never came to its first fix");
                std::thread::sleep(Duration::from_millis(200));
            }
            comes_back(grants);
        });
        let (run, _) = grants.procedure(topic, Second, &[], 0);
        assert_eq!(grants.desk.phase(&run), "done");
        owner.join().expect("the owner does not panic");
    });
    let (_, logs) = grants.procedure("diagnose", Second, &[], 0);
    assert!(troubles(&logs).is_empty(), "after the fix:\n{logs}");
}

#[test]
fn a_release_soaks_in_staging_goes_out_over_the_schema_and_comes_back_across_it() {
    let grants = Grants::start(First).with_staging(First);
    let users = Crowd::asking(grants.address().expect("it runs"), "/login", 4, Duration::from_millis(20));
    let (run, logs) = grants.procedure("deploy", Second, &[], 0);
    assert!(logs.contains("0005 contacts_apart"), "{logs}");
    assert_eq!(grants.version(), "2.0.0");
    let record = grants.desk.callsheet(&["show", &run]).expect(0).stdout;
    assert!(record.contains("2.0.0 has soaked for 2s"), "{record}");
    assert!(record.contains("rollout grants 1.0.0 → 2.0.0: promoted"), "{record}");
    for moment in ["T+1s `#smoke-test`", "T+2s `#smoke-test`", "T+3s `#daily-checks`"] {
        assert!(record.contains(&format!("the verification {moment} passed")), "{moment}: {record}");
    }
    grants.procedure("contract", Second, &[], 0);
    grants.procedure("smoke-test", Second, &[], 0);
    let tally = users.leave();
    assert!(tally.broken.is_empty() && tally.answers.keys().all(|(status, _)| *status == 200), "{tally:?}");

    grants.procedure("rollback-across-the-schema", Second, &[], 0);
    assert_eq!(grants.version(), "1.0.0");
    grants.procedure("smoke-test", First, &[], 0);
}

#[test]
fn all_secrets_are_rotated_while_people_sign_in_and_nobody_is_signed_out() {
    let grants = Grants::start(Second);
    grants.procedure("smoke-test", Second, &[], 0);
    let people = SignIns::begin(&grants.admin(), 2, Duration::from_millis(50));
    grants.procedure("secret-rotation", Second, &[], 0);
    grants.procedure("end-of-a-secret-rotation", Second, &[], 0);
    let (let_in, refused) = people.leave();
    assert!(refused.is_empty() && let_in > 10, "{let_in} let in, refused: {refused:?}");
    let roles =
        grants.sql("SELECT string_agg(rolname, ' ') FROM pg_roles WHERE rolname LIKE 'grants__' AND rolcanlogin");
    assert_eq!(roles, "grants_b");
    let list = grants.desk.callsheet(&["secrets", "list", "--env", "test", "--format", "json"]).expect(0).stdout;
    let list: Value = serde_json::from_str(&list).expect("it is JSON");
    for name in ["SESSION_SECRET", "AFM_KEY", "GRANTS_DATABASE", "GRANTS_REDIS"] {
        let secret = list["secrets"].as_array().into_iter().flatten().find(|secret| secret["name"] == name);
        let secret = secret.unwrap_or_else(|| panic!("`{name}` is not listed: {list:#}"));
        assert_eq!(secret["current"], 2, "{name}: {secret:#}");
        let versions = secret["versions"].as_array().into_iter().flatten();
        let states: Vec<&str> = versions.filter_map(|version| version["state"].as_str()).collect();
        assert_eq!(states, ["revoked", "current"], "{name}: {secret:#}");
    }
}

/// The database gets an owner that is no superuser, as a vendor of databases would give one.
fn owned_by_a_keeper(grants: &Grants) -> String {
    grants.sql(
        "CREATE ROLE keeper LOGIN PASSWORD 'keeper'; ALTER DATABASE postgres OWNER TO keeper; \
         ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM grants_app; \
         ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM grants_app; \
         DO $$ DECLARE one regclass; BEGIN \
           FOR one IN SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' LOOP \
             EXECUTE format('ALTER TABLE %s OWNER TO keeper', one); \
           END LOOP; \
         END $$",
    );
    grants.shell("callsheet secrets get GRANTS_OWNER --env test --reveal --why 'a drill' 2>/dev/null").trim().to_owned()
}

/// Brings the database back from a folder, by an owner that is no superuser, and kills everything in the middle of it; then nothing has changed and
/// nobody is held out.
fn is_killed_half_way(grants: &Grants, folder: &str) {
    grants
        .shell("mkdir halting && printf '#!/bin/sh\\nexec sleep 600\\n' >halting/pg_dump && chmod +x halting/pg_dump");
    let locks = "SELECT count(*) FROM pg_locks WHERE relation = 'documents'::regclass AND granted AND mode = 'AccessExclusiveLock'";
    let begin = format!(
        "PATH=\"$PWD/halting:$PATH\" setsid runbooks/grants/service.sh bring-back {folder} >half-way 2>&1 </dev/null & echo $!"
    );
    let script = grants.shell(&begin).trim().to_owned();
    let said = || grants.shell("cat half-way");
    grants.desk.until("every table is locked", |_| {
        assert!(!said().contains("error:"), "{}", said());
        grants.sql(locks) == "1"
    });
    grants.shell(&format!("kill -9 -- -{script}"));
    grants.desk.until("the locks went with it", |_| grants.sql(locks) == "0");
    assert!(said().contains("documents 5") && !said().contains("brought back"), "{}", said());
    assert_eq!(grants.sql("SET ROLE grants_a; SELECT count(*) FROM documents"), "0");
    assert_eq!(grants.sql(LET_IN), "grants_a grants_b");
}

/// The roles that the service may sign in as.
const LET_IN: &str =
    "SELECT string_agg(rolname, ' ' ORDER BY rolname) FROM pg_roles WHERE rolname LIKE 'grants__' AND rolcanlogin";

#[test]
fn the_database_goes_back_to_before_a_bad_statement() {
    let grants = Grants::start(Second);
    let owner = owned_by_a_keeper(&grants);
    grants.shell("callsheet backup create --database grants");
    let count = "SELECT count(*) FROM users";
    for number in 0..5 {
        grants.sql(&format!(
            "INSERT INTO documents (id, title, body, status, version, created_by, updated_by, created_at, updated_at) \
             SELECT gen_random_uuid(), 'Grant {number}', '', 'draft', 1, id, id, now(), now() FROM users LIMIT 1"
        ));
    }
    assert_eq!(grants.sql(count), "1");
    // As in the middle of a rotation: both of the service's roles may sign in.
    grants.sql("ALTER ROLE grants_b LOGIN");
    let before = grants.sql(
        "SELECT pg_sleep(0.05); SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'); SELECT pg_sleep(0.05)",
    );
    let before = before.trim();
    let bad = "DELETE FROM documents; UPDATE beneficiaries SET name = ''";
    grants.sql(bad);
    grants.shell(&format!(
        "runbooks/grants/service.sh archive; callsheet restore --at {before} --into .grants/half-way --database grants"
    ));
    let keeper = owner.replace("postgres:postgres@", "keeper:keeper@");
    assert_ne!(keeper, owner);
    let owned_by =
        |url: &str| grants.shell(&format!("printf %s '{url}' | callsheet secrets set GRANTS_OWNER --env test"));
    owned_by(&keeper);
    is_killed_half_way(&grants, ".grants/half-way");
    let said = grants.shell("runbooks/grants/service.sh bring-back .grants/half-way");
    assert!(said.contains("brought back: beneficiaries 0, budgets 0, documents 5"), "{said}");
    assert_eq!(grants.sql("SET ROLE grants_a; SELECT count(*) FROM documents"), "5");
    owned_by(&owner);

    // And as the runbook does it, from its first step to its last.
    grants.sql(bad);
    let (_, logs) = grants.procedure("restore-to-an-instant", Second, &[("instant", before)], 0);
    assert!(
        logs.contains("documents 0") && logs.contains("brought back: beneficiaries 0, budgets 0, documents 5"),
        "{logs}"
    );
    assert!(logs.contains("every table is locked"), "{logs}");
    assert_eq!(grants.sql(LET_IN), "grants_a grants_b");
    assert_eq!(grants.sql("SELECT count(*) FROM documents"), "5");
    grants.procedure("smoke-test", Second, &[], 0);
    let (_, logs) = grants.procedure("restore-drill", Second, &[], 0);
    assert!(logs.contains("RTO") || logs.contains("verified"), "{logs}");
}

#[test]
fn servers_that_are_gone_are_found_and_waited_for() {
    let grants = Grants::start(Second);
    grants.halt_redis();
    is_waited_for(&grants, "redis-down", Grants::resume_redis);
    grants.halt_database();
    is_waited_for(&grants, "database-down", Grants::resume_database);
}

/// Every look, two at a time: what they find. Slowness counts only where it is what was done: a machine that is busy with other tests is slow, too.
#[track_caller]
fn looks(grants: &Grants, done: &str) -> (Vec<&'static str>, String) {
    let topics = TOPICS.join(" ");
    let words = format!(
        "printf '%s\\n' {topics} | xargs -P 2 -I TOPIC sh -c 'runbooks/grants/diagnose.sh TOPIC \"$base_url\" >look-TOPIC 2>&1'; cat look-*"
    );
    let said = grants.shell(&words);
    let found = found(&TOPICS, &said);
    (found.into_iter().filter(|topic| *topic != "slow-database" || done == "slow-database").collect(), said)
}

/// Waits until every instance's readiness says this.
#[track_caller]
fn until_readiness_says(grants: &Grants, words: &str) {
    let says = |instance: &Value| {
        let address = instance["address"].as_str().expect("it has an address");
        grants.shell(&format!("curl -sS 'http://{address}/api/health/ready'")).contains(words)
    };
    grants.desk.until(words, |_| grants.instances().iter().all(says));
}

/// A trouble is found by its own look alone, and cleared by its own procedure, whose last step looks again.
#[track_caller]
fn is_found_and_cleared(grants: &Grants, topic: &str) {
    let (found, said) = looks(grants, topic);
    assert_eq!(found, [topic], "{said}");
    let (run, _) = grants.procedure(topic, Second, &[], 0);
    assert_eq!(grants.desk.phase(&run), "done");
}

/// One trouble after the other, each by a fault that is switched on in every instance; in the end nothing is found.
#[track_caller]
fn are_found_and_cleared(grants: &Grants, faults: &[(&str, &str, &str)]) {
    for (topic, fault, body) in faults {
        grants.fault(fault, body);
        if *topic == "pool-exhausted" {
            // One connection after the other.
            until_readiness_says(grants, r#""database":{"status":"down""#);
        }
        is_found_and_cleared(grants, topic);
    }
    let (found, said) = looks(grants, "");
    assert!(found.is_empty(), "{said}");
}

#[test]
fn instances_that_are_cut_off_are_found_and_cleared() {
    let faults = [
        ("database-cut-off", "dependency", r#"{"name":"database"}"#),
        ("redis-cut-off", "dependency", r#"{"name":"redis"}"#),
    ];
    are_found_and_cleared(&Grants::start(Second), &faults);
}

#[test]
fn instances_that_answer_badly_are_found_and_cleared() {
    let faults = [
        ("slow-database", "slow-query", r#"{"delay_ms":400}"#),
        ("broken-sign-in", "broken-auth", ""),
        ("high-error-rate", "errors", r#"{"share":0.5}"#),
    ];
    are_found_and_cleared(&Grants::start(Second), &faults);
}

#[test]
fn instances_that_get_no_connection_are_found_and_cleared() {
    let grants = Grants::start(Second);
    // Somebody changed the role's password, and who is signed in with the old one is put out.
    grants.sql(
        "ALTER ROLE grants_a PASSWORD 'changed-elsewhere'; \
         SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'grants_a'",
    );
    is_found_and_cleared(&grants, "database-refuses");
    are_found_and_cleared(&grants, &[("pool-exhausted", "pool-exhausted", "")]);
}
