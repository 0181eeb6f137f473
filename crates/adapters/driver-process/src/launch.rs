//! Starting a supervisor and hearing its first word.

use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

use crate::driver::SUPERVISE;
use crate::environment::inherited;
use crate::folder::Folder;

/// A supervisor's first word.
pub(crate) enum Answer {
    /// It supervises, or another one does.
    Supervised,
    /// The instance cannot be started, in words.
    Refused(String),
}

/// Told to a supervisor that finds the instance of one that was killed.
pub(crate) const TAKE_OVER: &str = "--take-over";

/// Starts a supervisor for the folder; returns once it has started the instance, or could not. `secrets` go through a pipe.
pub(crate) fn launch(program: &Path, folder: &Folder, take_over: bool, secrets: &[u8]) -> io::Result<Answer> {
    let mut command = Command::new(program);
    command.arg(SUPERVISE).arg("--dir").arg(folder.path());
    if take_over {
        command.arg(TAKE_OVER);
    }
    let mut child = command
        .env_clear()
        .envs(inherited())
        // It must not keep a file system busy.
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| io::Error::new(error.kind(), format!("`{}`: {error}", program.display())))?;
    // If it is gone already, its word or the lack of one says so.
    let told = child.stdin.take().map(|mut pipe| pipe.write_all(secrets));
    let mut said = String::new();
    let heard = child.stdout.take().map(|mut pipe| pipe.read_to_string(&mut said));
    bury_later(child);
    match (told, heard, said.trim()) {
        (_, Some(Ok(_)), "ready" | "busy") => Ok(Answer::Supervised),
        (_, Some(Ok(_)), said) if said.starts_with("refused ") => Ok(Answer::Refused(said["refused ".len()..].into())),
        (Some(Err(error)), ..) | (_, Some(Err(error)), _) => Err(error),
        (.., said) => Err(io::Error::other(format!("the supervisor ended before it was ready: {said}"))),
    }
}

/// Supervisors outlive us or we outlive them; in the second case their exit status has to be collected some time.
fn bury_later(child: Child) {
    static LAUNCHED: Mutex<Vec<Child>> = Mutex::new(Vec::new());
    let mut launched = LAUNCHED.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    launched.push(child);
    launched.retain_mut(|child| matches!(child.try_wait(), Ok(None)));
}
