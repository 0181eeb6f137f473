//! PostgreSQL.

use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use rustix::process::Signal;
use tempfile::TempDir;

use crate::process::{Server, free_port, give, prepared, user};

/// A cluster of its own, with the superuser `postgres` (password `postgres`) and the database `postgres`.
pub struct Postgres {
    server: Option<Server>,
    folder: TempDir,
    owner: Option<(u32, u32)>,
    settings: Vec<String>,
    port: u16,
    databases: AtomicUsize,
}

/// The one that tests of a program share, as long as one of them holds it.
static SHARED: Mutex<Weak<Postgres>> = Mutex::new(Weak::new());

impl Postgres {
    /// Starts a cluster. `settings` are lines of `postgresql.conf`, such as `ssl = on`.
    pub fn start(settings: &[&str]) -> Postgres {
        Postgres::start_with(settings, |_| {})
    }

    /// As [`Postgres::start`]; `prepare` may put files into the data folder first.
    pub fn start_with(settings: &[&str], prepare: impl FnOnce(&Path)) -> Postgres {
        let bin = bin();
        let folder = tempfile::tempdir().expect("a temporary folder");
        let owner = user("postgres");
        give(folder.path(), owner);
        let (data, log) = (folder.path().join("data"), folder.path().join("log"));
        let password = folder.path().join("password");
        fs::write(&password, "postgres").expect("the folder is ours");
        give(&password, owner);
        let initdb = prepared(&bin.join("initdb"), owner, &log)
            .args(["--auth=scram-sha-256", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync"])
            .arg("--pwfile")
            .arg(&password)
            .arg("--pgdata")
            .arg(&data)
            .status()
            .expect("initdb can be started");
        assert!(initdb.success(), "initdb failed: {}", fs::read_to_string(&log).unwrap_or_default());
        prepare(&data);
        for file in fs::read_dir(&data).expect("initdb made it") {
            give(&file.expect("a listed file").path(), owner);
        }
        let settings = settings.iter().map(|&setting| setting.to_owned()).collect();
        let databases = AtomicUsize::new(0);
        let mut postgres = Postgres { server: None, folder, owner, settings, port: free_port(), databases };
        postgres.resume();
        postgres
    }

    /// The cluster that all tests of this program share; it ends with the last test that holds it.
    pub fn shared() -> Arc<Postgres> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let fresh = Arc::new(Postgres::start(&["max_connections=400", "shared_buffers=32MB"]));
            *shared = Arc::downgrade(&fresh);
            fresh
        })
    }

    /// A replica of this cluster, which follows it by streaming; it has the same users.
    pub fn replica(&self) -> Postgres {
        let folder = tempfile::tempdir().expect("a temporary folder");
        give(folder.path(), self.owner);
        let (data, log) = (folder.path().join("data"), folder.path().join("log"));
        let copied = prepared(&bin().join("pg_basebackup"), self.owner, &log)
            .args(["--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast", "--no-sync"])
            .arg(format!("--dbname={}", self.url()))
            .arg("--pgdata")
            .arg(&data)
            .status()
            .expect("pg_basebackup can be started");
        assert!(copied.success(), "pg_basebackup failed: {}", fs::read_to_string(&log).unwrap_or_default());
        let (owner, settings, databases) = (self.owner, self.settings.clone(), AtomicUsize::new(0));
        let mut replica = Postgres { server: None, folder, owner, settings, port: free_port(), databases };
        replica.resume();
        replica
    }

    /// Ends the server at once, as a crash would: nothing more is written or sent.
    pub fn crash(&mut self) {
        if let Some(server) = self.server.take() {
            server.crash(Signal::QUIT);
        }
    }

    /// The file that holds the server's process id in its first line.
    pub fn pid_file(&self) -> PathBuf {
        self.folder.path().join("data/postmaster.pid")
    }

    /// Ends the server; its data stays.
    pub fn halt(&mut self) {
        self.server = None;
    }

    /// Starts the server on the same data and port.
    pub fn resume(&mut self) {
        let (data, log, port) = (self.folder.path().join("data"), self.folder.path().join("log"), self.port);
        let mut command = prepared(&bin().join("postgres"), self.owner, &log);
        command.arg("-D").arg(&data).args(["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]);
        command.args(["-c", &format!("port={port}"), "-c", "fsync=off"]);
        for setting in &self.settings {
            command.args(["-c", setting]);
        }
        let is_up = || {
            let ready = fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
            ready.lines().nth(7).is_some_and(|line| line.trim() == "ready")
                && TcpStream::connect(("127.0.0.1", port)).is_ok()
        };
        // SIGINT is the fast shutdown.
        self.server = Some(Server::start(command, Signal::INT, &log, is_up));
    }

    /// A new, empty database; gives its address.
    pub fn fresh_database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let made = prepared(&bin().join("psql"), None, &self.folder.path().join("log"))
            .args(["--no-psqlrc", "--quiet", "--host=127.0.0.1", "--username=postgres", "--dbname=postgres"])
            .arg(format!("--port={}", self.port))
            .args(["--command", &format!("CREATE DATABASE {name}")])
            .env("PGPASSWORD", "postgres")
            .status()
            .expect("psql can be started");
        assert!(made.success(), "no database was made");
        format!("postgres://postgres:postgres@127.0.0.1:{}/{name}", self.port)
    }

    /// The superuser's address.
    pub fn url(&self) -> String {
        format!("postgres://postgres:postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }
}

/// The newest version's programs.
fn bin() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let programs = versions.filter_map(|version| Some(version.ok()?.path().join("bin")));
    // A version of which only the client is installed, or what a removed one left, has no server.
    programs
        .filter(|bin| bin.join("postgres").exists())
        .max()
        .expect("PostgreSQL is needed by this test: apt-get install postgresql")
}
