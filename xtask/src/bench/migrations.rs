//! 500 trivial migrations beside the engine's own program fed with the same files. Aims: at most 1.2 × the time of `psql`, 1.3 × that of `sqlite3`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;
use callsheet_servers::Postgres;
use tempfile::TempDir;

use crate::bench::Bench;
use crate::bench::contest::{Contestant, hold};
use crate::bench::measured::{Measured, existing, folder, time};

const FILES: u32 = 500;

/// Prints two tables: a step is a migration.
pub fn measure(bench: &Bench) -> anyhow::Result<()> {
    let callsheet = bench.built.join("callsheet");
    existing(&callsheet)?;
    let files = Files::write()?;
    // Durable, as a production's is: the test server's own settings would not wait for the disk.
    let server = Postgres::start(&["fsync=on"]);
    let ours = |url: &str| {
        let mut command = Command::new(&callsheet);
        command.args(["migrate", "up", "--dir"]).arg(files.folder.path()).env("DATABASE_URL", url);
        command.current_dir(files.folder.path());
        each(&mut command)
    };
    let contestants = vec![
        Contestant::new("Callsheet, `migrate up`", || ours(&server.fresh_database())),
        Contestant::new("`psql`, one process, a file each", || {
            let mut command = Command::new("psql");
            command.args(["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1"]).arg(server.fresh_database());
            files.up.iter().for_each(|file| {
                command.arg("--file").arg(file);
            });
            each(&mut command)
        }),
    ];
    hold("500 migrations, PostgreSQL", contestants, bench.rounds)?;
    let contestants = vec![
        Contestant::new("Callsheet, `migrate up`", || {
            let database = database()?;
            ours(&format!("sqlite:{}", database.path().join("a.db").display()))
        }),
        Contestant::new("`sqlite3`, one process, a file each", || {
            let database = database()?;
            let mut command = Command::new("sqlite3");
            command.arg("-bail").arg(database.path().join("a.db"));
            files.up.iter().for_each(|file| {
                command.arg(format!(".read {}", file.display()));
            });
            each(&mut command)
        }),
    ];
    hold("500 migrations, SQLite (WAL, FULL)", contestants, bench.rounds)
}

struct Files {
    folder: TempDir,
    up: Vec<PathBuf>,
}

impl Files {
    fn write() -> anyhow::Result<Files> {
        let folder = folder()?;
        let mut up = Vec::new();
        for at in 1..=FILES {
            let write = |way: &str, text: String| {
                let path = Path::join(folder.path(), format!("{at:04}_table.{way}.sql"));
                std::fs::write(&path, text).context("cannot write a migration").map(|()| path)
            };
            up.push(write("up", format!("CREATE TABLE table_{at} (id INTEGER PRIMARY KEY, name TEXT);\n"))?);
            write("down", format!("DROP TABLE table_{at};\n"))?;
        }
        Ok(Files { folder, up })
    }
}

/// A folder with a database in the mode that services use; the mode is the file's, each commit waits for the disk.
fn database() -> anyhow::Result<TempDir> {
    let folder = folder()?;
    let made = Command::new("sqlite3").arg(folder.path().join("a.db")).arg("PRAGMA journal_mode = wal").output();
    let made = made.context("cannot start sqlite3: apt-get install sqlite3")?;
    anyhow::ensure!(made.status.success(), "sqlite3 made no database");
    Ok(folder)
}

fn each(command: &mut Command) -> anyhow::Result<Measured> {
    let (wall, cpu) = time(command)?;
    let files = f64::from(FILES);
    Ok(Measured { steps_per_s: files / wall.as_secs_f64(), cpu_ms_per_step: cpu.as_secs_f64() * 1000.0 / files })
}
