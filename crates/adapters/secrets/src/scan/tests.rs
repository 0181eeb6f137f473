//! Real folders, files, databases and repositories.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::*;

const VALUE: &str = "seven-times-seven";

fn scan() -> Scan {
    let short = ("SHORT".to_owned(), Secret::new("abc".to_owned()));
    Scan::new(&[("PIN".to_owned(), Secret::new(VALUE.to_owned())), short], Allowed::default())
}

fn found(scan: &Scan) -> Vec<String> {
    scan.findings.iter().map(|one| format!("{}:{} {}", one.place, one.line, one.what)).collect()
}

#[test]
fn files_and_their_names_are_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::create_dir(root.join("logs")).unwrap();
    fs::write(root.join("logs/a.log"), format!("one\ntwo {VALUE}\n")).unwrap();
    fs::write(root.join(format!("backup-{VALUE}.tar")), "nothing").unwrap();
    let mut scan = scan();
    scan.folder(root, root);
    assert_eq!(found(&scan), ["the name of a file:1 PIN", "logs/a.log:2 PIN"]);
    assert_eq!((scan.looked_at, scan.too_short.as_slice()), (2, &["SHORT".to_owned()][..]));
}

#[test]
fn a_value_across_the_border_of_two_pieces_is_found_once_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.log");
    let line = format!("{}\n", "x".repeat(99));
    let mut text = line.repeat(PIECE / 100);
    text.truncate(PIECE - 8);
    let lines = text.matches('\n').count();
    text.push_str(VALUE);
    text.push('\n');
    text.push_str(&line.repeat(1000));
    fs::write(&path, text).unwrap();
    let mut scan = scan();
    scan.file(folder.path(), &path);
    assert_eq!(found(&scan), [format!("long.log:{} PIN", lines + 1)]);
}

#[test]
fn rows_of_a_database_are_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.execute_batch("CREATE TABLE events (number INTEGER, body BLOB)").unwrap();
    connection.execute("INSERT INTO events VALUES (1, ?1)", [format!("{}{VALUE}", "x".repeat(9000))]).unwrap();
    let mut scan = scan();
    scan.sqlite(folder.path(), &path);
    assert_eq!(found(&scan), ["journal.db, table events, row 1:1 PIN"]);
}

fn git(root: &Path, words: &[&str]) {
    let mut git = Command::new("git");
    git.arg("-C").arg(root).args(["-c", "user.name=ops", "-c", "user.email=ops@shop.example"]).args(words);
    assert!(git.output().unwrap().status.success(), "{words:?}");
}

#[test]
fn what_was_taken_out_of_the_tree_is_still_in_the_history() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    git(root, &["init", "--quiet"]);
    fs::write(root.join("settings.env"), format!("# shop\nPIN={VALUE}\n")).unwrap();
    git(root, &["add", "."]);
    git(root, &["commit", "--quiet", "--message", "begin"]);
    fs::write(root.join("settings.env"), "# shop\n").unwrap();
    fs::write(root.join(".gitignore"), "*.log\n").unwrap();
    fs::write(root.join("a.log"), VALUE).unwrap();
    git(root, &["add", "."]);
    git(root, &["commit", "--quiet", "--message", &format!("take {VALUE} out")]);
    let mut tree = scan();
    tree.tree(root).unwrap();
    assert_eq!(found(&tree), Vec::<String>::new());
    let mut history = scan();
    history.history(root).unwrap();
    let found = found(&history);
    assert!(found.len() == 2 && found[0].starts_with("commit ") && found[0].ends_with(" PIN"), "{found:?}");
    assert!(found[1].starts_with("settings.env (Git's history, commit ") && found[1].ends_with("):2 PIN"), "{found:?}");
    assert!(scan().tree(Path::new("/nowhere")).is_err());
}
