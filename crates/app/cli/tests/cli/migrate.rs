//! `callsheet migrate`: what a person sees of a schema on its way.

use serde_json::Value;

use crate::desk::{Desk, Ending};

const CONFIG: &str = "[databases.main]\nurl = \"sqlite:shop.db\"\nmigrations = \"db\"\n";

fn desk() -> Desk {
    Desk::new()
        .with("callsheet.toml", CONFIG)
        .with(
            "db/0001_orders.up.sql",
            "CREATE TABLE orders (id INTEGER PRIMARY KEY);\nINSERT INTO orders VALUES (1);\n",
        )
        .with("db/0001_orders.down.sql", "DROP TABLE orders;\n")
        .with("db/0002_day.up.sql", "ALTER TABLE orders ADD COLUMN day TEXT;\n")
        .with("db/0002_day.down.sql", "ALTER TABLE orders DROP COLUMN day;\n")
}

fn migrate(desk: &Desk, words: &str, code: i32) -> Ending {
    let words: Vec<&str> = std::iter::once("migrate").chain(words.split(' ')).collect();
    desk.callsheet(&words).expect(code)
}

#[test]
fn the_way_up_and_back() {
    let desk = desk();
    insta::assert_snapshot!(migrate(&desk, "up --dry-run", 0).screen());
    insta::assert_snapshot!(migrate(&desk, "up", 0).screen());
    insta::assert_snapshot!(migrate(&desk, "status", 0).screen());
    insta::assert_snapshot!(migrate(&desk, "history", 0).screen());
    assert_eq!(migrate(&desk, "current", 0).stdout, "0002\n");
    // Rows would be lost, nobody named the environment, and there is no terminal to ask on.
    insta::assert_snapshot!(migrate(&desk, "down -1", 5).screen());
    assert_eq!(migrate(&desk, "current", 0).stdout, "0002\n");
    insta::assert_snapshot!(migrate(&desk, "down -2 --env dev", 0).screen());
    assert_eq!(migrate(&desk, "current", 0).stdout, "none\n");
}

#[test]
fn a_refused_statement_is_shown_with_its_place() {
    let desk = desk().with(
        "db/0003_wrong.up.sql",
        "-- once more\nCREATE TABLE fresh (id INTEGER);\n\nINSERT INTO nowhere VALUES (1);\n",
    );
    insta::assert_snapshot!(migrate(&desk, "up", 1).screen());
    assert_eq!(migrate(&desk, "current", 0).stdout, "0002\n");
}

#[test]
fn what_differs_is_found() {
    let desk = desk();
    migrate(&desk, "up", 0);
    let desk = desk
        .with("db/0001_orders.up.sql", "CREATE TABLE orders (id BIGINT PRIMARY KEY);\n")
        .with("db/0004_late.up.sql", "SELECT 1;\n")
        .with("db/0004_more.up.sql", "SELECT 1;\n");
    insta::assert_snapshot!(migrate(&desk, "validate", 1).screen());
    let json: Value = serde_json::from_str(&migrate(&desk, "validate --format json", 1).stdout).expect("it is JSON");
    assert_eq!((&json["schema"], &json["valid"]), (&"callsheet.migrate/1".into(), &false.into()));
}

#[test]
fn lint_says_the_safe_form() {
    let desk = Desk::new()
        .with("callsheet.toml", "[databases.main]\nurl = \"postgres://127.0.0.1:1/x\"\n")
        .with(
            "migrations/0001_index.up.sql",
            "CREATE INDEX by_day ON orders (day);\nALTER TABLE orders ALTER day SET NOT NULL;\n",
        )
        .with("migrations/0001_index.down.sql", "DROP INDEX by_day;\n");
    insta::assert_snapshot!(migrate(&desk, "lint --all", 1).screen());
    assert!(migrate(&desk, "lint --rules", 0).stdout.contains("validate-at-once"));
}

#[test]
fn new_files_are_named_as_their_neighbours() {
    let desk = desk();
    assert_eq!(migrate(&desk, "new owner", 0).stdout, "db/0003_owner.up.sql\ndb/0003_owner.down.sql\n");
    assert_eq!(desk.read("db/0003_owner.up.sql"), "-- What changes.\n");
}

#[test]
fn without_a_database_the_way_out_is_said() {
    insta::assert_snapshot!(migrate(&Desk::new(), "status", 2).screen());
    assert!(migrate(&desk(), "status --database other", 2).stderr.contains("it has: main"));
}

#[test]
fn a_baseline_is_marked_without_running_anything() {
    let desk = desk();
    assert_eq!(
        migrate(&desk, "baseline 1", 0).stdout,
        "✓ 0001 orders\n1 revision marked as applied, nothing was run\n"
    );
    assert_eq!(migrate(&desk, "current", 0).stdout, "0001\n");
    assert!(migrate(&desk, "up", 1).stderr.contains("no such table: orders"));
}
