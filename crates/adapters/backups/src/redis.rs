//! Redis: its own snapshot format, fetched as a replica would fetch it.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use callsheet_backups::{Content, Engine, Position};
use rustix::process::{Pid, Signal, kill_process};

use crate::BackupError;
use crate::feed::{Feed, Seen};
use crate::place::Server;
use crate::scratch::{self, Owner, program};
use crate::tool::{Tool, output};

const CLIENT: &str = "redis-tools";
const SERVER: &str = "redis-server";

pub(crate) fn feed(server: &Server, scratch_in: &Path) -> Result<Feed, BackupError> {
    let version = information(server, "server", "redis_version")?;
    let folder = scratch::folder(scratch_in)?;
    let file = folder.path().join("dump.rdb");
    let mut fetch = Command::new("redis-cli");
    server.tell_redis(&mut fetch);
    fetch.arg("--rdb").arg(&file).stdin(Stdio::null()).stdout(Stdio::null());
    Tool::start(fetch, CLIENT)?.finish()?;
    let keys = keys(&file)?;
    let about = std::fs::metadata(&file).map(|file| file.len()).ok();
    let stream = File::open(&file).map_err(BackupError::file("cannot read what Redis gave"))?;
    let end = move || {
        drop(folder);
        let contents = vec![Content { name: "(keys)".to_owned(), count: keys, digest: None }];
        Ok(Seen { contents, position: Position::None })
    };
    let tool = format!("redis-cli --rdb {version}");
    Ok(Feed { stream: Box::new(stream), about, tool, server: version, end: Box::new(end) })
}

/// The keys of a snapshot, as Redis' own checker counts them.
fn keys(file: &Path) -> Result<u64, BackupError> {
    let mut check = Command::new("redis-check-rdb");
    check.arg(file);
    let text = output(check, CLIENT)?;
    let count =
        text.lines().find_map(|line| line.split("[info] ").nth(1)?.strip_suffix(" keys read")?.trim().parse().ok());
    count.ok_or_else(|| BackupError::Refused("`redis-check-rdb` did not count the keys".to_owned()))
}

fn information(server: &Server, section: &str, name: &str) -> Result<String, BackupError> {
    let mut ask = Command::new("redis-cli");
    server.tell_redis(&mut ask);
    ask.args(["INFO", section]);
    let text = output(ask, CLIENT)?;
    let value = text.lines().find_map(|line| line.trim().strip_prefix(name)?.strip_prefix(':'));
    value
        .map(str::to_owned)
        .ok_or_else(|| BackupError::Refused(format!("Redis did not tell its `{name}`: {}", text.trim())))
}

/// A server of its own, on a socket in a folder.
pub(crate) struct Scratch {
    socket: PathBuf,
    server: Option<Tool>,
}

impl Scratch {
    /// A server that has loaded the snapshot.
    pub(crate) fn load(folder: &Path, backup: &mut dyn Read) -> Result<Scratch, BackupError> {
        let owner = Owner::named("redis");
        owner.give(folder)?;
        let file = folder.join("dump.rdb");
        crate::sqlite::unpack(backup, &file)?;
        owner.give(&file)?;
        let socket = folder.join("s");
        let mut command = owner.server(&program("redis-server", SERVER)?, "TERM");
        command.args([
            "--port",
            "0",
            "--save",
            "",
            "--appendonly",
            "no",
            "--dbfilename",
            "dump.rdb",
            "--daemonize",
            "no",
        ]);
        command.arg("--unixsocket").arg(&socket).arg("--dir").arg(folder);
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let mut server = Tool::start(command, SERVER)?;
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(3600) {
            if !matches!(server.child.try_wait(), Ok(None)) {
                return Err(server.failed());
            }
            if socket.exists()
                && information(&on(&socket), "persistence", "loading").is_ok_and(|loading| loading == "0")
            {
                return Ok(Scratch { socket, server: Some(server) });
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Err(BackupError::Refused("the scratch server did not load the snapshot within an hour".to_owned()))
    }

    /// The keys that were loaded; those that had expired by now are counted, too.
    pub(crate) fn contents(&self) -> Result<Vec<Content>, BackupError> {
        let number = |name: &str| {
            let text = information(&on(&self.socket), "persistence", name)?;
            text.parse::<u64>().map_err(|_| BackupError::Refused(format!("Redis' `{name}` is no number: {text}")))
        };
        let count = number("rdb_last_load_keys_loaded")? + number("rdb_last_load_keys_expired")?;
        Ok(vec![Content { name: "(keys)".to_owned(), count, digest: None }])
    }

    /// Runs a command of Redis'.
    pub(crate) fn query(&self, text: &str) -> Result<String, BackupError> {
        let mut ask = Command::new("redis-cli");
        on(&self.socket).tell_redis(&mut ask);
        ask.arg("-e").args(text.split_whitespace());
        output(ask, CLIENT)
    }

    /// Ends the server in good order; its files stay.
    pub(crate) fn stop(&mut self) {
        if let Some(server) = self.server.take()
            && kill_process(Pid::from_child(&server.child), Signal::TERM).is_ok()
        {
            // Nothing is written at its end, so how it ends does not matter.
            let _ended = server.finish();
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        self.stop();
    }
}

fn on(socket: &Path) -> Server {
    let mut server = Server::on_socket(Engine::Redis, &socket.display().to_string(), "", "");
    server.user = None;
    server
}
