//! Every fault at once, exit status 2; secrets never shown; recipes that the service takes.

use crate::running::program;

/// What the program says with these settings: exit status, standard output, standard error.
fn output(settings: &[(&str, &str)], arguments: &[&str]) -> (Option<i32>, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = program(folder.path());
    let done = command.env_remove("SECRET_KEY").envs(settings.iter().copied()).args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (done.status.code(), text(done.stdout), text(done.stderr))
}

#[test]
fn production_without_anything_lists_every_fault_and_does_not_start() {
    for arguments in [&["serve"][..], &["check-config"], &["migrate", "up"]] {
        let settings = [
            ("APP_ENV", "production"),
            ("DEBUG_MODE", "true"),
            ("SECRET_KEY", "short"),
            ("RATE_LIMIT_TOKENS_PER_MINUTE", "many"),
            ("MAX_CONCURRENT_API_CALLS", "0"),
            ("OPERATOR_EMAIL", "x"),
        ];
        let (status, _, told) = output(&settings, arguments);
        assert_eq!(status, Some(2), "{told}");
        for name in [
            "DEBUG_MODE",
            "SECRET_KEY",
            "CORS_ORIGINS",
            "DATABASE_URL",
            "OPERATOR_EMAIL",
            "OPERATOR_PASSWORD",
            "ANTHROPIC_API_KEY",
            "RATE_LIMIT_TOKENS_PER_MINUTE",
            "MAX_CONCURRENT_API_CALLS",
        ] {
            assert!(told.contains(&format!("`{name}`")), "{name} is not told:\n{told}");
        }
        assert!(told.contains("9 faults") && !told.contains("short"), "{told}");
    }
}

#[test]
fn secrets_are_shown_by_their_length_alone_and_the_writer_can_be_chosen() {
    let key = "a-very-secret-signing-key-of-42-characters";
    let settings = [
        ("APP_ENV", "production"),
        ("SECRET_KEY", key),
        ("DATABASE_URL", "postgresql://app:hunter2@db/x"),
        ("CORS_ORIGINS", "https://app.studio.example"),
        ("PROVIDER", "template"),
    ];
    let (status, shown, told) = output(&settings, &["check-config"]);
    assert_eq!(status, Some(0), "{told}");
    assert!(
        shown.contains("(42 characters, not shown)") && !shown.contains(key) && !shown.contains("hunter2"),
        "{shown}"
    );
    assert!(shown.contains("configuration is valid"), "{shown}");
    let (status, _, told) = output(&[("PROVIDER", "oracle"), ("ANTHROPIC_BASE_URL", "nowhere")], &["check-config"]);
    assert!(status == Some(2) && told.contains("`PROVIDER`") && told.contains("`ANTHROPIC_BASE_URL`"), "{told}");
    let (_, shown, _) = output(&[("CONTENT_JUMPSTART_VERSION", "2.0.1")], &["--version"]);
    assert_eq!(shown, "content-jumpstart 2.0.1\n");
}
