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

const COMPOSE: &str = include_str!("../../compose.yaml");
const RECIPE: &str = include_str!("../../Dockerfile");

#[test]
fn every_variable_of_the_recipes_is_a_setting_and_the_service_takes_them() {
    let service = COMPOSE.split("\n  content-jumpstart:\n").nth(1).expect("the file has the service");
    let lines = service.lines().skip_while(|line| *line != "    environment:").skip(1);
    let own = lines.take_while(|line| line.starts_with("      ")).map(|line| {
        let (name, value) = line.trim().split_once(": ").expect("NAME: value");
        let value = value.replace("${APP_ENV:-staging}", "staging").replace("${POSTGRES_PASSWORD}", "pass");
        let value = value.replace("${SECRET_KEY:?at least 32 characters}", "5f1c0b7a92e84d36a1f0c9e2b7d84635");
        let value = value.replace("${SECRET_KEY_PREVIOUS:-}", "").replace("${ANTHROPIC_API_KEY:-}", "");
        (name.to_owned(), value.trim_matches('"').to_owned())
    });
    let line = RECIPE.lines().find_map(|line| line.strip_prefix("ENV ")).expect("the recipe sets variables");
    let image = line.split_whitespace().map(|pair| pair.split_once('=').expect("NAME=value"));
    let image = image.map(|(name, value)| (name.to_owned(), value.replace("${VERSION}", "2.1.0")));
    let all: Vec<(String, String)> = own.chain(image).collect();
    assert!(all.len() >= 10 && all.iter().all(|(_, value)| !value.contains('$')), "{all:?}");
    let given: Vec<(&str, &str)> = all.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let (status, shown, told) = output(&given, &["check-config"]);
    assert_eq!(status, Some(0), "{told}");
    for (name, _) in given.iter().filter(|(_, value)| !value.is_empty()) {
        let line = shown.lines().find(|line| line.split_whitespace().next() == Some(name));
        assert!(line.is_some_and(|line| line.contains("[environment]")), "{name} is no setting:\n{shown}");
    }
}
