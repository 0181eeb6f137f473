//! A PostgreSQL server of its own, on a socket in a folder: for proofs, and for restores beside the live one.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use callsheet_backups::{Content, Engine};
use jiff::Timestamp;

use super::{SERVER, contents, live, program, session};
use crate::BackupError;
use crate::error::Said;
use crate::place::Server;
use crate::postgres::desk::Desk;
use crate::scratch::Owner;
use crate::tool::Tool;

/// Where a cluster is stopped on its way through the log.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Until {
    /// At the backup's end.
    BackupEnd,
    /// Before the first transaction that was committed at that instant or later.
    Instant(Timestamp),
    /// At the end of the log that there is.
    LogEnd,
}

/// A server on a socket.
pub(crate) struct Scratch {
    data: PathBuf,
    socket: PathBuf,
    owner: Owner,
    user: String,
    server: Option<Tool>,
}

/// The longest that crash recovery or a shutdown of a scratch server may go without an end.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

impl Scratch {
    /// An empty server in `folder`.
    pub(crate) fn fresh(folder: &Path) -> Result<Scratch, BackupError> {
        let mut scratch = Scratch::place(folder)?;
        let mut initdb = scratch.owner.command(&program("initdb")?);
        initdb.args([
            "--auth=trust",
            "--username=postgres",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
            "--no-instructions",
        ]);
        initdb.arg("--pgdata").arg(&scratch.data).env("LC_ALL", "C");
        initdb.stdin(Stdio::null()).stdout(Stdio::null());
        Tool::start(initdb, SERVER)?.finish()?;
        scratch.start(&["fsync=off", "full_page_writes=off", "autovacuum=off", "max_wal_size=4GB"], &mut || Ok(()))?;
        Ok(scratch)
    }

    fn place(folder: &Path) -> Result<Scratch, BackupError> {
        let owner = Owner::named("postgres");
        owner.give(folder)?;
        let (data, socket) = (folder.join("data"), folder.join("s"));
        fs::create_dir_all(&socket).map_err(BackupError::file("cannot make the scratch server's folder"))?;
        owner.give(&socket)?;
        Ok(Scratch { data, socket, owner, user: "postgres".to_owned(), server: None })
    }

    /// The server's files from a tar stream, brought to an instant; it does not run yet.
    pub(crate) fn unpack(folder: &Path, backup: &mut dyn Read) -> Result<Scratch, BackupError> {
        let scratch = Scratch::place(folder)?;
        fs::create_dir_all(&scratch.data).map_err(BackupError::file("cannot make the data folder"))?;
        scratch.owner.give(&scratch.data)?;
        let mut tar = scratch.owner.command(&crate::scratch::program("tar", "tar")?);
        tar.args(["--extract", "--file=-", "--directory"]).arg(&scratch.data);
        tar.stdin(Stdio::piped()).stdout(Stdio::null());
        let mut tar = Tool::start(tar, "tar")?;
        let copied = match tar.child.stdin.take() {
            Some(mut stdin) => live::copy(backup, &mut stdin)?,
            None => false,
        };
        if !copied {
            return Err(tar.failed());
        }
        tar.finish()?;
        scratch.check_files()?;
        Ok(scratch)
    }

    /// Every file against the server's own list of digests.
    fn check_files(&self) -> Result<(), BackupError> {
        if !self.data.join("backup_manifest").exists() {
            return Err(BackupError::Refused("the backup holds no list of its files".to_owned()));
        }
        let mut verify = self.owner.command(&program("pg_verifybackup")?);
        verify.arg("--no-parse-wal").arg("--quiet").arg(&self.data).env("LC_ALL", "C");
        verify.stdin(Stdio::null()).stdout(Stdio::null());
        Tool::start(verify, SERVER)?.finish().map(drop)
    }

    /// Starts a restored server and brings it to where it is to stop: on its socket alone, sending its log nowhere. Anybody on the socket may enter;
    /// nobody else reaches the folder.
    pub(crate) fn start_restored(&mut self, user: &str, until: Until, desk: &mut Desk) -> Result<(), BackupError> {
        self.user = user.to_owned();
        let refused = || BackupError::file("cannot write the scratch server's settings");
        // Where a distribution keeps settings elsewhere there are none among the files.
        let file = self.data.join("postgresql.conf");
        if !file.exists() {
            fs::write(&file, "").map_err(refused())?;
            self.owner.give(&file)?;
        }
        let access = self.socket.join("hba.conf");
        fs::write(&access, "local all all trust\n").map_err(refused())?;
        self.owner.give(&access)?;
        let mut settings: Vec<String> = [
            "fsync=off",
            "archive_mode=off",
            "ssl=off",
            "shared_preload_libraries=",
            "logging_collector=off",
            "hot_standby=off",
            "recovery_target_inclusive=off",
            "recovery_target_action=promote",
        ]
        .map(str::to_owned)
        .to_vec();
        settings.push(format!("hba_file={}", access.display()));
        if let Until::Instant(instant) = until {
            let instant = instant.strftime("%Y-%m-%d %H:%M:%S%.6f+00");
            settings.push(format!("recovery_target_time={instant}"));
        }
        if !matches!(until, Until::BackupEnd) {
            let signal = self.data.join("recovery.signal");
            fs::write(&signal, "").map_err(refused())?;
            self.owner.give(&signal)?;
            desk.open(self.owner)?;
            settings.push(format!("restore_command={}", desk.command()));
        }
        let settings: Vec<&str> = settings.iter().map(String::as_str).collect();
        self.start(&settings, &mut || desk.serve())
    }

