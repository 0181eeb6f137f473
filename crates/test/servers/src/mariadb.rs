//! MariaDB.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use rustix::process::Signal;
use tempfile::TempDir;

use crate::process::{Server, free_port, give, prepared, user};

/// A server of its own, with the user `app` (password `apppassword`) and the database `app`, and with `admin` (`adminpassword`), who may do everything.
/// `app` may make databases whose names begin with `app_`.
pub struct Mariadb {
    server: Option<Server>,
    folder: TempDir,
    owner: Option<(u32, u32)>,
    arguments: Vec<String>,
    port: u16,
    databases: AtomicU32,
}

static SHARED: Mutex<Weak<Mariadb>> = Mutex::new(Weak::new());

impl Mariadb {
    /// Starts a server.
    pub fn start() -> Mariadb {
        Mariadb::start_with(|_| Vec::new())
    }

    /// Starts a server; `prepare` may put files into its folder first, and gives more arguments, such as `--ssl-cert=…`.
    pub fn start_with(prepare: impl FnOnce(&Path) -> Vec<String>) -> Mariadb {
        let program = Path::new("/usr/sbin/mariadbd");
        assert!(program.exists(), "MariaDB is needed by this test: apt-get install mariadb-server");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let owner = user("mysql");
        give(folder.path(), owner);
        let (data, log) = (folder.path().join("data"), folder.path().join("log"));
        let installed = prepared(Path::new("/usr/bin/mariadb-install-db"), owner, &log)
            .args(["--no-defaults", "--auth-root-authentication-method=socket", "--skip-test-db"])
            .arg(format!("--datadir={}", data.display()))
            // Servers that are set up at the same time take each other's temporary tables away in a folder that they share.
            .arg(format!("--tmpdir={}", folder.path().display()))
            .status()
            .expect("mariadb-install-db can be started");
        assert!(installed.success(), "mariadb-install-db failed: {}", fs::read_to_string(&log).unwrap_or_default());
        let port = free_port();
        let socket = folder.path().join("socket");
        let start = folder.path().join("start.sql");
        // One statement a line: the server reads the file so.
        let statements = [
            "CREATE DATABASE app;",
            "CREATE USER app@'%' IDENTIFIED BY 'apppassword';",
            "GRANT ALL ON app.* TO app@'%';",
            "CREATE USER admin@'%' IDENTIFIED BY 'adminpassword';",
            "GRANT ALL ON *.* TO admin@'%' WITH GRANT OPTION;",
            "GRANT ALL ON `app\\_%`.* TO app@'%';",
            "CREATE DATABASE ready;",
        ];
        fs::write(&start, statements.join("\n")).expect("the folder is ours");
        give(&start, owner);
        let more = prepare(folder.path());
        for file in fs::read_dir(folder.path()).expect("the folder is ours") {
            give(&file.expect("a listed file").path(), owner);
        }
        let mut arguments = vec![
            "--no-defaults".to_owned(),
            "--bind-address=127.0.0.1".to_owned(),
            "--innodb-flush-log-at-trx-commit=0".to_owned(),
            "--skip-name-resolve".to_owned(),
            format!("--datadir={}", data.display()),
            format!("--tmpdir={}", folder.path().display()),
            format!("--socket={}", socket.display()),
            format!("--pid-file={}", folder.path().join("pid").display()),
            format!("--port={port}"),
        ];
        arguments.extend(more);
        let mut command = prepared(program, owner, &log);
        command.args(&arguments).arg(format!("--init-file={}", start.display()));
        // The last statement of the start file makes this folder.
        let server = Server::start(command, Signal::TERM, &log, || data.join("ready").exists() && answers(port));
        let (server, databases) = (Some(server), AtomicU32::new(0));
        Mariadb { server, folder, owner, arguments, port, databases }
    }

    /// A primary and a replica that follows it, both with nothing but what every server has.
    pub fn pair() -> (Mariadb, Mariadb) {
        let numbered = |id: u32| {
            move |_: &Path| vec![format!("--server-id={id}"), "--log-bin".to_owned(), "--log-slave-updates".to_owned()]
        };
        let primary = Mariadb::start_with(numbered(1));
        let replica = Mariadb::start_with(|folder| {
            let mut arguments = numbered(2)(folder);
            arguments.push("--read-only=1".to_owned());
            arguments
        });
        let position = primary.as_admin("SELECT @@gtid_current_pos");
        replica.as_admin(&format!(
            "RESET MASTER; SET GLOBAL gtid_slave_pos = '{}'; CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = {}, \
             MASTER_USER = 'admin', MASTER_PASSWORD = 'adminpassword', MASTER_USE_GTID = slave_pos; START SLAVE",
            position.trim(),
            primary.port
        ));
        (primary, replica)
    }

    /// Has the user `admin` do something; gives what it prints.
    pub fn as_admin(&self, sql: &str) -> String {
        let output = Command::new("/usr/bin/mariadb")
            .args(["--no-defaults", "--protocol=tcp", "--host=127.0.0.1", "--user=admin", "--password=adminpassword"])
            .args(["--batch", "--skip-column-names", &format!("--port={}", self.port), &format!("--execute={sql}")])
            .output()
            .expect("the client can be started");
        assert!(output.status.success(), "`{sql}`: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Ends the server at once, as a crash would.
    pub fn crash(&mut self) {
        if let Some(server) = self.server.take() {
            server.crash(Signal::KILL);
        }
    }

    /// A server that the tests of this process share; it ends with the last of them.
    pub fn shared() -> Arc<Mariadb> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let more = ["--max-connections=400", "--innodb-buffer-pool-size=64M"].map(str::to_owned).to_vec();
            let fresh = Arc::new(Mariadb::start_with(|_| more));
            *shared = Arc::downgrade(&fresh);
            fresh
        })
    }

    /// Ends the server; its data stays.
    pub fn halt(&mut self) {
        self.server = None;
    }

    /// Starts the server on the same data and port.
    pub fn resume(&mut self) {
        let log = self.folder.path().join("log");
        let mut command = prepared(Path::new("/usr/sbin/mariadbd"), self.owner, &log);
        command.args(&self.arguments);
        let port = self.port;
        self.server = Some(Server::start(command, Signal::TERM, &log, || answers(port)));
    }

    /// Makes an empty database; gives its address.
    pub fn fresh_database(&self) -> String {
        let name = format!("app_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let made = Command::new("/usr/bin/mariadb")
            .args(["--no-defaults", "--protocol=tcp", "--host=127.0.0.1", "--user=app", "--password=apppassword"])
            .args([format!("--port={}", self.port), format!("--execute=CREATE DATABASE {name} CHARACTER SET utf8mb4")])
            .status()
            .expect("the client can be started");
        assert!(made.success(), "no database was made");
        format!("mysql://app:apppassword@127.0.0.1:{}/{name}", self.port)
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The user `admin`'s address.
    pub fn admin_url(&self) -> String {
        format!("mysql://admin:adminpassword@127.0.0.1:{}/app", self.port)
    }

    /// The user `app`'s address.
    pub fn url(&self) -> String {
        format!("mysql://app:apppassword@127.0.0.1:{}/app", self.port)
    }
}

fn answers(port: u16) -> bool {
    let ping = Command::new("/usr/bin/mariadb-admin")
        .args(["--no-defaults", "--protocol=tcp", "--host=127.0.0.1", "--user=app", "--password=apppassword", "ping"])
        .arg(format!("--port={port}"))
        .output();
    ping.is_ok_and(|output| output.status.success())
}
