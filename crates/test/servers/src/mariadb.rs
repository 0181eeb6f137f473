//! MariaDB.

use std::fs;
use std::path::Path;
use std::process::Command;

use rustix::process::Signal;
use tempfile::TempDir;

use crate::process::{Server, free_port, give, prepared, user};

/// A server of its own, with the user `app` (password `apppassword`) and the database `app`, and with `admin` (`adminpassword`), who may do everything.
pub struct Mariadb {
    _server: Server,
    _folder: TempDir,
    port: u16,
}

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
            "CREATE DATABASE ready;",
        ];
        fs::write(&start, statements.join("\n")).expect("the folder is ours");
        give(&start, owner);
        let more = prepare(folder.path());
        for file in fs::read_dir(folder.path()).expect("the folder is ours") {
            give(&file.expect("a listed file").path(), owner);
        }
        let mut command = prepared(program, owner, &log);
        command
            .args([
                "--no-defaults",
                "--bind-address=127.0.0.1",
                "--innodb-flush-log-at-trx-commit=0",
                "--skip-name-resolve",
            ])
            .arg(format!("--datadir={}", data.display()))
            .arg(format!("--socket={}", socket.display()))
            .arg(format!("--pid-file={}", folder.path().join("pid").display()))
            .arg(format!("--port={port}"))
            .arg(format!("--init-file={}", start.display()))
            .args(more);
        // The last statement of the start file makes this folder.
        let server = Server::start(command, Signal::TERM, &log, || data.join("ready").exists() && answers(port));
        Mariadb { _server: server, _folder: folder, port }
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