    fn start(
        &mut self,
        settings: &[&str],
        meanwhile: &mut dyn FnMut() -> Result<(), BackupError>,
    ) -> Result<(), BackupError> {
        let mut command = self.owner.server(&program("postgres")?, "INT");
        // The server that the files came from may have said otherwise.
        command.arg("-D").arg(&self.data).args(["-c", "listen_addresses=", "-c", "port=5432"]);
        command.args(["-c", "unix_socket_permissions=0700"]);
        command.args(["-c", &format!("unix_socket_directories={}", self.socket.display())]);
        for setting in settings {
            command.args(["-c", setting]);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).env("LC_ALL", "C");
        let mut server = Tool::start(command, SERVER)?;
        let began = Instant::now();
        let state = |text: String| text.lines().nth(7).map(|line| line.trim().to_owned()).unwrap_or_default();
        while began.elapsed() < LONGEST {
            if !matches!(server.child.try_wait(), Ok(None)) {
                return Err(server.failed());
            }
            let now = fs::read_to_string(self.data.join("postmaster.pid")).map(state).unwrap_or_default();
            if now == "ready" {
                self.server = Some(server);
                return Ok(());
            }
            meanwhile()?;
            std::thread::sleep(Duration::from_millis(20));
        }
        Err(BackupError::Refused("the scratch server was not up within a day".to_owned()))
    }

    /// How to reach a database of it.
    pub(crate) fn place_of(&self, database: &str) -> Server {
        Server::on_socket(Engine::Postgres, &self.socket.display().to_string(), &self.user, database)
    }

    /// Loads a logical backup into the database `restored`.
    pub(crate) fn load(&self, backup: &mut (dyn Read + Send)) -> Result<(), BackupError> {
        let mut session = session(&self.place_of("postgres"))?;
        session.ask("CREATE DATABASE restored TEMPLATE template0")?;
        session.end()?;
        let mut session = super::session(&self.place_of("restored"))?;
        live::load(&mut session, backup, false)?;
        session.end()
    }

    /// What a database of it holds.
    pub(crate) fn contents(&self, database: &str) -> Result<Vec<Content>, BackupError> {
        let mut session = session(&self.place_of(database))?;
        let found = contents::contents(&mut session)?;
        session.end()?;
        Ok(found)
    }

    /// Asks a database of it; lines with tabs.
    pub(crate) fn query(&self, database: &str, sql: &str) -> Result<String, BackupError> {
        let mut command = Command::new("psql");
        command.args(["-X", "-q", "-A", "-t", "-F", "\t", "--no-password", "-v", "ON_ERROR_STOP=1", "-c", sql]);
        self.place_of(database).tell_postgres(&mut command);
        crate::tool::output(command, super::CLIENT)
    }

    /// Its version.
    pub(crate) fn version(&self) -> Result<String, BackupError> {
        self.query("postgres", "SHOW server_version").map(|version| version.trim().to_owned())
    }

    /// Ends the server in good order; its files stay.
    pub(crate) fn stop(&mut self) -> Result<(), BackupError> {
        let Some(mut server) = self.server.take() else { return Ok(()) };
        let pid = fs::read_to_string(self.data.join("postmaster.pid")).unwrap_or_default();
        let pid = pid.lines().next().and_then(|line| line.trim().parse().ok()).and_then(rustix::process::Pid::from_raw);
        if let Some(pid) = pid {
            // SIGINT is the fast shutdown. A server that has ended by itself is told by its status.
            let _asked = rustix::process::kill_process(pid, rustix::process::Signal::INT);
        }
        let began = Instant::now();
        while began.elapsed() < LONGEST {
            match server.child.try_wait() {
                Ok(None) => std::thread::sleep(Duration::from_millis(10)),
                Ok(Some(status)) if status.success() => return Ok(()),
                Ok(Some(_)) => return Err(server.failed()),
                Err(cause) => return Err(BackupError::file("cannot wait for the scratch server")(cause)),
            }
        }
        Err(BackupError::Tool { tool: "postgres".to_owned(), cause: Said("it did not end".to_owned()) })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Whatever is wrong with its end, the server is killed with its value.
        let _stopped = self.stop();
    }
}
