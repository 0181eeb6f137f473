//! `runs`, `logs`, `verify`, `export`, `state`: what is left of a run.

use serde_json::Value;

use crate::desk::Desk;

const RUNBOOK: &str = "\
# Shop

## Greet

1. Greet.

   ```bash {name=greet}
   echo hello
   echo aside >&2
   ```

2. Count.

   ```bash {name=count}
   seq 3
   ```
";

fn ran() -> Desk {
    let desk = Desk::new().with("shop.md", RUNBOOK);
    desk.callsheet(&["run", "shop.md#greet", "--yes"]).expect(0);
    desk
}

#[test]
fn runs_are_listed() {
    let desk = ran();
    let list = desk.callsheet(&["runs", "--format", "json"]).expect(0);
    let list: Value = serde_json::from_str(&list.stdout).expect("it is JSON");
    assert_eq!(list["schema"], "callsheet.runs/1");
    assert_eq!(
        (list["runs"][0]["phase"].as_str(), list["runs"][0]["procedure"].as_str()),
        (Some("done"), Some("shop.md#greet"))
    );
    let table = desk.callsheet(&["runs"]).expect(0).stdout;
    assert!(table.contains("done") && table.contains("shop.md#greet"), "{table}");
    assert!(desk.callsheet(&["runs", "--open"]).expect(0).stderr.contains("no run is open"));
}

#[test]
fn where_nothing_ran_that_is_said() {
    let desk = Desk::new();
    insta::assert_snapshot!(desk.callsheet(&["runs"]).expect(0).screen());
    insta::assert_snapshot!(desk.callsheet(&["logs"]).expect(2).screen());
    assert!(!desk.path(".callsheet").exists(), "looking makes nothing");
}

#[test]
fn output_is_kept_step_by_step() {
    let desk = ran();
    insta::assert_snapshot!(desk.callsheet(&["logs", "last"]).expect(0).screen());
    assert_eq!(desk.callsheet(&["logs", "last", "--step", "count"]).expect(0).stdout, "1\n2\n3\n");
    assert_eq!(desk.callsheet(&["logs", "last", "--step", "2"]).expect(0).stdout, "1\n2\n3\n");
}

#[test]
fn the_journal_is_proved_alone_and_against_a_kept_head() {
    let desk = ran();
    insta::assert_snapshot!(desk.callsheet(&["verify", "last"]).expect(0).screen());
    desk.callsheet(&["export", "heads", "--output", "heads.json"]).expect(0);
    desk.callsheet(&["run", "shop.md#greet", "--yes"]).expect(0);
    insta::assert_snapshot!(desk.callsheet(&["verify", "--head", "heads.json"]).expect(0).screen());
    let forged = desk.read("heads.json").replace("\"seq\": ", "\"seq\": 1");
    let desk = desk.with("forged.json", &forged);
    desk.callsheet(&["verify", "--head", "forged.json"]).expect(1);
    desk.callsheet(&["verify", "--head", "shop.md"]).expect(2);
}

#[test]
fn the_state_is_backed_up_checked_and_restored() {
    let desk = ran();
    desk.callsheet(&["state", "check"]).expect(0);
    desk.callsheet(&["state", "backup", "kept"]).expect(0);
    desk.callsheet(&["state", "restore", "kept"]).expect(2);
    std::fs::rename(desk.path(".callsheet"), desk.path("away")).expect("it can be moved");
    desk.callsheet(&["state", "restore", "kept"]).expect(0);
    assert_eq!(desk.callsheet(&["logs", "last", "--step", "count"]).expect(0).stdout, "1\n2\n3\n");
    let pruned = desk.callsheet(&["state", "prune", "--older-than", "1h"]).expect(0);
    assert!(pruned.stderr.contains("removed 0 outputs"), "{}", pruned.screen());
}

#[test]
fn the_change_record_is_shown_for_people_tickets_and_programs() {
    let desk = ran();
    insta::assert_snapshot!(desk.callsheet(&["show", "last"]).expect(0).screen());
    insta::assert_snapshot!(desk.callsheet(&["show", "last", "--format", "md"]).expect(0).screen());
    let record = desk.callsheet(&["show", "last", "--format", "json"]).expect(0);
    let record: Value = serde_json::from_str(&record.stdout).expect("it is JSON");
    assert_eq!((record["phase"].as_str(), record["procedure"].as_str()), (Some("done"), Some("shop.md#greet")));
}

const EVIDENCE: &str = "\
---
secrets: [SHOP_PASSWORD]
---

# Shop

## Look

1. Sign in.

   ```bash {name=sign-in}
   printf '\\033[31mpassword %s\\033[0m <script>alert(1)</script>\\n' \"$SHOP_PASSWORD\"
   ```

2. Count the orders.

   ```sql {name=orders}
   select 7 as orders, 'open' as state;
   ```
";

#[test]
fn the_change_record_is_a_page() {
    let desk = Desk::new().with("shop.md", EVIDENCE).with("shop.db", "");
    let database = format!("sqlite:{}", desk.path("shop.db").display());
    let desk = desk.with_variable("SHOP_PASSWORD", "correct-horse-battery").with_variable("DATABASE_URL", &database);
    desk.callsheet(&["run", "shop.md#look", "--yes", "--why", "SHOP-417"]).expect(0);
    let said = desk.callsheet(&["show", "last", "--format", "html", "--output", "record.html"]).expect(0);
    assert_eq!((said.stdout.as_str(), said.stderr.as_str()), ("", "wrote record.html\n"));
    let page = desk.read("record.html");
    assert!(page.contains("SHOP-417") && page.contains("chain holds</b> over"), "{page}");
    assert!(page.contains("<th scope=\"col\" class=\"n\">orders</th>"), "a query's result is a table: {page}");
    assert!(page.contains("<span class=\"t1\">password ") && page.contains("&lt;script&gt;alert(1)"), "{page}");
    assert!(!page.contains("correct-horse"), "a secret stays redacted");
}
