//! PostgreSQL: one database there and back, also while it is written to.

use callsheet_backup_tools::Upto;
use callsheet_backup_tools::{BackupError, Place, is_empty, restore_beside, restore_in_place};
use callsheet_backups::{Keep, Kind, Manifest};
use callsheet_servers::Postgres;

use crate::world::{World, files, psql};

const SCHEMA: &str = "
    CREATE SCHEMA audit;
    CREATE TYPE mood AS ENUM ('calm', 'busy');
    CREATE TABLE person (id bigserial PRIMARY KEY, name text NOT NULL UNIQUE, born date, mood mood, extra jsonb, photo bytea, weight float8);
    CREATE TABLE audit.entry (id int PRIMARY KEY, person bigint REFERENCES person, at timestamptz DEFAULT now(), tags text[]);
    CREATE TABLE measure (day date, value numeric) PARTITION BY RANGE (day);
    CREATE TABLE measure_2026 PARTITION OF measure FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
    CREATE TABLE \"row\" (\"row\" text);
    INSERT INTO person (name, born, mood, extra, photo, weight)
      SELECT 'person ' || n, '1990-01-01'::date + n, 'busy', jsonb_build_object('n', n), decode(md5(n::text), 'hex'), n / 3.0
      FROM generate_series(1, 2000) n;
    INSERT INTO audit.entry SELECT n, n, '2026-01-01', ARRAY['a', NULL] FROM generate_series(1, 500) n;
    INSERT INTO measure SELECT '2026-01-01'::date + n % 300, n FROM generate_series(1, 1000) n;
    INSERT INTO \"row\" VALUES (NULL), ('a'), ('a');
    CREATE VIEW grown AS SELECT * FROM person WHERE born < '2000-01-01';
    CREATE INDEX ON person (born);
";

#[test]
fn a_database_that_is_written_to_comes_back_as_it_was_in_the_snapshot() {
    let (server, world) = (Postgres::shared(), World::new());
    let url = server.fresh_database();
    psql(&url, SCHEMA);
    let repository = world.repository("main");
    let stop = std::sync::atomic::AtomicBool::new(false);
    let writing = std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut written = 0;
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                psql(&url, &format!("INSERT INTO person (name) VALUES ('later {written}'); UPDATE person SET weight = {written} WHERE id = 7"));
                written += 1;
            }
            written
        });
        let manifest = world.create(&repository, &url, Kind::Logical).unwrap();
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(writer.join().unwrap() > 0);
        manifest
    });
    let counted =
        |name: &str| writing.contents.iter().find(|content| content.name == name).map(|content| content.count);
    assert_eq!(counted("audit.entry"), Some(500));
    assert_eq!(counted("public.measure_2026"), Some(1000));
    assert_eq!(counted("(views)"), Some(1));
    let proved = world
        .verify(
            &repository,
            &writing,
            &[("SELECT count(*) FROM audit.entry", "500"), ("SELECT name FROM person WHERE id = 7", "person 7")],
        )
        .unwrap();
    assert!(proved.holds(), "{proved:?}");
    assert!(proved.compared >= 9, "{proved:?}");
    let wrong = world
        .verify(&repository, &writing, &[("SELECT count(*) FROM audit.entry", "501"), ("SELECT * FROM nothing", "")])
        .unwrap();
    assert!(!wrong.holds());
    assert!(wrong.answers[1].said.contains("does not exist"), "{:?}", wrong.answers);
    // What lies on the storage tells nobody what is in it.
    for file in files(&world.storage()) {
        let bytes = std::fs::read(&file).unwrap();
        assert!(!bytes.windows(9).any(|window| window == b"person 77"), "{}", file.display());
    }
    let listed = repository.list().unwrap();
    assert_eq!((listed.entries.len(), listed.broken.len(), listed.unfinished.len()), (1, 0, 0));
    assert!(!listed.entries[0].is_verified(), "the last proof failed");
}

