//! PostgreSQL's files and log: back to the second before a bad statement.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use callsheet_backup_tools::log::{Archiving, archive};
use callsheet_backup_tools::{BackupError, Place, Repository, Upto, verify};
use callsheet_backups::Kind;
use callsheet_servers::Postgres;
use jiff::Timestamp;

use crate::world::{World, psql};

/// A server that copies finished segments into a folder, and the repository into which the test archives them.
struct Archiver {
    server: Postgres,
    segments: PathBuf,
}

impl Archiver {
    fn start(world: &World) -> Archiver {
        let segments = world.path("segments");
        fs::create_dir(&segments).unwrap();
        for folder in [segments.parent().unwrap(), &segments] {
            fs::set_permissions(folder, fs::Permissions::from_mode(0o777)).unwrap();
        }
        let copy = format!("archive_command=cp %p {0}/%f.part && mv {0}/%f.part {0}/%f", segments.display());
        let server =
            Postgres::start_with(&["archive_mode=on", &copy, "max_wal_size=64MB", "shared_buffers=32MB"], |data| {
                // As most servers have it: a restored one must not want the live one's port.
                let file = data.join("postgresql.conf");
                let said = fs::read_to_string(&file).unwrap();
                fs::write(file, said + "port = 1\nlisten_addresses = '127.0.0.1'\n").unwrap();
            });
        Archiver { server, segments }
    }

    /// Has the server finish its segment, waits for it, archives all.
    fn archive(&self, repository: &Repository) {
        let url = self.server.url();
        let name = psql(&url, "SELECT pg_walfile_name(pg_switch_wal())");
        let began = Instant::now();
        while !self.segments.join(&name).exists() {
            assert!(began.elapsed() < Duration::from_secs(60), "{name} was not archived");
            std::thread::sleep(Duration::from_millis(20));
        }
        let data = psql(&url, "SHOW data_directory");
        let mut names: Vec<_> = fs::read_dir(&self.segments).unwrap().map(|entry| entry.unwrap().path()).collect();
        names.sort();
        for name in names.iter().filter(|name| name.extension().is_none_or(|extension| extension != "part")) {
            archive(repository, name, Path::new(&data)).unwrap();
        }
    }
}

fn now(url: &str) -> Timestamp {
    psql(url, "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")
        .parse()
        .unwrap()
}

#[test]
fn a_server_comes_back_as_it_was_before_a_bad_statement() {
    let world = World::new();
    let archiver = Archiver::start(&world);
    let url = archiver.server.url();
    psql(
        &url,
        "CREATE TABLE grant_line (id int PRIMARY KEY, amount numeric); INSERT INTO grant_line SELECT n, n FROM generate_series(1, 1000) n",
    );
    let repository = world.repository("main");
    let base = world.create(&repository, &url, Kind::Physical).unwrap();
    psql(&url, "INSERT INTO grant_line SELECT n, n FROM generate_series(1001, 1500) n");
    archiver.archive(&repository);
    psql(&url, "INSERT INTO grant_line SELECT n, n FROM generate_series(1501, 2000) n");
    std::thread::sleep(Duration::from_millis(20));
    let before = now(&url);
    std::thread::sleep(Duration::from_millis(20));
    psql(&url, "DELETE FROM grant_line");
    psql(&url, "INSERT INTO grant_line VALUES (-1, -1)");
    archiver.archive(&repository);
    let place = || Some(Place::parse(&url).unwrap());
    let prove = |upto, count: &str| {
        let proof = world.proof(&[("SELECT count(*) FROM grant_line", count)], upto, place());
        verify(&repository, &base, &proof, &mut |_| {})
    };
    // The backup alone, the second before, and all that there is.
    for (upto, count) in [(Upto::Backup, "1000"), (Upto::Instant(before), "2000"), (Upto::Newest, "1")] {
        let proved = prove(upto, count).unwrap();
        assert!(proved.holds(), "{upto:?}: {:?}", proved.answers);
    }
    // The same segment again is no error; another server's of that name is one.
    let known = fs::read_dir(&archiver.segments).unwrap().next().unwrap().unwrap().path();
    let data = psql(&url, "SHOW data_directory");
    assert_eq!(archive(&repository, &known, Path::new(&data)).unwrap(), Archiving::Known);
    // A segment that is missing is told before anything is restored; one that is damaged never looks like the end of the log.
    let archived = world.storage().join("main/wal");
    let system = fs::read_dir(&archived).unwrap().next().unwrap().unwrap().path();
    let mut segments: Vec<_> = fs::read_dir(&system).unwrap().map(|entry| entry.unwrap().path()).collect();
    segments.retain(|path| path.file_name().unwrap().len() == 24);
    segments.sort();
    let second_last = &segments[segments.len() - 2];
    let piece = second_last.join("00000001");
    let good = fs::read(&piece).unwrap();
    let mut bad = good.clone();
    bad[good.len() / 2] ^= 1;
    fs::write(&piece, bad).unwrap();
    let damaged = prove(Upto::Instant(before), "2000").unwrap_err();
    assert!(matches!(damaged, BackupError::Damaged { .. }), "{damaged:?}");
    fs::write(&piece, good).unwrap();
    fs::rename(second_last, world.path("aside")).unwrap();
    let gap = prove(Upto::Instant(before), "2000").unwrap_err();
    assert!(matches!(gap, BackupError::Gap { .. }), "{gap:?}");
    fs::rename(world.path("aside"), second_last).unwrap();
    let late = Timestamp::now() + jiff::SignedDuration::from_hours(1);
    let beyond = prove(Upto::Instant(late), "1").unwrap_err();
    assert!(matches!(&beyond, BackupError::Tool { .. }), "{beyond:?}");
}
