//! Snapshots as `runbooks/video-editor/service.sh` takes them, brings them back and lets them go.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use callsheet_servers::Postgres;

use crate::running::SECOND;

/// A migrated database and the script's place.
struct Place {
    postgres: Postgres,
    database: String,
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Place {
        let postgres = Postgres::start(&["shared_buffers=16MB"]);
        let (database, folder) = (postgres.fresh_database(), tempfile::tempdir().unwrap());
        let place = Place { postgres, database, folder };
        place.migrate(&["up"]);
        place.script(&["setup"], 0);
        place
    }

    fn migrate(&self, words: &[&str]) {
        let mut command = Command::new(SECOND);
        command.env_clear().current_dir(self.folder.path()).env("VIDEO_EDITOR_HOME", self.folder.path());
        command.env("DATABASE_URL", &self.database).env("JWT_SECRET", "0123456789abcdef0123456789abcdef-one");
        let done = command.arg("migrate").args(words).output().unwrap();
        assert!(done.status.success(), "{words:?}: {done:?}");
    }

    /// Runs the script to its end; gives both its outputs.
    #[track_caller]
    fn script(&self, words: &[&str], code: i32) -> String {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../runbooks/video-editor/service.sh");
        let mut command = Command::new(script);
        command.env("VIDEO_EDITOR_HOME", self.folder.path()).current_dir(self.folder.path());
        command.env("DATABASE_URL", &self.database).env("REDIS_URL", "redis://127.0.0.1:1/0");
        let done = command.args(words).output().unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
        assert_eq!(done.status.code(), Some(code), "{words:?}: {said}");
        said
    }

    #[track_caller]
    fn sql(&self, statement: &str) -> String {
        let mut command = Command::new("psql");
        command.args(["-XqAt", "-v", "ON_ERROR_STOP=1", &self.database, "-c", statement]);
        let done = command.output().unwrap();
        assert!(done.status.success(), "{statement}: {done:?}");
        String::from_utf8(done.stdout).unwrap().trim().to_owned()
    }

    fn backups(&self) -> PathBuf {
        self.folder.path().join("backups")
    }

    /// Snapshots that are there, but for those of what restores replaced; and those.
    fn kept(&self) -> [Vec<String>; 2] {
        let files = fs::read_dir(self.backups()).unwrap();
        let mut names: Vec<String> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|name| name.ends_with(".dump"));
        names.sort_unstable();
        let (replaced, own) = names.into_iter().partition(|name| name.starts_with("before-restore-"));
        [own, replaced]
    }

    /// A snapshot of so many hours ago, for all that its name and time tell.
    fn of_the_past(&self, name: &str, hours: u64, is_complete: bool) {
        let past = SystemTime::now() - Duration::from_secs(hours * 3600);
        let ending = if is_complete { ".sha256" } else { ".new" };
        for file in [format!("{name}.dump"), format!("{name}.dump{ending}")] {
            File::create(self.backups().join(file)).unwrap().set_modified(past).unwrap();
        }
    }

    /// Makes a table's first page unreadable, as a failing disk does.
    fn damage(&mut self, table: &str) {
        self.sql("CHECKPOINT");
        let file = self.sql(&format!("SELECT pg_relation_filepath('{table}')"));
        let file = self.postgres.pid_file().with_file_name(file);
        self.postgres.halt();
        let mut bytes = fs::read(&file).unwrap();
        bytes[..8192].fill(0xff);
        fs::write(&file, bytes).unwrap();
        self.postgres.resume();
    }
}

const USERS: &str = "SELECT string_agg(email, ' ' ORDER BY email) FROM users";

fn user(email: &str) -> String {
    format!("INSERT INTO users VALUES (gen_random_uuid(), '{email}', 'N', 'editor', 'x', now())")
}

#[test]
fn a_damaged_database_is_restored_once_somebody_gives_up_what_is_there() {
    let mut place = Place::new();
    place.sql(&user("kept"));
    place.script(&["backup", "good"], 0);
    place.sql(&user("since"));
    place.damage("users");

    let said = place.script(&["restore"], 1);
    assert!(said.contains("nothing was restored"), "{said}");
    assert!(said.contains("service.sh restore good --without-snapshot"), "{said}");
    assert_eq!(place.kept(), [vec!["good.dump".to_owned()], vec![]], "no half of a snapshot is left");

    let said = place.script(&["restore", "good", "--without-snapshot"], 0);
    assert!(said.contains("what is there now is not kept") && said.contains("restored snapshot good"), "{said}");
    assert_eq!(place.sql(USERS), "kept");
    place.script(&["restore", "good", "--force"], 1);
}

#[test]
fn a_snapshot_of_an_older_schema_comes_back_and_changes_stay_locked() {
    let place = Place::new();
    place.sql(&user("kept"));
    // Before anything referred to projects from a table that the snapshot does not know.
    place.migrate(&["down", "3"]);
    place.script(&["backup", "older"], 0);
    place.migrate(&["up"]);
    place.sql("UPDATE maintenance SET writes_locked = true, reason = 'a drill'");
    place.sql(&user("since"));
    place.script(&["restore"], 0);
    assert_eq!(place.sql(USERS), "kept");
    assert_eq!(place.sql("SELECT writes_locked, reason FROM maintenance"), "t|a drill");
    assert_eq!(place.sql("SELECT to_regclass('jobs') IS NULL AND to_regclass('projects') IS NOT NULL"), "t");
    place.migrate(&["up"]);

    let [_, replaced] = place.kept();
    let name = replaced[0].strip_suffix(".dump").unwrap();
    place.script(&["restore", name], 0);
    assert_eq!(place.sql(USERS), "kept since");
}

#[test]
fn what_restores_replaced_takes_no_place_of_a_good_snapshot() {
    let place = Place::new();
    for hours in 1..=4 {
        place.of_the_past(&format!("before-restore-{hours}"), hours, true);
    }
    for hours in 5..=10 {
        place.of_the_past(&format!("night-{hours:02}"), hours, true);
    }
    place.of_the_past("broken-off", 6, false);
    place.of_the_past("long-broken-off", 20, false);
    place.script(&["prune"], 0);
    let [own, replaced] = place.kept();
    let nights = (5..=9).map(|hours| format!("night-{hours:02}.dump"));
    assert_eq!(own, [vec!["broken-off.dump".to_owned()], nights.collect()].concat());
    assert_eq!(replaced, ["before-restore-1.dump", "before-restore-2.dump"]);
}
