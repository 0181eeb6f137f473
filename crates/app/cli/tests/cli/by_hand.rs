//! What steps do, typed in a terminal: SQL and conditions on metrics.

use std::process::Stdio;

use crate::desk::Desk;

const CONFIG: &str = "[databases.main]\nurl = \"sqlite:orders.db\"\n[databases.old]\nurl = \"sqlite:old.db\"\n\
[metrics.main]\nurl = \"http://127.0.0.1:1\"\n[metrics.other]\nurl = \"http://127.0.0.1:2\"\n";

/// The same in a folder without the variables that would name a database.
fn typed(desk: &Desk, words: &[&str], input: &str, code: i32) -> (String, String) {
    let mut command = desk.command(words);
    for variable in ["DATABASE_URL", "CALLSHEET_DATABASE_URL", "PROMETHEUS_URL", "CALLSHEET_METRICS_URL"] {
        command.env_remove(variable);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("callsheet starts");
    std::io::Write::write_all(&mut child.stdin.take().expect("it is piped"), input.as_bytes()).expect("it is read");
    let ended = child.wait_with_output().expect("it ends");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (stdout, stderr) = (text(&ended.stdout), text(&ended.stderr));
    assert_eq!(ended.status.code(), Some(code), "{words:?}\n{stdout}{stderr}");
    (stdout, stderr)
}

#[test]
fn sql_is_asked_of_the_database_that_is_named() {
    let desk = Desk::new().with("callsheet.toml", CONFIG).with("orders.db", "").with("old.db", "");
    let made = "CREATE TABLE orders (id INTEGER); INSERT INTO orders VALUES (7)";
    typed(&desk, &["sql", "--db", "main", "--write", "-"], made, 0);
    let (found, _) = typed(&desk, &["sql", "--database", "main"], "SELECT id FROM orders", 0);
    assert!(found.contains('7') && found.contains("(1 row)"), "{found}");
    let (_, refused) = typed(&desk, &["sql", "--db", "old"], "SELECT id FROM orders", 1);
    assert!(refused.contains("no such table"), "{refused}");
    let (_, several) = typed(&desk, &["sql"], "SELECT 1", 2);
    assert!(several.contains("several databases") && several.contains("main, old"), "{several}");
    let (_, unknown) = typed(&desk, &["sql", "--db", "mian"], "SELECT 1", 2);
    assert!(unknown.contains("`[databases.mian]`") && unknown.contains("main, old"), "{unknown}");
}

#[test]
fn a_condition_is_asked_of_the_store_that_is_named() {
    let desk = Desk::new().with("callsheet.toml", CONFIG);
    let (_, nobody) = typed(&desk, &["promql", "--metrics", "other"], "up", 1);
    assert!(nobody.contains("127.0.0.1:2"), "{nobody}");
    let (_, several) = typed(&desk, &["promql"], "up", 2);
    assert!(several.contains("several stores of metrics") && several.contains("main, other"), "{several}");
    let (_, none) = typed(&Desk::new(), &["promql"], "up", 2);
    assert!(none.contains("no store of metrics is named") && none.contains("[metrics.NAME]"), "{none}");
}
