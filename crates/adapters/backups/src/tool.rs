//! An engine's own program as a child: started, listened to, ended with us.

use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::thread::JoinHandle;

use crate::error::{BackupError, Said};

/// Bytes of a program's last words that are kept.
const LAST_WORDS: usize = 4096;

/// A running program. Dropped before it ended, it is killed.
pub(crate) struct Tool {
    name: String,
    pub(crate) child: Child,
    words: Option<JoinHandle<String>>,
}

impl Tool {
    /// Starts it; its error output is kept for when it fails.
    pub(crate) fn start(mut command: Command, package: &'static str) -> Result<Tool, BackupError> {
        let name = name(&command);
        command.stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|cause| match cause.kind() {
            std::io::ErrorKind::NotFound => BackupError::Missing { tool: name.clone(), package },
            _ => BackupError::File { what: format!("cannot start `{name}`"), cause },
        })?;
        let words = child.stderr.take().map(|stderr| std::thread::spawn(move || last_words(stderr)));
        Ok(Tool { name, child, words })
    }

    /// Waits for its end; gives all that it said of late.
    pub(crate) fn finish(mut self) -> Result<String, BackupError> {
        drop(self.child.stdin.take());
        let status = self.child.wait().map_err(BackupError::file(format!("cannot wait for `{}`", self.name)))?;
        let words = self.words.take().and_then(|words| words.join().ok()).unwrap_or_default();
        if status.success() {
            return Ok(words);
        }
        let cause = if words.trim().is_empty() { status.to_string() } else { words.trim().to_owned() };
        Err(BackupError::Tool { tool: self.name.clone(), cause: Said(cause) })
    }

    /// Why it ended early: what it said, or that it went away.
    pub(crate) fn failed(self) -> BackupError {
        let name = self.name.clone();
        match self.finish() {
            Err(error) => error,
            Ok(words) => {
                let cause = if words.trim().is_empty() { "it ended before it was done".to_owned() } else { words };
                BackupError::Tool { tool: name, cause: Said(cause) }
            }
        }
    }
}

impl Drop for Tool {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        if matches!(self.child.try_wait(), Ok(None)) && self.child.kill().is_ok() {
            let _status = self.child.wait();
        }
    }
}

fn name(command: &Command) -> String {
    let path = std::path::Path::new(command.get_program());
    path.file_name().unwrap_or(command.get_program()).to_string_lossy().into_owned()
}

/// The end of what a program says; all of it is read, so that it never waits for us.
fn last_words(stderr: ChildStderr) -> String {
    let mut kept = String::new();
    let mut reader = BufReader::new(stderr);
    let mut line = Vec::new();
    while reader.by_ref().take(64 << 10).read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        kept.push_str(&String::from_utf8_lossy(&line));
        line.clear();
        if kept.len() > 2 * LAST_WORDS {
            let cut = (kept.len() - LAST_WORDS..kept.len()).find(|at| kept.is_char_boundary(*at)).unwrap_or(0);
            kept.drain(..cut);
        }
    }
    kept
}

/// What a program prints when it is called so; for versions and small questions.
pub(crate) fn output(mut command: Command, package: &'static str) -> Result<String, BackupError> {
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut tool = Tool::start(command, package)?;
    let mut text = String::new();
    if let Some(mut stdout) = tool.child.stdout.take() {
        stdout.read_to_string(&mut text).map_err(BackupError::file(format!("cannot read from `{}`", tool.name)))?;
    }
    tool.finish()?;
    Ok(text)
}
