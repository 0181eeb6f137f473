//! Configuration: every fault at once, and no secret on the screen.

use crate::running::{Ground, SECOND};

#[tokio::test]
async fn every_fault_is_listed_and_no_secret_shown() {
    let ground = Ground::new();
    let mut command = ground.program(SECOND);
    command
        .arg("check-config")
        .env("APP_ENV", "production")
        .env("DEBUG_MODE", "true")
        .env("JWT_SECRET", "short-secret");
    command.env_remove("REDIS_URL").env("DATABASE_URL", "mysql://a:hidden@b/c").env("FFMPEG_PATH", "/nowhere/ffmpeg");
    command.env("FFMPEG_HWACCEL", "magic").env("JOB_WORKERS", "many");
    let checked = command.output().unwrap();
    assert_eq!(checked.status.code(), Some(2));
    let told = String::from_utf8_lossy(&checked.stderr);
    for setting in [
        "DEBUG_MODE",
        "JWT_SECRET",
        "REDIS_URL",
        "DATABASE_URL",
        "FFMPEG_PATH",
        "FFMPEG_HWACCEL",
        "JOB_WORKERS",
        "ALLOWED_ORIGINS",
        "PROMETHEUS_SCRAPE_CONFIG",
    ] {
        assert!(told.contains(&format!("`{setting}`")), "{setting} is not told:\n{told}");
    }
    assert!(!told.contains("hidden") && !told.contains("short-secret"), "{told}");

    let sound = ground.program(SECOND).arg("check-config").output().unwrap();
    let shown = String::from_utf8_lossy(&sound.stdout);
    assert!(sound.status.success() && shown.contains("configuration is valid"), "{shown}");
    assert!(!shown.contains(crate::running::KEY), "{shown}");
}

#[tokio::test]
async fn database_redis_ffmpeg_and_codecs_are_probed_apart_from_the_service() {
    let ground = Ground::new();
    let migrated = ground.program(SECOND).args(["migrate", "up"]).output().unwrap();
    assert!(migrated.status.success(), "{}", String::from_utf8_lossy(&migrated.stderr));
    let probed = ground.program(SECOND).arg("probe").output().unwrap();
    assert!(probed.status.success(), "{}", String::from_utf8_lossy(&probed.stderr));
    let canary = ground.program(SECOND).arg("canary").output().unwrap();
    let told = String::from_utf8_lossy(&canary.stdout);
    assert!(canary.status.success() && told.contains("libx264"), "{told} {}", String::from_utf8_lossy(&canary.stderr));
}
