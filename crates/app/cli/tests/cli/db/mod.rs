//! `callsheet db`: a primary is switched while applications write, Callsheet is killed at each stage, servers die and come back.

mod mariadb;
mod postgres;
mod writers;

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::desk::{Desk, Ending};

fn callsheet(desk: &Desk, words: &str, code: i32) -> Ending {
    desk.callsheet(&words.split(' ').collect::<Vec<_>>()).expect(code)
}

/// Two servers, whose addresses are in variables; `fence` is a line of the first one's.
fn desk(urls: [String; 2], fence: &str) -> Desk {
    let config = format!(
        "[databases.main]\nurl = \"$DB1_URL\"\n[databases.main.servers.db1]\nurl = \"$DB1_URL\"\n{fence}\n\
         [databases.main.servers.db2]\nurl = \"$DB2_URL\"\n"
    );
    let [first, second] = urls;
    Desk::new().with("callsheet.toml", &config).with_variable("DB1_URL", &first).with_variable("DB2_URL", &second)
}

/// How `db status` sees a server.
fn role(desk: &Desk, server: &str) -> (String, bool) {
    let text = callsheet(desk, "db status --format json", 0).stdout;
    let report: Value = serde_json::from_str(&text).expect("it is JSON");
    let servers = report["servers"].as_array().expect("a list");
    let found = servers.iter().find(|one| one["name"] == server).expect("it is listed");
    (found["role"].as_str().expect("a word").to_owned(), found["writable"] == true)
}

/// Waits until the replica hears its primary.
fn until_all_is_well(desk: &Desk) {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let ending = desk.callsheet(&["db", "status", "--check"]);
        if ending.code == 0 {
            return;
        }
        assert!(Instant::now() < deadline, "{}", ending.screen());
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Gives the command and kills it with SIGKILL as soon as the book has one more line than before, again and again, until it ends by itself.
fn killed_at_each_stage(desk: &Desk, words: &str) -> u32 {
    let words: Vec<&str> = words.split(' ').collect();
    let book = || std::fs::read_to_string(desk.path(".callsheet/primaries/main.jsonl")).unwrap_or_default();
    let lines = || book().lines().count();
    let mut kills = 0;
    // Each time it may do one line more before it dies, so that each stage is met and the end is reached.
    for allowed in 1..40 {
        let before = lines();
        let mut child =
            desk.command(&words).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("callsheet starts");
        let status = loop {
            if let Some(status) = child.try_wait().expect("a child can be waited for") {
                break status;
            }
            if lines() >= before + allowed {
                child.kill().expect("it is our child");
                kills += 1;
                break child.wait().expect("it ends");
            }
            std::thread::sleep(Duration::from_millis(1));
        };
        if let Some(code) = status.code() {
            // A few lines: they fit into the pipe, whoever reads them.
            let said = child.wait_with_output().expect("it has ended").stderr;
            assert_eq!(code, 0, "after {kills} kills: {}", String::from_utf8_lossy(&said));
            return kills;
        }
        // Its last line was its last deed.
        if book().lines().last().is_some_and(|line| line.contains("\"event\":\"ended\"")) {
            return kills;
        }
    }
    panic!("it never ends");
}
