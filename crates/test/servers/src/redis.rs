//! Redis.

use std::fs;
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;

use rustix::process::Signal;
use tempfile::TempDir;

use crate::process::{Server, free_port, prepared};

/// A server of its own, with the user `app` (password `apppassword`), who may do everything. Nobody else may do anything.
pub struct Redis {
    server: Option<Server>,
    folder: TempDir,
    port: u16,
}

impl Redis {
    /// Starts a server.
    pub fn start() -> Redis {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("users"), "user default off\nuser app on >apppassword ~* &* +@all\n")
            .expect("the folder is ours");
        let mut redis = Redis { server: None, folder, port: free_port() };
        redis.resume();
        redis
    }

    /// Ends the server. What it kept is on disk.
    pub fn halt(&mut self) {
        self.server = None;
    }

    /// Starts the server on the same data and port.
    pub fn resume(&mut self) {
        let program = Path::new("/usr/bin/redis-server");
        assert!(program.exists(), "Redis is needed by this test: apt-get install redis-server");
        let (folder, port) = (self.folder.path(), self.port);
        let log = folder.join("log");
        let mut command = prepared(program, None, &log);
        command.args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--save", "", "--appendonly", "yes"]);
        command.args(["--appendfsync", "no", "--dir"]).arg(folder).arg("--aclfile").arg(folder.join("users"));
        self.server = Some(Server::start(command, Signal::TERM, &log, || answers(port)));
    }

    /// Runs a command as the user `app`, such as `["ACL", "SETUSER", …]`; gives what it answered.
    pub fn command(&self, words: &[&str]) -> String {
        let output = Command::new("/usr/bin/redis-cli")
            .args(["-h", "127.0.0.1", "--user", "app", "--pass", "apppassword", "--no-auth-warning"])
            .args(["-p", &self.port.to_string()])
            .args(words)
            .output()
            .expect("redis-cli can be started");
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The user `app`'s address.
    pub fn url(&self) -> String {
        format!("redis://app:apppassword@127.0.0.1:{}/0", self.port)
    }
}

/// It takes connections as soon as its data is loaded.
fn answers(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}
