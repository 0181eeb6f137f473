//! Backups beside the tool underneath: megabytes of the tool's own output a second, and the memory of our process. Aims: at least 0.95 × the tool's, 64 MB.
//!
//! Ours counts and digests every row in the same snapshot, compresses, encrypts and writes manifests; the tool writes a file, or goes through what a
//! careful person would put behind it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::Context;
use callsheet_servers::{Mariadb, Postgres};
use tempfile::TempDir;

use crate::bench::Bench;
use crate::bench::contest::{Contestant, hold};
use crate::bench::measured::{Measured, existing, folder, time};

const ROWS: u32 = 2_000_000;

/// Prints a table for each engine: a step is a MB of what the tool writes.
pub fn measure(bench: &Bench) -> anyhow::Result<()> {
    let callsheet = bench.built.join("callsheet");
    existing(&callsheet)?;
    postgres(bench, &callsheet)?;
    mariadb(bench, &callsheet)?;
    sqlite(bench, &callsheet)
}

fn postgres(bench: &Bench, callsheet: &Path) -> anyhow::Result<()> {
    let server = Postgres::start(&["fsync=on", "shared_buffers=128MB", "wal_level=replica"]);
    let url = server.fresh_database();
    let fill = format!(
        "CREATE TABLE reading AS SELECT i AS id, md5(i::text) AS name, now() + i * interval '1 s' AS taken_at, i % 977 AS amount,
           md5((i * 7)::text) || ' of the day' AS note FROM generate_series(1, {ROWS}) i; ALTER TABLE reading ADD PRIMARY KEY (id); VACUUM FREEZE ANALYZE;"
    );
    let mut psql = Command::new("psql");
    time(
        psql.args(["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--dbname", &url, "--command"])
            .args(split(&fill)),
    )?;
    let dump = "pg_dump --format=custom --compress=0 --dbname=\"$DATABASE_URL\"";
    contest("PostgreSQL 15, rows", bench, &Setting::new(callsheet, &url, &[], dump, "`pg_dump`")?)?;
    let base = "pg_basebackup --dbname=\"$DATABASE_URL\" --pgdata=- --format=tar --wal-method=fetch --checkpoint=fast";
    let setting = Setting::new(callsheet, &server.url(), &["--kind", "physical"], base, "`pg_basebackup`")?;
    contest("PostgreSQL 15, files", bench, &setting)
}

/// `VACUUM` refuses to be one of several statements of a command.
fn split(sql: &str) -> Vec<String> {
    let mut arguments = Vec::new();
    for statement in sql.split_inclusive(';').filter(|text| !text.trim().is_empty()) {
        if !arguments.is_empty() {
            arguments.push("--command".to_owned());
        }
        arguments.push(statement.trim().to_owned());
    }
    arguments
}

fn mariadb(bench: &Bench, callsheet: &Path) -> anyhow::Result<()> {
    let server = Mariadb::start();
    let url = server.fresh_database();
    let name = url.rsplit('/').next().context("a database has a name")?;
    let client = |program: &str| {
        let rest = "--no-defaults --protocol=tcp --host=127.0.0.1 --user=app";
        format!("MYSQL_PWD=apppassword {program} {rest} --port={}", server.port())
    };
    let fill = format!(
        "CREATE TABLE reading (id INT PRIMARY KEY, name CHAR(32), amount INT, note VARCHAR(60)) ENGINE = InnoDB;
         INSERT INTO reading SELECT seq, md5(seq), seq % 977, concat(md5(seq * 7), ' of the day') FROM seq_1_to_{ROWS};"
    );
    let mut filling = Command::new("bash");
    time(filling.arg("-ec").arg(format!("{} {name} --execute=\"$SQL\"", client("mariadb"))).env("SQL", fill))?;
    let dump = format!("{} --single-transaction --quick {name}", client("mariadb-dump"));
    contest("MariaDB 10.11, rows", bench, &Setting::new(callsheet, &url, &[], &dump, "`mariadb-dump`")?)
}

