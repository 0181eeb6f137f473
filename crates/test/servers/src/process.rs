//! A server's process and what it needs: a free port, an unprivileged user, an end.

use std::fs;
use std::net::TcpListener;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::fs::chown;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rustix::process::{Pid, Signal, kill_process};

/// A running server. Ends with this value.
pub(crate) struct Server {
    child: Child,
    stop: Signal,
}

/// A port of loopback that is free, and is given to no other test for as long as this process lives. It is none of those that outgoing
/// connections take at any time.
pub fn free_port() -> u16 {
    static OURS: Mutex<Vec<UnixListener>> = Mutex::new(Vec::new());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let chance = (now.as_nanos() as u64 ^ (u64::from(std::process::id()) << 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for step in 0..1000 {
        let port = 10_000 + (((chance >> 32) + step * 37) % 10_000) as u16;
        // A name that ends with its process: who has it has the port, also while no server listens there.
        let name = SocketAddr::from_abstract_name(format!("callsheet-test-port-{port}")).expect("a short name");
        if let Ok(claim) = UnixListener::bind_addr(&name)
            && TcpListener::bind(("127.0.0.1", port)).is_ok()
        {
            OURS.lock().unwrap_or_else(PoisonError::into_inner).push(claim);
            return port;
        }
    }
    panic!("a thousand ports of loopback are taken");
}

/// User and group of `name` when the tests run as root: database servers refuse to be root.
pub(crate) fn user(name: &str) -> Option<(u32, u32)> {
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    let passwd = fs::read_to_string("/etc/passwd").expect("every system has a list of users");
    let line = passwd.lines().find(|line| line.split(':').next() == Some(name))?;
    let mut fields = line.split(':').skip(2);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

/// Gives `folder` to that user.
pub(crate) fn give(folder: &Path, user: Option<(u32, u32)>) {
    if let Some((uid, gid)) = user {
        chown(folder, Some(uid), Some(gid)).expect("root may give a folder away");
    }
}

/// `command` as that user, silent but for its error output, which goes to `log`.
pub(crate) fn prepared(program: &Path, user: Option<(u32, u32)>, log: &Path) -> Command {
    use std::os::unix::process::CommandExt as _;
    let mut command = Command::new(program);
    let log = fs::OpenOptions::new().create(true).append(true).open(log).expect("the log can be written");
    command.stdin(Stdio::null()).stdout(log.try_clone().expect("a file can be shared")).stderr(log);
    if let Some((uid, gid)) = user {
        command.uid(uid).gid(gid);
    }
    command
}

impl Server {
    /// Starts `command` and waits until `is_up` says so.
    pub(crate) fn start(mut command: Command, stop: Signal, log: &Path, is_up: impl Fn() -> bool) -> Server {
        let child = command.spawn().expect("the server's program can be started");
        let mut server = Server { child, stop };
        let deadline = Instant::now() + Duration::from_secs(180);
        while !is_up() {
            let ended = server.child.try_wait().expect("a child can be waited for");
            let text = || fs::read_to_string(log).unwrap_or_default();
            assert!(ended.is_none(), "the server ended at once: {}", text());
            assert!(Instant::now() < deadline, "the server is not up after three minutes: {}", text());
            std::thread::sleep(Duration::from_millis(20));
        }
        server
    }
}

impl Server {
    /// Ends it at once and in no good order.
    pub(crate) fn crash(mut self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("it runs");
        self.child.wait().expect("a child can be waited for");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let pid = Pid::from_child(&self.child);
        // It may have ended by itself; then there is nothing to do.
        let asked = kill_process(pid, self.stop);
        let deadline = Instant::now() + Duration::from_secs(10);
        while asked.is_ok() && Instant::now() < deadline {
            if matches!(self.child.try_wait(), Ok(Some(_)) | Err(_)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        if self.child.kill().is_ok() {
            let _ended = self.child.wait();
        }
    }
}
