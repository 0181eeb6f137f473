//! Every fault at once, exit status 2; secrets never shown.

use crate::running::program;

/// What the program says with these settings: exit status, standard output, standard error.
pub(crate) fn output(settings: &[(&str, &str)], arguments: &[&str]) -> (Option<i32>, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = program(folder.path());
    let done = command.env_remove("JWT_SECRET").envs(settings.iter().copied()).args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (done.status.code(), text(done.stdout), text(done.stderr))
}

#[test]
fn production_without_anything_lists_every_fault_and_does_not_start() {
    for arguments in [&["serve"][..], &["check-config"], &["migrate", "up"]] {
        let settings = [
            ("APP_ENV", "production"),
            ("DEBUG_MODE", "true"),
            ("JWT_SECRET", "short"),
            ("PORT", "high"),
            ("ADMIN_EMAIL", "x"),
        ];
        let (status, _, told) = output(&settings, arguments);
        assert_eq!(status, Some(2), "{told}");
        for name in [
            "DEBUG_MODE",
            "JWT_SECRET",
            "PORT",
            "ALLOWED_ORIGINS",
            "DATABASE_URL",
            "ADMIN_PASSWORD",
            "ADMIN_EMAIL",
            "S3_BUCKET",
        ] {
            assert!(told.contains(&format!("`{name}`")), "{name} is not told:\n{told}");
        }
        assert!(told.contains("8 faults"), "{told}");
        assert!(!told.contains("short"), "a secret is shown:\n{told}");
    }
}

#[test]
fn origins_are_checked_one_by_one() {
    let origins = "*, https://good.example, http://plain.example, https://path.example/x, nonsense";
    let settings = [("APP_ENV", "production"), ("ALLOWED_ORIGINS", origins)];
    let (_, _, told) = output(&settings, &["check-config"]);
    for wrong in ["`*`", "`http://plain.example`", "`https://path.example/x`", "`nonsense`"] {
        assert!(told.contains(wrong), "{wrong}:\n{told}");
    }
    assert!(!told.contains("`https://good.example`"), "{told}");
}

#[test]
fn a_file_gives_settings_the_environment_overrules_them_and_unknown_ones_are_faults() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("asset-manager.toml");
    let path = file.to_str().unwrap();
    std::fs::write(
        &file,
        "port = 9000\nlog_level = \"warn\"\nallowed_origins = [\"https://a.example\", \"https://b.example\"]\n",
    )
    .unwrap();
    let (status, shown, _) = output(&[("CONFIG_FILE", path), ("PORT", "9001")], &["check-config"]);
    assert_eq!(status, Some(0));
    let lines: Vec<String> = shown.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    for line in [
        "PORT 9001 [environment]",
        "LOG_LEVEL warn [file]",
        "ALLOWED_ORIGINS https://a.example,https://b.example [file]",
    ] {
        assert!(lines.iter().any(|shown| shown == line), "{line}:\n{shown}");
    }
    std::fs::write(&file, "prot = 9000\n[table]\nx = 1\n").unwrap();
    let (status, _, told) = output(&[("CONFIG_FILE", path)], &["check-config"]);
    assert_eq!(status, Some(2));
    assert!(told.contains("`PROT`") && told.contains("`TABLE`"), "{told}");
    let (status, _, told) = output(&[("CONFIG_FILE", "/nowhere/at/all.toml")], &["check-config"]);
    assert!(status == Some(2) && told.contains("/nowhere/at/all.toml"), "{told}");
}

#[test]
fn secrets_are_shown_by_their_length_alone() {
    let key = "a-very-secret-signing-key-of-42-characters";
    let (status, shown, _) =
        output(&[("JWT_SECRET", key), ("DATABASE_URL", "sqlite:/tmp/hidden.db")], &["check-config"]);
    assert_eq!(status, Some(0));
    assert!(shown.contains("(42 characters, not shown)"), "{shown}");
    assert!(!shown.contains(key) && !shown.contains("hidden.db"), "{shown}");
}

#[test]
fn a_database_it_cannot_use_is_refused_without_repeating_its_password() {
    for (url, what) in [
        ("mysql://app:hunter2@db/x", "names no database"),
        ("postgres://app:hunter2@db/x?sslmode=maybe", "cannot be used"),
        ("sqlite:", "names no database"),
    ] {
        let (status, _, told) = output(&[("DATABASE_URL", url), ("DATABASE_POOL_SIZE", "0")], &["check-config"]);
        assert_eq!(status, Some(2));
        assert!(told.contains(&format!("`DATABASE_URL` {what}")) && !told.contains("hunter2"), "{told}");
        assert!(told.contains("`DATABASE_POOL_SIZE` is 0"), "{told}");
    }
    let (status, shown, _) = output(&[("DATABASE_URL", "postgres://app:hunter2@db/x")], &["check-config"]);
    assert!(status == Some(0) && !shown.contains("hunter2"), "{shown}");
}

#[test]
fn says_its_version() {
    let (status, shown, _) = output(&[("ASSET_MANAGER_VERSION", "2.4.0")], &["--version"]);
    assert_eq!((status, shown.as_str()), (Some(0), "asset-manager 2.4.0\n"));
    let (_, shown, _) = output(&[], &["--version"]);
    assert_eq!(shown, format!("asset-manager {}\n", env!("CARGO_PKG_VERSION")));
}
