//! The browser's process.

use std::ffi::OsString;
use std::io::Read as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::BrowserError;
use crate::connection::Connection;

/// Programs that are looked for in this order.
const NAMES: [&str; 5] = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"];
/// A cold start on a busy machine takes seconds.
const START: Duration = Duration::from_secs(30);

/// A running browser with one empty profile. Dropped, it and all its processes end.
pub struct Browser {
    child: Child,
    pub(crate) connection: Connection<ChildStdin>,
    _profile: tempfile::TempDir,
}

/// The first known program in `path` (the value of `PATH`).
pub fn find(path: &OsString) -> Result<PathBuf, BrowserError> {
    let folders: Vec<PathBuf> = std::env::split_paths(path).collect();
    let all = NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    let missing = || BrowserError::Missing(NAMES.map(str::to_owned).to_vec());
    all.into_iter().find(|program| program.is_file()).ok_or_else(missing)
}

impl Browser {
    /// Starts `program`. `insecure`: certificates are not verified.
    pub fn start(program: &Path, insecure: bool) -> Result<Browser, BrowserError> {
        let failed = |source| BrowserError::Start { program: program.to_owned(), source };
        let profile = tempfile::Builder::new().prefix("callsheet-browser-").tempdir().map_err(failed)?;
        let mut arguments: Vec<OsString> = [
            "--headless=new",
            "--remote-debugging-pipe",
            "--no-first-run",
            "--no-default-browser-check",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-extensions",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            "--mute-audio",
        ]
        .map(OsString::from)
        .to_vec();
        let mut folder = OsString::from("--user-data-dir=");
        folder.push(profile.path());
        arguments.push(folder);
        if insecure {
            arguments.push("--ignore-certificate-errors".into());
        }
        // Chromium refuses to run as root with its sandbox.
        if rustix::process::geteuid().is_root() {
            arguments.push("--no-sandbox".into());
        }
        // The browser reads from descriptor 3 and writes to 4; the shell moves our pipes there without unsafe code.
        let mut child = Command::new("sh")
            .args(["-c", "exec \"$0\" \"$@\" 3<&0 4>&1 </dev/null >/dev/null"])
            .arg(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .map_err(failed)?;
        let (Some(to), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(BrowserError::Ended("it has no pipe".to_owned()));
        };
        let mut browser = Browser { child, connection: Connection::new(to, from), _profile: profile };
        match browser.connection.call(None, "Browser.getVersion", json!({}), Instant::now() + START) {
            Ok(_) => Ok(browser),
            Err(BrowserError::Ended(_)) => Err(BrowserError::Ended(browser.last_words())),
            Err(error) => Err(error),
        }
    }

    /// What it wrote before it ended.
    fn last_words(&mut self) -> String {
        self.end();
        let mut text = String::new();
        // The words are a help, not a duty.
        let read = self.child.stderr.take().map(|stream| stream.take(64 << 10).read_to_string(&mut text));
        match text.lines().rev().find(|line| !line.trim().is_empty()) {
            Some(line) if matches!(read, Some(Ok(_))) => line.to_owned(),
            _ => "it said nothing".to_owned(),
        }
    }

    /// Ends it with its whole process group.
    fn end(&mut self) {
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw) {
            // It may have ended by itself.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = self.child.wait();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.end();
    }
}
