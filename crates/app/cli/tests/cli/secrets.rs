//! `callsheet secrets`: what a person sees of secrets, and that it is never a value.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::desk::{Desk, Ending};

const CONFIG: &str = r#"
[secrets.PIN]
max_age = "90d"
roll = "cat /dev/null"
verify = ["test \"$SECRET\" = \"$PIN\""]
readers = ["L2", "dba"]
"#;

fn desk() -> Desk {
    Desk::new().with("callsheet.toml", CONFIG)
}

fn secrets(desk: &Desk, words: &str, code: i32) -> Ending {
    let words: Vec<&str> = std::iter::once("secrets").chain(words.split(' ')).collect();
    desk.callsheet(&words).expect(code)
}

/// With a value on standard input.
fn set(desk: &Desk, name: &str, value: &str) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_callsheet"));
    child.args(["secrets", "set", name]).current_dir(desk.path("")).env("HOME", desk.path(""));
    child.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = child.spawn().expect("callsheet starts");
    child.stdin.take().expect("it is piped").write_all(value.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn json(desk: &Desk) -> Value {
    serde_json::from_str(&secrets(desk, "list --format json", 0).stdout).expect("it is JSON")
}

/// Recipients, ages and days differ each time.
fn settled(ending: &Ending) -> String {
    let mut text = ending.screen().to_owned();
    for (expression, replacement) in [
        ("age1[0-9a-z]{58}", "[recipient]"),
        (r"\d{4}-\d\d-\d\d", "[the day]"),
        (r"(?m)^(PIN +\d+ +)\d+s +", "${1}[age]  "),
    ] {
        let expression = regex::Regex::new(expression).expect("it is an expression");
        text = expression.replace_all(&text, replacement).into_owned();
    }
    text
}

#[test]
fn a_book_is_set_up_filled_and_shown_without_values() {
    let desk = desk();
    insta::assert_snapshot!(secrets(&desk, "list", 0).screen());
    insta::assert_snapshot!(settled(&secrets(&desk, "init", 0)));
    insta::assert_snapshot!(settled(&secrets(&desk, "init", 0)));
    set(&desk, "PIN", "seven-times-seven\n");
    set(&desk, "PIN", "eight-times-eight\n");
    insta::assert_snapshot!(settled(&secrets(&desk, "list PIN", 0)));
    let book = desk.read("secrets/dev.toml");
    assert!(book.contains("[[secrets.PIN.version]]") && !book.contains("times"), "{book}");
    let list = json(&desk);
    assert_eq!(list["secrets"][0]["current"], 2);
    assert_eq!(list["secrets"][0]["versions"][0]["state"], "previous");
    insta::assert_snapshot!(secrets(&desk, "revoke PIN", 0).screen());
    insta::assert_snapshot!(secrets(&desk, "revoke PIN@2", 5).screen());
}

#[test]
fn a_value_is_shown_on_purpose_only_and_who_saw_it_is_recorded() {
    let desk = desk();
    secrets(&desk, "init", 0);
    set(&desk, "PIN", "seven-times-seven\n");
    insta::assert_snapshot!(secrets(&desk, "get PIN", 5).screen());
    assert_eq!(secrets(&desk, "get PIN --reveal --why audit", 0).stdout, "seven-times-seven\n");
    insta::assert_snapshot!(secrets(&desk, "get PIN@4 --reveal", 2).screen());
    insta::assert_snapshot!(secrets(&desk, "get POUT --reveal", 2).screen());
    let history = secrets(&desk, "history", 0).stdout;
    assert!(history.contains("set") && history.contains("get") && history.contains("audit"), "{history}");
    assert!(!history.contains("seven-times-seven"));
}

#[test]
fn whoever_is_no_reader_is_denied() {
    let desk = desk();
    secrets(&desk, "init", 0);
    set(&desk, "PIN", "seven-times-seven\n");
    fs::write(desk.path("callsheet.toml"), format!("{CONFIG}[people.nobody-here]\nlevel = \"L4\"\n")).unwrap();
    let denied = secrets(&desk, "get PIN --reveal", 5);
    assert!(denied.stderr.contains("but level L2 or the role dba is needed"), "{}", denied.stderr);
    assert_eq!(denied.stdout, "");
}

#[test]
fn without_an_identity_names_can_be_read_and_values_cannot() {
    let desk = desk();
    secrets(&desk, "init", 0);
    set(&desk, "PIN", "seven-times-seven\n");
    fs::rename(desk.path(".config"), desk.path("elsewhere")).unwrap();
    assert_eq!(json(&desk)["secrets"][0]["name"], "PIN");
    insta::assert_snapshot!(secrets(&desk, "get PIN --reveal", 2).screen());
}

#[test]
fn a_rotation_by_command_is_a_run_with_its_record() {
    let desk = desk();
    secrets(&desk, "init", 0);
    set(&desk, "PIN", "seven-times-seven\n");
    insta::assert_snapshot!(secrets(&desk, "rotate PIN --dry-run", 0).screen());
    let rotated = secrets(&desk, "rotate PIN --yes --why due", 0);
    assert!(rotated.stderr.contains("version 2 is in use, version 1 is revoked"), "{}", rotated.stderr);
    let list = json(&desk);
    assert_eq!((list["secrets"][0]["current"].as_u64(), list["secrets"][0]["rotation"].is_null()), (Some(2), true));
    assert_eq!(list["secrets"][0]["versions"][0]["destroyed"], true);
    let value = secrets(&desk, "get PIN --reveal", 0).stdout;
    assert_eq!(value.trim().len(), 64);
    let record = desk.callsheet(&["show", "last"]).expect(0);
    assert!(record.stdout.contains("due") && !record.stdout.contains(value.trim()), "{}", record.stdout);
    insta::assert_snapshot!(secrets(&desk, "scan", 0).stdout);
}

#[test]
fn a_rotation_that_fails_can_be_taken_back() {
    let desk = desk();
    secrets(&desk, "init", 0);
    set(&desk, "PIN", "seven-times-seven\n");
    fs::write(desk.path("callsheet.toml"), CONFIG.replace("test ", "! test ")).unwrap();
    let failed = secrets(&desk, "rotate PIN --yes", 1);
    assert!(failed.stderr.contains("stage 5 of 9, log in for real\n  `! test"), "{}", failed.stderr);
    insta::assert_snapshot!(settled(&secrets(&desk, "list", 0)));
    fs::write(desk.path("callsheet.toml"), CONFIG).unwrap();
    let back = secrets(&desk, "rotate PIN --yes --abort", 0);
    assert!(back.stderr.contains("version 1 is in use again, version 2 is revoked"), "{}", back.stderr);
    assert_eq!(secrets(&desk, "get PIN --reveal", 0).stdout, "seven-times-seven\n");
}

#[test]
fn a_rotation_keeps_to_its_window_and_staging_goes_before_production() {
    let desk = desk();
    secrets(&desk, "init --env staging", 0);
    secrets(&desk, "init --env production", 0);
    secrets(&desk, "set PIN --random --env staging", 0);
    secrets(&desk, "set PIN --random --env production", 0);
    insta::assert_snapshot!(secrets(&desk, "rotate PIN --yes --env production", 5).screen());
    secrets(&desk, "rotate PIN --yes --env staging", 0);
    secrets(&desk, "rotate PIN --yes --env production", 0);
    let month = closed_window();
    fs::write(desk.path("callsheet.toml"), CONFIG.replace("readers", &format!("window = \"{month}\"\nreaders")))
        .unwrap();
    let refused = secrets(&desk, "rotate PIN --yes --env staging", 5);
    assert!(refused.stderr.contains("it is outside of its window"), "{}", refused.stderr);
    secrets(&desk, "rotate PIN --yes --env staging --emergency leaked", 0);
}

/// A window that is not open on this day of the week.
fn closed_window() -> String {
    let seconds = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("it is later").as_secs();
    // The first of January 1970 was a Thursday; three days from now is neither today nor tomorrow.
    let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    format!("{} 02:00-04:00", days[((seconds / 86_400 + 3) % 7) as usize])
}

#[test]
fn steps_get_values_by_name_and_their_output_hides_them() {
    let desk = desk().with(
        "a.md",
        "---\nsecrets: [PIN]\n---\n# A\n\n## Look\n\n```bash {name=look}\necho \"pin=$PIN\"; printf %s \"$PIN\" | base64\n```\n",
    );
    secrets(&desk, "init", 0);
    set(&desk, "PIN", "seven-times-seven\n");
    let ran = desk.callsheet(&["run", "a.md", "--yes"]).expect(0);
    assert!(!ran.stderr.contains("seven") && !ran.stdout.contains("seven"), "{}", ran.stderr);
    let logs = desk.callsheet(&["logs", "last"]).expect(0).stdout;
    assert!(logs.contains("pin=[redacted:PIN]\n[redacted:PIN]") && !logs.contains("c2V2ZW4"), "{logs}");
    secrets(&desk, "scan", 0);
}

#[test]
fn a_value_where_it_must_not_be_is_found_without_being_shown() {
    let desk = desk();
    secrets(&desk, "init", 0);
    set(&desk, "PIN", "seven-times-seven\n");
    let desk = desk.with("notes/a.txt", "one\nthe pin is c2V2ZW4tdGltZXMtc2V2ZW4=\n");
    let found = secrets(&desk, "scan", 1);
    insta::assert_snapshot!(found.stdout);
    assert!(found.stderr.contains("1 of them known values"), "{}", found.stderr);
}

#[test]
fn a_rotation_is_a_line_of_a_runbook_and_its_run_rotates_once() {
    let desk = desk().with(
        "a.md",
        "# A\n\n## Rotate\n\n```bash {name=rotate}\ncallsheet secrets rotate PIN --until promote\ncallsheet secrets rotate PIN\ncallsheet secrets rotate PIN\n```\n",
    );
    secrets(&desk, "init", 0);
    set(&desk, "PIN", "seven-times-seven\n");
    desk.callsheet(&["run", "a.md", "--yes"]).expect(0);
    let list = json(&desk);
    assert_eq!(list["secrets"][0]["current"], 2, "{list:#}");
    let logs = desk.callsheet(&["logs", "last"]).expect(0).stdout;
    assert!(logs.contains("PIN: done up to `promote`"), "{logs}");
    assert!(logs.contains("PIN: this run has rotated it already"), "{logs}");
    desk.callsheet(&["run", "a.md", "--yes"]).expect(0);
    assert_eq!(json(&desk)["secrets"][0]["current"], 3, "another run rotates again");
}

#[test]
fn whose_password_it_is_is_looked_up_when_the_value_is_there() {
    let config = "[secrets.SHOP_DB]\nkind = \"postgres\"\nusers = [\"shop_a\", \"shop_b\"]\nadmin = \"$ADMIN\"\n\
                  url = \"postgres://{user}:{password}@db/shop\"\n";
    let desk = Desk::new().with("callsheet.toml", config);
    secrets(&desk, "init", 0);
    set(&desk, "SHOP_DB", "first-of-all\n");
    let mut slow = desk.command(&["secrets", "set", "SHOP_DB"]);
    let mut slow = slow.stdin(Stdio::piped()).stderr(Stdio::null()).spawn().expect("callsheet starts");
    // It waits for the value; a machine that does not say so is given a moment.
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(1);
    let waits = || fs::read_to_string(format!("/proc/{}/wchan", slow.id())).is_ok_and(|at| at.contains("pipe"));
    while !waits() && std::time::Instant::now() < deadline {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    desk.callsheet_fed(&["secrets", "set", "SHOP_DB", "--user", "shop_b"], "by-another\n").expect(0);
    slow.stdin.take().expect("it is piped").write_all(b"typed-at-last\n").expect("it reads");
    assert!(slow.wait().expect("it ends").success());
    let versions = json(&desk)["secrets"][0]["versions"].clone();
    let users: Vec<&str> = versions.as_array().into_iter().flatten().filter_map(|one| one["user"].as_str()).collect();
    assert_eq!(users, ["shop_a", "shop_b", "shop_b"]);
}
