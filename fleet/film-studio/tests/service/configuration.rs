//! Every fault of the configuration is listed at once, and nothing secret is shown.

use crate::running::{KEY, program};

fn checked(settings: &[(&str, &str)]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let output = program(folder.path()).arg("check-config").envs(settings.iter().copied()).output().unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.code(), text)
}

#[test]
fn faults_are_listed_together() {
    let (code, told) = checked(&[
        ("APP_ENV", "production"),
        ("JWT_SECRET", "short"),
        ("DATABASE_URL", "postgres://films:hidden-word@db/films"),
        ("DEBUG_MODE", "true"),
        ("REDIS_URL", "http://cache"),
        ("LOGINS_PER_MINUTE", "0"),
        ("OPERATOR_EMAIL", "nobody"),
    ]);
    assert_eq!(code, Some(2));
    for setting in [
        "JWT_SECRET",
        "DATABASE_URL",
        "DEBUG_MODE",
        "REDIS_URL",
        "LOGINS_PER_MINUTE",
        "OPERATOR_EMAIL",
        "ALLOWED_ORIGINS",
    ] {
        assert!(told.contains(setting), "{setting} is not told:\n{told}");
    }
    assert!(!told.contains("hidden-word"), "{told}");
}

#[test]
fn a_good_one_is_shown_without_secrets() {
    let (code, told) = checked(&[("DATABASE_URL", "mysql://films:hidden-word@db/films?pool_max=7")]);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.ends_with("configuration is valid\n") && told.contains("PORT"), "{told}");
    assert!(!told.contains("hidden-word") && !told.contains(KEY), "{told}");
}
