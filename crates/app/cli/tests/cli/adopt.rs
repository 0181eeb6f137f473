//! `callsheet adopt`: a difference first, then the file.

use std::fs;

use serde_json::Value;

use crate::desk::Desk;

const RUNBOOK: &str = "\
# Shop

## Deploy

1. Is the shop up?

   ```bash
   curl -fsS http://localhost:8080/health
   # Expected: HTTP 200, \"status\": \"up\"
   ```

2. Remove the old release. This takes up to 5 minutes.

   ```bash
   rm -rf /srv/shop/<release>
   ```

3. Restart it:

       systemctl restart shop

4. Tell the team.
";

fn desk() -> Desk {
    Desk::new().with("ops/shop.md", RUNBOOK)
}

#[test]
fn the_difference_comes_first() {
    let desk = desk();
    insta::assert_snapshot!(desk.callsheet(&["adopt", "ops/shop.md"]).screen());
    assert_eq!(desk.read("ops/shop.md"), RUNBOOK);
}

#[test]
fn written_it_plans_the_same_and_is_adopted_for_good() {
    let desk = desk();
    assert_eq!(desk.callsheet(&["adopt", "ops/shop.md", "--check"]).code, 1);
    let before = desk.callsheet(&["plan", "ops/shop.md", "--format", "json"]).stdout;
    let written = desk.callsheet(&["adopt", "ops/shop.md", "--write"]);
    assert_eq!((written.code, written.stdout.as_str()), (0, ""), "{}", written.stderr);
    let after = desk.callsheet(&["plan", "ops/shop.md", "--format", "json"]).stdout;
    let ids = |plan: &str| -> Vec<String> {
        let plan: Value = serde_json::from_str(plan).expect("it is JSON");
        let steps = plan["procedures"][0]["steps"].as_array().cloned().unwrap_or_default();
        steps.iter().map(|step| step["id"].to_string()).collect()
    };
    assert_eq!(ids(&before), ids(&after));
    let again = desk.callsheet(&["adopt", "ops/shop.md", "--check"]);
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert_eq!(fs::read_dir(desk.path("ops")).expect("it is a folder").count(), 1);
}

#[test]
fn another_file_can_be_written_and_parts_left() {
    let desk = desk();
    let arguments = ["adopt", "ops/shop.md", "--output", "new.md", "--leave", "flows", "--leave", "parameters"];
    assert_eq!(desk.callsheet(&arguments).code, 0);
    assert_eq!(desk.read("ops/shop.md"), RUNBOOK);
    let new = desk.read("new.md");
    assert!(new.contains("expect_status=200") && new.starts_with("# Shop"), "{new}");
}

#[test]
fn json_tells_the_same() {
    let ending = desk().callsheet(&["adopt", "ops/shop.md", "--format", "json"]);
    let report: Value = serde_json::from_str(&ending.stdout).expect("it is JSON");
    assert_eq!((report["schema"].as_str(), report["changed"].as_bool()), (Some("callsheet.adopt/1"), Some(true)));
    assert_eq!(report["summary"]["parameters"][0], "release");
    assert_eq!(report["summary"]["flows"].as_array().map(Vec::len), Some(1));
    assert!(report["diff"].as_str().is_some_and(|diff| diff.contains("```hurl {name=is-the-shop-up")), "{report}");
}

#[test]
fn colour_is_for_terminals() {
    let desk = desk();
    assert!(!desk.callsheet(&["adopt", "ops/shop.md"]).stdout.contains('\u{1b}'));
    assert!(desk.callsheet(&["adopt", "ops/shop.md", "--color", "always"]).stdout.contains("\u{1b}[32m+"));
}

#[test]
fn an_encoding_that_cannot_be_kept_is_refused() {
    let desk = Desk::new();
    fs::write(desk.path("a.md"), b"# caf\xe9\n\n```bash\nls\n```\n").expect("files can be written");
    let ending = desk.callsheet(&["adopt", "a.md", "--write"]);
    assert_eq!(ending.code, 2);
    assert!(ending.stderr.contains("neither UTF-8 nor UTF-16"), "{}", ending.stderr);
}
