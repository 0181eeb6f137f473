//! `callsheet check`: for people, for programs, for code scanners.

use serde_json::Value;

use crate::desk::Desk;

/// It names a step of which the reader has something to say.
const RUNBOOK: &str = "\
# Shop

## Deploy

1. Look at the log until it is quiet.

   ```bash
   tail -f /var/log/shop.log
   ```

2. Remove the old release.

   ```bash
   rm -rf /srv/shop/<release>
   ```
";

fn desk() -> Desk {
    Desk::new().with("ops/shop.md", RUNBOOK)
}

#[test]
fn findings_show_their_lines() {
    insta::assert_snapshot!(desk().callsheet(&["check", "ops/shop.md"]).screen());
}

#[test]
fn piped_there_is_no_colour_and_on_demand_there_is() {
    let piped = desk().callsheet(&["check", "ops"]);
    assert!(!piped.stdout.contains('\u{1b}') && !piped.stderr.contains('\u{1b}'), "{}", piped.stdout);
    let coloured = desk().callsheet(&["check", "ops", "--color", "always"]);
    assert!(coloured.stdout.contains('\u{1b}'), "{}", coloured.stdout);
}

#[test]
fn json_tells_the_same() {
    let ending = desk().callsheet(&["check", "ops/shop.md", "--format", "json"]);
    let report: Value = serde_json::from_str(&ending.stdout).expect("it is JSON");
    assert_eq!(report["schema"], "callsheet.check/1");
    let file = &report["files"][0];
    assert_eq!((file["file"].as_str(), file["steps"].as_u64()), (Some("ops/shop.md"), Some(2)));
    let total: u64 = ["errors", "warnings", "notes"].iter().filter_map(|name| report[*name].as_u64()).sum();
    assert_eq!(Some(total as usize), file["diagnostics"].as_array().map(Vec::len));
}

#[test]
fn sarif_is_one_run_of_callsheet() {
    let ending = desk().callsheet(&["check", "ops/shop.md", "--format", "sarif"]);
    let log: Value = serde_json::from_str(&ending.stdout).expect("it is JSON");
    assert_eq!(log["version"], "2.1.0");
    assert!(log["$schema"].as_str().is_some_and(|schema| schema.contains("sarif-schema-2.1.0")));
    assert_eq!(log["runs"][0]["tool"]["driver"]["name"], "callsheet");
    assert!(log["runs"][0]["results"].is_array());
}

#[test]
fn what_cannot_be_read_is_named() {
    insta::assert_snapshot!(desk().callsheet(&["check", "ops/gone.md"]).screen());
    insta::assert_snapshot!(Desk::new().callsheet(&["check", "."]).screen());
}

#[test]
fn folders_are_searched() {
    let desk = desk().with("ops/more/db.md", "# Database\n\n1. Call the owner.\n").with("ops/.hidden/x.md", "# X\n");
    let ending = desk.callsheet(&["check", ".", "--format", "json"]);
    let report: Value = serde_json::from_str(&ending.stdout).expect("it is JSON");
    let files: Vec<_> = report["files"].as_array().expect("a list").iter().map(|file| file["file"].clone()).collect();
    assert_eq!(files, ["ops/more/db.md", "ops/shop.md"]);
}
