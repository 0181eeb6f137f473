//! A Docker Engine of the test's own: its data, containers and networks end with it.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use callsheet_base::Digest;
use rustix::process::{Pid, Signal, kill_process};

/// The Engine and an image made of the test service alone.
#[derive(Debug)]
pub struct Engine {
    /// Everything of it.
    pub folder: tempfile::TempDir,
    daemon: Child,
    /// Of the image `shop:1`, which is the test service without a command.
    pub image: Digest,
}

/// Says loudly that what `what` names was not tested: on standard error, and where `cargo xtask test` asks for it.
pub fn skip(what: &str, reason: &str) {
    let mut error = std::io::stderr();
    writeln!(error, "\nSKIPPED {what}: {reason}\n").unwrap();
    if let Some(path) = std::env::var_os("CALLSHEET_SKIPPED") {
        let mut note = std::fs::OpenOptions::new().append(true).create(true).open(path).unwrap();
        writeln!(note, "{what}: {}", reason.replace('\n', " ")).unwrap();
    }
}

impl Engine {
    /// The error says why none may run here.
    pub fn start(service: &Path) -> Result<Engine, String> {
        if !rustix::process::geteuid().is_root() {
            return Err("only root may start a Docker Engine".into());
        }
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let at = |name: &str| folder.path().join(name);
        let log = std::fs::File::create(at("log")).map_err(|error| error.to_string())?;
        let daemon = Command::new("dockerd")
            .arg("--data-root")
            .arg(at("data"))
            .arg("--exec-root")
            .arg(at("exec"))
            .arg("--pidfile")
            .arg(at("pid"))
            .arg("--host")
            .arg(format!("unix://{}", at("sock").display()))
            // The machine's own firewall and bridges stay as they are.
            .args(["--iptables=false", "--ip-forward=false", "--ip-masq=false", "--bridge=none"])
            .env("PATH", format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_default()))
            .stdout(log.try_clone().map_err(|error| error.to_string())?)
            .stderr(log)
            .stdin(Stdio::null())
            .spawn()
            .map_err(|error| format!("`dockerd` cannot be started: {error}"))?;
        let mut engine = Engine { folder, daemon, image: Digest::of(b"") };
        engine.wait()?;
        engine.image = engine.import(service, "shop", "1", "");
        Ok(engine)
    }

    /// Where it is talked to.
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("sock")
    }

    fn wait(&mut self) -> Result<(), String> {
        let end = Instant::now() + Duration::from_secs(120);
        while Instant::now() < end && matches!(self.daemon.try_wait(), Ok(None)) {
            if self.ask("GET", "/_ping", b"").is_ok_and(|(code, _)| code == 200) {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        let last: Vec<&str> = log.lines().rev().take(3).collect();
        Err(format!("this machine does not permit an Engine: {}", last.join(" / ")))
    }

    /// An image `name:tag` with nothing but the program, as `/service`; `command` in the words of a Dockerfile, or nothing.
    pub fn import(&self, program: &Path, name: &str, tag: &str, command: &str) -> Digest {
        let encoded: String = command.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let changes = if command.is_empty() { String::new() } else { format!("&changes={encoded}") };
        let (folder, file) = (program.parent().unwrap(), program.file_name().unwrap());
        let mut tar = Command::new("tar");
        tar.arg("--transform=s/.*/service/").arg("-C").arg(folder).arg("-c").arg(file);
        let archive = tar.output().expect("tar runs").stdout;
        let (code, body) =
            self.ask("POST", &format!("/images/create?fromSrc=-&repo={name}&tag={tag}{changes}"), &archive).unwrap();
        let said = String::from_utf8_lossy(&body).into_owned();
        assert_eq!(code, 200, "{said}");
        let at = said.find("sha256:").unwrap_or_else(|| panic!("no id in {said}")) + "sha256:".len();
        said[at..at + 64].parse().unwrap()
    }

    /// What the Engine tells anybody of an owner's containers.
    pub fn descriptions(&self, owner: &str) -> Vec<(String, Vec<u8>)> {
        let mut found = Vec::new();
        for id in self.ids("/containers/json?all=1", "Id") {
            let path = format!("/containers/{id}/json");
            let (_, body) = self.ask("GET", &path, b"").unwrap();
            let of_owner = String::from_utf8_lossy(&body).contains(&format!("\"callsheet.owner\":\"{owner}\""));
            found.extend(of_owner.then_some((path, body)));
        }
        found
    }

    fn ids(&self, path: &str, field: &str) -> Vec<String> {
        let (_, body) = self.ask("GET", path, b"").unwrap_or_default();
        let list: Vec<serde_json::Value> = serde_json::from_slice(&body).unwrap_or_default();
        list.iter().filter_map(|one| Some(one[field].as_str()?.to_owned())).collect()
    }

    /// A request in HTTP/1.0, whose answer ends with the connection.
    fn ask(&self, method: &str, path: &str, body: &[u8]) -> std::io::Result<(u16, Vec<u8>)> {
        let mut stream = UnixStream::connect(self.socket())?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        write!(stream, "{method} {path} HTTP/1.0\r\nContent-Length: {}\r\n\r\n", body.len())?;
        stream.write_all(body)?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let end = answer.windows(4).position(|window| window == b"\r\n\r\n").ok_or(std::io::ErrorKind::InvalidData)?;
        let head = String::from_utf8_lossy(&answer[..end]).into_owned();
        let code = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or_default();
        Ok((code, answer[end + 4..].to_vec()))
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // A container that a driver is just ending holds its network for a moment; a bridge that stays is the machine's forever.
        for _ in 0..100 {
            for id in self.ids("/containers/json?all=1", "Id") {
                drop(self.ask("DELETE", &format!("/containers/{id}?force=1&v=1"), b""));
            }
            let mut networks = self.ids("/networks", "Name");
            networks.retain(|name| name.starts_with("stage-") || name.starts_with("callsheet-"));
            if networks.is_empty() {
                break;
            }
            for name in networks {
                drop(self.ask("DELETE", &format!("/networks/{name}"), b""));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        if let Some(pid) = Pid::from_raw(self.daemon.id() as i32) {
            // Killed it would leave its containerd behind.
            let _ = kill_process(pid, Signal::TERM);
        }
        drop(self.daemon.wait());
    }
}
