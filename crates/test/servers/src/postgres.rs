//! PostgreSQL.

use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};

use rustix::process::Signal;
use tempfile::TempDir;

use crate::process::{Server, free_port, give, prepared, user};

/// A cluster of its own, with the superuser `postgres` (password `postgres`) and the database `postgres`.
pub struct Postgres {
    _server: Server,
    _folder: TempDir,
    port: u16,
}

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
        let port = free_port();
        let mut command = prepared(&bin.join("postgres"), owner, &log);
        command.arg("-D").arg(&data).args(["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]);
        command.args(["-c", &format!("port={port}"), "-c", "fsync=off"]);
        for setting in settings {
            command.args(["-c", setting]);
        }
        let is_up = || {
            let ready = fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
            ready.lines().nth(7).is_some_and(|line| line.trim() == "ready")
                && TcpStream::connect(("127.0.0.1", port)).is_ok()
        };
        // SIGINT is the fast shutdown.
        let server = Server::start(command, Signal::INT, &log, is_up);
        Postgres { _server: server, _folder: folder, port }
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
    let newest = versions.filter_map(|version| Some(version.ok()?.path())).max();
    newest
        .map(|version| version.join("bin"))
        .filter(|bin| bin.join("postgres").exists())
        .expect("PostgreSQL is needed by this test: apt-get install postgresql")
}
