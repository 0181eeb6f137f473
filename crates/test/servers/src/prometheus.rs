//! Prometheus, scraping itself every 200 ms.

use std::fs;
use std::net::TcpStream;
use std::path::Path;

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
            "global:\n  scrape_interval: 200ms\nscrape_configs:\n  - job_name: self\n    static_configs:\n      - targets: ['127.0.0.1:{port}']\n"
        );
        fs::write(&config, text).expect("the folder is ours");
        let mut command = prepared(program, None, &log);
        command
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.tsdb.path={}", folder.path().join("data").display()))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"));
        let is_up = || TcpStream::connect(("127.0.0.1", port)).is_ok();
        let server = Server::start(command, Signal::TERM, &log, is_up);
        Prometheus { _server: server, _folder: folder, port }
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}
