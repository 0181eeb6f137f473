//! The configuration is checked before anything starts, and every fault is told at once.

use crate::running::{Place, SECOND};

#[test]
fn production_demands_redis_and_keys_and_tells_all_at_once() {
    let place = Place::empty();
    let bare = [
        ("APP_ENV", "production"),
        ("REDIS_URL", ""),
        ("SESSION_SECRET", "short"),
        ("AFM_KEY", ""),
        ("DEBUG_MODE", "true"),
        ("ADMIN_EMAIL", "a@b.example"),
        ("ADMIN_PASSWORD", "hidden-password"),
    ];
    let output = place.output(SECOND, &["serve"], &bare);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    for name in ["REDIS_URL", "SESSION_SECRET", "AFM_KEY", "DEBUG_MODE", "ADMIN_PASSWORD", "ALLOWED_ORIGINS"] {
        assert!(said.contains(&format!("`{name}` ")), "{name} is not told: {said}");
    }
    assert!(!said.contains("hidden-password") && !said.contains("short`"), "{said}");
}

#[test]
fn a_redis_or_database_that_does_not_answer_is_a_reason_not_to_start() {
    let place = Place::migrated();
    let output = place.output(SECOND, &["serve"], &[("REDIS_URL", "redis://app:hidden-word@127.0.0.1:1/0")]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("Redis, which holds the sessions, does not answer"), "{said}");
    assert!(output.status.code() == Some(1) && !said.contains("hidden-word"), "{said}");
    let probe = place.run(SECOND, &["probe"], &[]);
    assert!(probe.contains("database: answers") && probe.contains("redis: answers"), "{probe}");
    let wrong = place.database.replace(":postgres@", ":hidden-word@");
    let output = place.output(
        SECOND,
        &["probe"],
        &[("DATABASE_URL", &wrong), ("REDIS_URL", "redis://app:hidden-word@127.0.0.1:1/0")],
    );
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("database: refuses our credentials") && said.contains("redis: does not answer"), "{said}");
    assert!(!said.contains("hidden-word"), "{said}");
}

#[test]
fn a_rotations_settings_must_make_sense() {
    let place = Place::empty();
    let both = [
        ("AFM_KEY_NEXT", "0123456789abcdef0123456789abcdef-x"),
        ("AFM_KEY_PREVIOUS", "0123456789abcdef0123456789abcdef-y"),
    ];
    let output = place.output(SECOND, &["check-config"], &both);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("one rotation ends before the next begins"));
}
