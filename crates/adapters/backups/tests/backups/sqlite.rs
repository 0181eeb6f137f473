//! SQLite: a file there and back while it is open and written to.

use callsheet_backup_tools::{Place, is_empty, restore_in_place};
use callsheet_backups::Kind;
use rusqlite::Connection;

use crate::world::World;

#[test]
fn an_open_file_is_backed_up_and_replaced() {
    let world = World::new();
    let file = world.path("shop.db");
    let url = format!("sqlite:{}", file.display());
    let open = Connection::open(&file).unwrap();
    let schema =
        "PRAGMA journal_mode = WAL; CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT, price REAL, photo BLOB);
        CREATE INDEX by_name ON item (name); CREATE VIEW cheap AS SELECT * FROM item WHERE price < 1;
        WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 5000)
        INSERT INTO item SELECT n, 'item ' || n, n / 7.0, randomblob(20) FROM n;";
    open.execute_batch(schema).unwrap();
    // Somebody is in the middle of writing: what is not committed is not in the backup.
    open.execute_batch("BEGIN; DELETE FROM item WHERE id > 100").unwrap();
    let repository = world.repository("main");
    let manifest = world.create(&repository, &url, Kind::Logical).unwrap();
    open.execute_batch("COMMIT").unwrap();
    assert_eq!(manifest.contents.iter().find(|content| content.name == "item").unwrap().count, 5000);
    let proved = world.verify(&repository, &manifest, &[("SELECT count(*), max(id) FROM item", "5000\t5000")]).unwrap();
    assert!(proved.holds(), "{proved:?}");
    let place = Place::parse(&url).unwrap();
    assert!(!is_empty(&place).unwrap());
    restore_in_place(&repository, &manifest, &place, true, &world.path("work"), &mut |_| {}).unwrap();
    let count: i64 = open.query_row("SELECT count(*) FROM item", [], |row| row.get(0)).unwrap();
    assert_eq!(count, 5000, "the connection that was open sees it");
    assert_eq!(std::fs::read_dir(world.path("work")).unwrap().count(), 1, "only the lock is left");
}

#[test]
fn what_was_killed_midway_is_no_backup() {
    let world = World::new();
    let file = world.path("shop.db");
    Connection::open(&file).unwrap().execute_batch("CREATE TABLE item (id INTEGER)").unwrap();
    let repository = world.repository("main");
    let manifest = world.create(&repository, &file.display().to_string(), Kind::Logical).unwrap();
    // As a killed process leaves it: pieces without a manifest.
    std::fs::remove_file(world.storage().join(format!("main/{}/manifest", manifest.id))).unwrap();
    let listed = repository.list().unwrap();
    assert_eq!((listed.entries.len(), listed.unfinished.len()), (0, 1));
    assert!(repository.manifest(&manifest.id).unwrap().is_none());
}

#[test]
fn a_backup_that_is_damaged_later_is_verified_no_more() {
    let world = World::new();
    let file = world.path("shop.db");
    Connection::open(&file).unwrap().execute_batch("CREATE TABLE item (id INTEGER)").unwrap();
    let repository = world.repository("main");
    let manifest = world.create(&repository, &file.display().to_string(), Kind::Logical).unwrap();
    assert!(world.verify(&repository, &manifest, &[]).unwrap().holds());
    assert!(repository.list().unwrap().entries[0].is_verified());
    let piece = world.storage().join(format!("main/{}/00000001", manifest.id));
    let mut bytes = std::fs::read(&piece).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&piece, bytes).unwrap();
    assert!(world.verify(&repository, &manifest, &[]).unwrap_err().is_damage());
    let entry = &repository.list().unwrap().entries[0];
    assert!(!entry.is_verified());
    let said = &entry.verification.as_ref().unwrap().answers[0].said;
    assert!(said.contains("damaged"), "{said}");
}
