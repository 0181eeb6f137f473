//! A MariaDB server of its own, on a socket in a folder.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use callsheet_backups::{Content, Engine};
use rustix::process::{Pid, Signal, kill_process};

use super::{CLIENT, SERVER, contents, live, session};
use crate::BackupError;
use crate::place::Server;
use crate::scratch::{Owner, program};
use crate::tool::Tool;

/// A server on a socket.
pub(crate) struct Scratch {
    socket: PathBuf,
    server: Option<Tool>,
}

/// The longest that a scratch server may take to start or end.
const LONGEST: Duration = Duration::from_secs(300);

impl Scratch {
    /// An empty server in `folder`.
    pub(crate) fn fresh(folder: &Path) -> Result<Scratch, BackupError> {
        let owner = Owner::named("mysql");
        owner.give(folder)?;
        let (data, socket) = (folder.join("data"), folder.join("s"));
        let mut install = owner.command(&program("mariadb-install-db", SERVER)?);
        install.args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"]);
        // In a folder that they share, servers that are set up at the same time take each other's temporary tables away.
        let temporary = format!("--tmpdir={}", folder.display());
        install.arg(format!("--datadir={}", data.display())).arg(&temporary).stdin(Stdio::null()).stdout(Stdio::null());
        Tool::start(install, SERVER)?.finish()?;
        let mut command = owner.server(&program("mariadbd", SERVER)?, "TERM");
        command.args(["--no-defaults", "--skip-networking", "--innodb-flush-log-at-trx-commit=0", "--skip-log-bin"]);
        command.args(["--max-allowed-packet=1G", "--event-scheduler=off"]);
        command
            .arg(format!("--datadir={}", data.display()))
            .arg(format!("--socket={}", socket.display()))
            .arg(temporary);
        command.arg(format!("--pid-file={}", folder.join("pid").display())).stdin(Stdio::null()).stdout(Stdio::null());
        let mut scratch = Scratch { socket, server: Some(Tool::start(command, SERVER)?) };
        scratch.until_up()?;
        Ok(scratch)
    }

    fn until_up(&mut self) -> Result<(), BackupError> {
        let began = Instant::now();
        while began.elapsed() < LONGEST {
            let ended = self.server.as_mut().is_none_or(|server| !matches!(server.child.try_wait(), Ok(None)));
            if let Some(server) = self.server.take_if(|_| ended) {
                return Err(server.failed());
            }
            if self.socket.exists() && session(&self.place_of("mysql")).is_ok() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Err(BackupError::Refused("the scratch server was not up after five minutes".to_owned()))
    }

    /// How to reach a database of it.
    pub(crate) fn place_of(&self, database: &str) -> Server {
        Server::on_socket(Engine::Mysql, &self.socket.display().to_string(), "root", database)
    }

    /// Loads a dump into the database `restored`.
    pub(crate) fn load(&self, backup: &mut dyn Read) -> Result<(), BackupError> {
        let mut making = session(&self.place_of("mysql"))?;
        making.ask("CREATE DATABASE restored")?;
        making.end()?;
        live::load(&self.place_of("restored"), backup)
    }

    /// What the restored database holds.
    pub(crate) fn contents(&self) -> Result<Vec<Content>, BackupError> {
        let mut counting = session(&self.place_of("restored"))?;
        let found = contents::contents(&mut counting)?;
        counting.end()?;
        Ok(found)
    }

    /// Asks the restored database; lines with tabs.
    pub(crate) fn query(&self, sql: &str) -> Result<String, BackupError> {
        let mut command = Command::new("mariadb");
        self.place_of("restored").tell_mysql(&mut command);
        command.args(["--batch", "--raw", "--skip-column-names", "--database=restored", "--execute", sql]);
        crate::tool::output(command, CLIENT)
    }

    /// Ends the server in good order; its files stay.
    pub(crate) fn stop(&mut self) -> Result<(), BackupError> {
        let Some(mut server) = self.server.take() else { return Ok(()) };
        // One that has ended by itself is told by its status.
        let _asked = kill_process(Pid::from_child(&server.child), Signal::TERM);
        let began = Instant::now();
        while began.elapsed() < LONGEST {
            match server.child.try_wait() {
                Ok(None) => std::thread::sleep(Duration::from_millis(10)),
                Ok(Some(status)) if status.success() => return Ok(()),
                Ok(Some(_)) => return Err(server.failed()),
                Err(cause) => return Err(BackupError::file("cannot wait for the scratch server")(cause)),
            }
        }
        Err(BackupError::Refused("the scratch server did not end".to_owned()))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Whatever is wrong with its end, the server is killed with its value.
        let _stopped = self.stop();
    }
}

/// Files of a stopped server for whoever asked for them.
pub(crate) fn how_to_start(folder: &Path) -> String {
    format!("mariadbd --no-defaults --datadir={0}/data --socket={0}/s --skip-networking", folder.display())
}

/// Whether the folder is one that a server may be made in.
pub(crate) fn is_free(folder: &Path) -> bool {
    fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none())
}
