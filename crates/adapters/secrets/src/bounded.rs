//! A command of the configuration, bounded in time and in what is kept of its words.

use std::io::{self, Read};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use callsheet_base::Secret;
use rustix::process::{Pid, Signal, kill_process_group};

/// Of either stream this much is kept, in bytes; the rest is read and dropped.
const KEPT: usize = 1 << 20;

/// The longest time between a command's end and its being seen.
const LOOK: Duration = Duration::from_millis(20);

/// Between the command's end and that of its streams: children that it left behind may hold them.
const STREAMS: Duration = Duration::from_secs(2);

/// Runs a command with `input` to its end. After `limit` it and what it started are killed: `TimedOut`.
pub fn bounded(mut command: Command, input: Option<&Secret<String>>, limit: Duration) -> io::Result<Output> {
    let stdin = if input.is_some() { Stdio::piped() } else { Stdio::null() };
    command.process_group(0).stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let began = Instant::now();
    let stdout = child.stdout.take().map(read);
    let stderr = child.stderr.take().map(read);
    let writing = child.stdin.take().zip(input.cloned()).map(|(mut stdin, input)| {
        // A command that does not read its input says what it wants by its end.
        thread::spawn(move || drop(io::Write::write_all(&mut stdin, input.expose().as_bytes())))
    });
    let status = until(&mut child, began, limit)?;
    drop(writing);
    Ok(Output { status, stdout: joined(stdout), stderr: joined(stderr) })
}

fn until(child: &mut Child, began: Instant, limit: Duration) -> io::Result<ExitStatus> {
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if began.elapsed() >= limit {
            if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
                // What has ended meanwhile need not be killed.
                let _killed = kill_process_group(group, Signal::KILL);
            }
            child.wait()?;
            let words = format!("it had not ended after {} s and was killed", limit.as_secs());
            return Err(io::Error::new(io::ErrorKind::TimedOut, words));
        }
        thread::sleep(pause);
        pause = (pause * 2).min(LOOK);
    }
}

fn read(mut stream: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut kept = Vec::new();
        // A stream that breaks ends there: the status tells the rest.
        let _broken = (&mut stream).take(KEPT as u64).read_to_end(&mut kept);
        let _rest = io::copy(&mut stream, &mut io::sink());
        kept
    })
}

fn joined(stream: Option<JoinHandle<Vec<u8>>>) -> Vec<u8> {
    let Some(stream) = stream else { return Vec::new() };
    let until = Instant::now() + STREAMS;
    while !stream.is_finished() && Instant::now() < until {
        thread::sleep(Duration::from_millis(1));
    }
    if stream.is_finished() { stream.join().unwrap_or_default() } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(text: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", text]);
        command
    }

    #[test]
    fn what_hangs_is_killed_with_its_children() {
        let folder = tempfile::tempdir().unwrap();
        let mark = folder.path().join("mark");
        let text = format!("(sleep 2; touch {}) & wait", mark.display());
        let error = bounded(shell(&text), None, Duration::from_millis(100)).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        thread::sleep(Duration::from_millis(2500));
        assert!(!mark.exists(), "a child outlived the command");
    }

    #[test]
    fn input_goes_in_and_words_come_out_up_to_a_bound() {
        let said =
            bounded(shell("cat; echo oh >&2; exit 3"), Some(&Secret::new("seven".to_owned())), Duration::from_secs(60));
        let said = said.unwrap();
        assert_eq!(
            (said.stdout.as_slice(), said.stderr.as_slice(), said.status.code()),
            (&b"seven"[..], &b"oh\n"[..], Some(3))
        );
        let loud = bounded(shell("head -c 3000000 /dev/zero"), None, Duration::from_secs(60)).unwrap();
        assert_eq!(loud.stdout.len(), KEPT);
    }
}
