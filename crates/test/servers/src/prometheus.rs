//! Prometheus, scraping itself every second.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use rustix::process::Signal;
use tempfile::TempDir;

use crate::process::{Server, free_port, prepared};

/// A Prometheus of its own whose only target is itself, as job `self`.
pub struct Prometheus {
    _server: Server,
    _folder: TempDir,
    port: u16,
}

impl Prometheus {
    /// Starts it.
    pub fn start() -> Prometheus {
        let program = Path::new("/usr/bin/prometheus");
        assert!(program.exists(), "Prometheus is needed by this test: apt-get install prometheus");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let port = free_port();
        let (config, log) = (folder.path().join("prometheus.yml"), folder.path().join("log"));
        let text = format!(
            "global:\n  scrape_interval: 1s\nscrape_configs:\n  - job_name: self\n    static_configs:\n      - targets: ['127.0.0.1:{port}']\n"
        );
        fs::write(&config, text).expect("the folder is ours");
        let mut command = prepared(program, None, &log);
        command
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.tsdb.path={}", folder.path().join("data").display()))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"));
        let server = Server::start(command, Signal::TERM, &log, || is_ready(port));
        Prometheus { _server: server, _folder: folder, port }
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

/// It says itself when it takes questions, which is later than connections.
fn is_ready(port: u16) -> bool {
    let asked = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(b"GET /-/ready HTTP/1.0\r\nHost: localhost\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    asked().is_ok_and(|answer| answer.split(' ').nth(1) == Some("200"))
}