#[test]
fn a_live_database_is_replaced_in_one_transaction_or_not_at_all() {
    let (server, world) = (Postgres::shared(), World::new());
    let url = server.fresh_database();
    psql(&url, SCHEMA);
    let repository = world.repository("main");
    let mut manifest = world.create(&repository, &url, Kind::Logical).unwrap();
    psql(
        &url,
        "DELETE FROM audit.entry WHERE id > 10; DROP VIEW grown; CREATE TABLE newer (id int); CREATE SCHEMA extra",
    );
    let place = Place::parse(&url).unwrap();
    assert!(!is_empty(&place).unwrap());
    let restore =
        |manifest: &Manifest| restore_in_place(&repository, manifest, &place, true, &world.path("work"), &mut |_| {});
    // A record that the backup does not keep: nothing is changed.
    manifest.contents[0].count += 1;
    let refused = restore(&manifest).unwrap_err();
    assert!(matches!(&refused, BackupError::Differs(_)), "{refused:?}");
    assert_eq!(psql(&url, "SELECT count(*) FROM audit.entry"), "10");
    manifest.contents[0].count -= 1;
    restore(&manifest).unwrap();
    assert_eq!(psql(&url, "SELECT count(*) FROM audit.entry"), "500");
    assert_eq!(psql(&url, "SELECT to_regclass('newer') IS NULL AND to_regnamespace('extra') IS NULL"), "t");
    assert_eq!(psql(&url, "INSERT INTO person (name) VALUES ('next') RETURNING id"), "2001");
    // A damaged one changes nothing either.
    psql(&url, "DELETE FROM audit.entry");
    let piece = files(&world.storage()).into_iter().find(|file| file.ends_with("00000001")).unwrap();
    let mut bytes = std::fs::read(&piece).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    std::fs::write(&piece, bytes).unwrap();
    let refused = restore(&manifest).unwrap_err();
    assert!(refused.is_damage(), "{refused:?}");
    assert_eq!(psql(&url, "SELECT count(*) FROM person"), "2001");
}

#[test]
fn a_second_backup_of_one_database_waits_for_nobody() {
    let (server, world) = (Postgres::shared(), World::new());
    let url = server.fresh_database();
    let repository = world.repository("main");
    let mut holder = std::process::Command::new("psql")
        .args(["-X", "-q", "-A", "-t", "-d", &url])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = holder.stdin.take().unwrap();
    use std::io::{BufRead as _, Write as _};
    writeln!(
        stdin,
        "SELECT pg_advisory_lock(hashtext('callsheet backup'), hashtext(current_database())); SELECT 'held';"
    )
    .unwrap();
    let mut lines = std::io::BufReader::new(holder.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap() == "held"));
    let refused = world.create(&repository, &url, Kind::Logical).unwrap_err();
    assert!(matches!(refused, BackupError::Locked(_)), "{refused:?}");
    drop(stdin);
    holder.wait().unwrap();
    // An empty database is a database.
    let manifest = world.create(&repository, &url, Kind::Logical).unwrap();
    assert!(world.verify(&repository, &manifest, &[]).unwrap().holds());
    let failed = world.create(&repository, "postgres://nobody:wrong@127.0.0.1:1/none", Kind::Logical).unwrap_err();
    assert!(matches!(failed, BackupError::Tool { .. }), "{failed:?}");
    assert_eq!(repository.list().unwrap().entries.len(), 1);
}

#[test]
fn a_database_is_restored_beside_and_old_ones_go() {
    let (server, world) = (Postgres::shared(), World::new());
    let url = server.fresh_database();
    psql(&url, SCHEMA);
    let repository = world.repository("main");
    let first = world.create(&repository, &url, Kind::Logical).unwrap();
    let second = world.create(&repository, &url, Kind::Logical).unwrap();
    let keep = Keep { last: 1, ..Keep::default() };
    let pruned = callsheet_backup_tools::prune(&repository, &keep, &world.path("work"), true).unwrap();
    assert_eq!(pruned.backups.iter().filter(|one| one.why.is_empty()).count(), 1);
    assert_eq!(repository.list().unwrap().entries.len(), 2);
    callsheet_backup_tools::prune(&repository, &keep, &world.path("work"), false).unwrap();
    let left = repository.list().unwrap();
    assert_eq!(left.entries.len(), 1);
    assert!(left.unfinished.is_empty());
    let kept = if second.id > first.id { second } else { first };
    let beside = world.path("beside");
    let restored = restore_beside(&repository, &kept, None, Upto::Backup, &beside, &mut |_| {}).unwrap();
    assert!(restored.start.contains("pg_ctl -D"), "{}", restored.start);
    assert!(beside.join("data/PG_VERSION").exists());
    let again = restore_beside(&repository, &kept, None, Upto::Backup, &beside, &mut |_| {}).unwrap_err();
    assert!(again.to_string().contains("is not empty"), "{again}");
}
