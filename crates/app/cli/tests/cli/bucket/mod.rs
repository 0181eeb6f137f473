//! Backups in a bucket: made, listed, proved, restored, pruned, cut off midway, and what is said of a bucket that does not let us in.

mod server;

use std::time::{Duration, Instant};

use serde_json::Value;

use self::server::{Bucket, KEY_ID, Mood, SECRET};
use crate::desk::{Desk, Ending};

/// A database of three pieces that do not get smaller, and a key.
fn desk(bucket: &Bucket, secret: &str) -> Desk {
    let blobs = "CREATE TABLE photos (id INTEGER PRIMARY KEY, bytes BLOB);\n\
        INSERT INTO photos WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 18) SELECT n, randomblob(1000000) FROM n;\n";
    let desk = Desk::new()
        .with("callsheet.toml", "[databases.main]\nurl = \"sqlite:shop.db\"\nmigrations = \"db\"\n")
        .with("db/0001_photos.up.sql", blobs)
        .with("db/0001_photos.down.sql", "DROP TABLE photos;\n")
        .with_variable("AWS_ACCESS_KEY_ID", KEY_ID)
        .with_variable("AWS_SECRET_ACCESS_KEY", secret);
    callsheet(&desk, "migrate up", 0);
    let recipient = callsheet(&desk, "backup new-key key", 0).stdout;
    let config = format!(
        "[databases.main]\nurl = \"sqlite:shop.db\"\nmigrations = \"db\"\n[databases.main.backup]\nstorage = \"s3://backups/of/shop\"\n\
         endpoint = \"{}\"\nregion = \"eu-central-1\"\nkeep = {{ last = 1 }}\nidentity = \"key\"\nrecipients = [\"{}\"]\n\
         expect = {{ \"SELECT count(*) FROM photos\" = \"18\" }}\n",
        bucket.endpoint,
        recipient.trim()
    );
    desk.with("callsheet.toml", &config)
}

fn callsheet(desk: &Desk, words: &str, code: i32) -> Ending {
    desk.callsheet(&words.split(' ').collect::<Vec<_>>()).expect(code)
}

fn listed(desk: &Desk) -> (usize, usize) {
    let text = callsheet(desk, "backup list --format json", 0).stdout;
    let report: Value = serde_json::from_str(&text).expect("it is JSON");
    let count = |key: &str| report["databases"][0][key].as_array().map_or(0, Vec::len);
    (count("backups"), count("unfinished"))
}

#[test]
fn a_bucket_keeps_proves_gives_back_and_lets_go() {
    let bucket = Bucket::start();
    let desk = desk(&bucket, SECRET);
    // A connection that breaks once is no reason to give up.
    bucket.set(Mood::CutOnce);
    callsheet(&desk, "backup create", 0);
    assert_eq!(bucket.befallen(), 1);
    let pieces = std::fs::read_dir(bucket.objects().join("of/shop/main")).expect("backups are there");
    let folder = pieces.map(|entry| entry.expect("a listed folder").path()).next().expect("there is one");
    assert!(folder.join("00000003").exists() && folder.join("manifest").exists());
    assert!(callsheet(&desk, "drill restore", 0).stdout.contains("verified: restored into SQLite"));
    callsheet(&desk, "backup create", 0);
    assert_eq!(listed(&desk), (2, 0));
    // The newest verified one stays beside the newest; once that is verified, too, the older one may go.
    assert!(callsheet(&desk, "backup prune", 0).stdout.contains("2 kept"));
    callsheet(&desk, "backup verify", 0);
    callsheet(&desk, "backup prune", 0);
    assert_eq!(listed(&desk), (1, 0));
    assert!(!folder.join("manifest").exists() && !folder.join("00000001").exists());
    callsheet(&desk, "migrate down --yes", 0);
    callsheet(&desk, "restore --latest --yes", 0);
    assert_eq!(callsheet(&desk, "migrate current", 0).stdout, "0001\n");
}

#[test]
fn what_was_cut_off_midway_is_no_backup() {
    let bucket = Bucket::start();
    let desk = desk(&bucket, SECRET);
    bucket.set(Mood::Hang);
    let mut child = desk.command(&["backup", "create"]).spawn().expect("callsheet starts");
    let deadline = Instant::now() + Duration::from_secs(60);
    while bucket.befallen() == 0 {
        assert!(Instant::now() < deadline, "the second piece is never sent");
        assert!(child.try_wait().expect("a child can be waited for").is_none(), "it ended too early");
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().expect("it is our child");
    child.wait().expect("it ends");
    assert_eq!(listed(&desk).0, 0);
    assert!(callsheet(&desk, "restore --latest --yes", 2).stderr.contains("`callsheet backup create` makes one"));
    bucket.set(Mood::Well);
    callsheet(&desk, "backup create", 0);
    callsheet(&desk, "backup verify", 0);
    assert_eq!(listed(&desk).0, 1);
}

#[test]
fn a_key_that_is_not_let_in_is_told_and_never_shown() {
    let bucket = Bucket::start();
    let desk = desk(&bucket, "not-the-secret-that-signs");
    let refused = desk.callsheet(&["backup", "create"]);
    assert_ne!(refused.code, 0);
    assert!(refused.stderr.contains("s3://backups/of/shop"), "{}", refused.screen());
    assert!(!refused.stderr.contains("not-the-secret-that-signs"), "{}", refused.screen());
}