fn sqlite(bench: &Bench, callsheet: &Path) -> anyhow::Result<()> {
    let place = folder()?;
    let file = place.path().join("readings.db");
    let fill = format!(
        "PRAGMA journal_mode = wal; CREATE TABLE reading (id INTEGER PRIMARY KEY, name TEXT, amount INTEGER, note TEXT);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS})
         INSERT INTO reading SELECT i, hex(randomblob(16)), i % 977, hex(randomblob(16)) || ' of the day' FROM n;"
    );
    time(Command::new("sqlite3").arg("-bail").arg(&file).arg(fill))?;
    let backup = format!("sqlite3 {} \".backup '$COPY'\" && cat \"$COPY\"", file.display());
    let url = format!("sqlite:{}", file.display());
    contest("SQLite", bench, &Setting::new(callsheet, &url, &[], &backup, "`sqlite3 .backup`")?)
}

/// One database, the tool for it, and where backups go.
struct Setting<'b> {
    callsheet: &'b Path,
    folder: TempDir,
    url: String,
    options: Vec<String>,
    tool: String,
    name: String,
}

impl<'b> Setting<'b> {
    fn new(callsheet: &'b Path, url: &str, options: &[&str], tool: &str, name: &str) -> anyhow::Result<Setting<'b>> {
        let folder = folder()?;
        let key = folder.path().join("bench.key");
        let made =
            Command::new(callsheet).args(["backup", "new-key"]).arg(&key).output().context("cannot start ours")?;
        anyhow::ensure!(made.status.success(), "no key: {}", String::from_utf8_lossy(&made.stderr));
        let recipient = String::from_utf8_lossy(&made.stdout).trim().to_owned();
        let (store, toml) = (folder.path().join("store"), folder.path().join("callsheet.toml"));
        let text = format!(
            "[databases.main]\nurl = \"$DATABASE_URL\"\n\n[databases.main.backup]\nstorage = \"{}\"\nrecipients = [\"{recipient}\"]\n",
            store.display()
        );
        std::fs::write(&toml, text).context("cannot write the configuration")?;
        let options = options.iter().map(|&option| option.to_owned()).collect();
        Ok(Setting { callsheet, folder, url: url.to_owned(), options, tool: tool.to_owned(), name: name.to_owned() })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The tool, with what stands behind it in a shell.
    fn shell(&self, behind: &str) -> Command {
        let mut command = Command::new("bash");
        command.args(["-o", "pipefail", "-ec"]).arg(format!("{} {behind} > \"$OUT\"", self.tool));
        command.env("DATABASE_URL", &self.url).env("OUT", self.path("out")).env("COPY", self.path("copy"));
        command
    }

    fn ours(&self) -> Command {
        let mut command = Command::new(self.callsheet);
        command.args(["backup", "create", "--state"]).arg(self.path("state")).args(&self.options);
        command.env("DATABASE_URL", &self.url).current_dir(self.folder.path()).stdout(Stdio::null());
        command
    }
}

fn contest(title: &str, bench: &Bench, setting: &Setting) -> anyhow::Result<()> {
    time(&mut setting.shell(""))?;
    let megabytes = std::fs::metadata(setting.path("out"))?.len() as f64 / 1e6;
    let of = |measured: (Duration, Duration)| Measured {
        steps_per_s: megabytes / measured.0.as_secs_f64(),
        cpu_ms_per_step: measured.1.as_secs_f64() * 1000.0 / megabytes,
    };
    let piped = format!("{} \\| `zstd`", setting.name);
    let contestants = vec![
        Contestant::new("Callsheet, `backup create`", || time(&mut setting.ours()).map(of)),
        Contestant::new(&setting.name, || time(&mut setting.shell("")).map(of)),
        Contestant::new(&piped, || time(&mut setting.shell("| zstd --quiet")).map(of)),
    ];
    hold(&format!("Backup of {megabytes:.0} MB, {title} (a step is a MB)"), contestants, bench.rounds)?;
    println!("Our process, at most: {:.0} MB resident.\n", peak(&mut setting.ours())?);
    Ok(())
}

/// The most memory that one process, without those it started, had at a time, MB.
fn peak(command: &mut Command) -> anyhow::Result<f64> {
    let mut child: Child = command.stderr(Stdio::null()).spawn().context("cannot start ours")?;
    let status = PathBuf::from(format!("/proc/{}/status", child.id()));
    let mut kib = 0_u64;
    loop {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let most = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let most = most.and_then(|line| line.split_whitespace().next()?.parse().ok());
        kib = kib.max(most.unwrap_or(0));
        if let Some(ended) = child.try_wait()? {
            anyhow::ensure!(ended.success(), "ours ended with {ended}");
            return Ok(kib as f64 * 1024.0 / 1e6);
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}
