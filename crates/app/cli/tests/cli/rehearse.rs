//! `callsheet rehearse`, and what `check --probe` makes of it.

use serde_json::Value;

use crate::desk::Desk;

const RUNBOOK: &str = "\
# Shop

## Deploy

1. Note the release.

   ```bash {name=note}
   echo noted >> ledger
   cat ledger
   ```

2. Remove the old release.

   ```bash {name=remove}
   rm -rf old
   ```

3. Tell the channel.

   ```bash {name=tell}
   callsheet notify terminal \"deployed\"
   ```
";

/// The codes of what `check --probe` says beyond programs.
fn probed(desk: &Desk) -> Vec<String> {
    let ending = desk.callsheet(&["check", "--probe", "--offline", "ops.md", "--format", "json"]);
    let report: Value = serde_json::from_str(&ending.stdout).expect("it is JSON");
    let found = report["files"][0]["diagnostics"].as_array().cloned().unwrap_or_default();
    let codes = found.iter().filter_map(|one| one["code"].as_str().map(str::to_owned));
    codes.filter(|code| code.as_str() > "CS0030").collect()
}

#[test]
fn a_rehearsal_touches_a_copy_leaves_danger_out_and_is_dated() {
    let desk = Desk::new().with("ops.md", RUNBOOK).with("old/release.txt", "1.0\n");
    assert_eq!(probed(&desk), ["CS0046"], "never rehearsed");
    let ending = desk.callsheet(&["rehearse", "ops.md#deploy", "--yes"]).expect(0);
    let text = format!("{}{}", ending.stdout, ending.stderr);
    assert!(text.contains("would do, line 12: Remove the old release"), "{text}");
    assert!(!desk.path("ledger").exists() && desk.path("old/release.txt").exists(), "only the copy was touched");
    let shown = desk.callsheet(&["show", "last"]).expect(0).stdout;
    assert!(shown.contains("rehearsal") && shown.contains("not done: remove, tell"), "{shown}");
    assert!(probed(&desk).is_empty(), "rehearsed as it stands");
    let changed = desk.with("ops.md", &RUNBOOK.replace("cat ledger", "cat ledger other"));
    assert_eq!(probed(&changed), ["CS0046"], "another command was never rehearsed");
}
