//! A command of the configuration, bounded in time and in what is kept of its words.
//!
//! It stays in our process group: an interrupt from the terminal ends it with us, and it may ask there. When its time is over it is
//! killed with all that it started, found by descent and by a mark in the environment that also those carry who left its tree.

use std::io::{self, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use callsheet_base::Secret;
use rustix::process::Signal;

use crate::family::{descendants, signal_all};
use crate::stat::{ProcessStat, all_processes, process_stat};

/// Of either stream this much is kept, in bytes; the rest is read and dropped.
const KEPT: usize = 1 << 20;

/// The longest time between a command's end and its being seen.
const LOOK: Duration = Duration::from_millis(20);

/// Between the command's end and that of its streams: children that it left behind may hold them.
const STREAMS: Duration = Duration::from_secs(2);

/// So often those are looked for who were started while others were killed.
const ROUNDS: u32 = 20;

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    /// How it ended itself.
    pub status: ExitStatus,
    /// What it said: the first of it, up to 1 MiB.
    pub stdout: Vec<u8>,
    /// What it complained of, bounded alike.
    pub stderr: Vec<u8>,
    /// Something that it left behind still holds its standard output: more may come, which is not in `stdout`.
    pub unfinished: bool,
}

/// Runs a command with `input` to its end. After `limit` it and what it started are killed: `TimedOut`.
pub fn bounded(mut command: Command, input: Option<&Secret<String>>, limit: Duration) -> io::Result<Ended> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let mark = format!("CALLSHEET_BOUNDED_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let stdin = if input.is_some() { Stdio::piped() } else { Stdio::null() };
    command.env(&mark, "1").stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let began = Instant::now();
    let stdout = child.stdout.take().map(Reading::begin);
    let stderr = child.stderr.take().map(Reading::begin);
    let writing = child.stdin.take().zip(input.cloned()).map(|(mut stdin, input)| {
        // A command that does not read its input says what it wants by its end.
        thread::spawn(move || drop(io::Write::write_all(&mut stdin, input.expose().as_bytes())))
    });
    let status = until(&mut child, began, limit, &mark)?;
    drop(writing);
    let until = Instant::now() + STREAMS;
    let (stdout, unfinished) = stdout.map(|reading| reading.end(until)).unwrap_or_default();
    let (stderr, _) = stderr.map(|reading| reading.end(until)).unwrap_or_default();
    Ok(Ended { status, stdout, stderr, unfinished })
}

fn until(child: &mut Child, began: Instant, limit: Duration, mark: &str) -> io::Result<ExitStatus> {
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if began.elapsed() >= limit {
            let left = kill(child, mark)?;
            let more = if left { ", but something that it started could not be" } else { "" };
            let words = format!("it had not ended after {} s and was killed{more}", limit.as_secs());
            return Err(io::Error::new(io::ErrorKind::TimedOut, words));
        }
        thread::sleep(pause);
        pause = (pause * 2).min(LOOK);
    }
}

/// Kills it and all that it started, also what is started meanwhile. True if some of it lives on.
fn kill(child: &mut Child, mark: &str) -> io::Result<bool> {
    let own = process_stat(child.id()).into_iter().collect::<Vec<ProcessStat>>();
    let mut ended = false;
    for _ in 0..ROUNDS {
        let mut members = if ended { Vec::new() } else { descendants(child.id())? };
        members.extend(all_processes()?.into_iter().filter(|one| !one.zombie && carries(one, mark)));
        if ended && members.is_empty() {
            return Ok(false);
        }
        signal_all(&members, Signal::KILL);
        if !ended {
            signal_all(&own, Signal::KILL);
            child.wait()?;
            ended = true;
        }
        thread::sleep(Duration::from_millis(1));
    }
    Ok(true)
}

/// Whether it was started with the mark. Nobody else's environment can be read, and nobody else's process killed.
fn carries(process: &ProcessStat, mark: &str) -> bool {
    let environment = std::fs::read(format!("/proc/{}/environ", process.pid)).unwrap_or_default();
    let mark = format!("{mark}=1");
    environment.split(|byte| *byte == 0).any(|variable| variable == mark.as_bytes())
}

/// A stream that is read as long as it goes on.
struct Reading {
    kept: Arc<Mutex<Vec<u8>>>,
    thread: JoinHandle<()>,
}

impl Reading {
    fn begin(mut stream: impl Read + Send + 'static) -> Reading {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let shared = kept.clone();
        let thread = thread::spawn(move || {
            let mut buffer = vec![0; 16 * 1024];
            loop {
                match stream.read(&mut buffer) {
                    Ok(0) => break,
                    Ok(length) => {
                        let mut kept = shared.lock().unwrap_or_else(PoisonError::into_inner);
                        let room = KEPT.saturating_sub(kept.len()).min(length);
                        kept.extend_from_slice(&buffer[..room]);
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    // A stream that breaks ends there: the status tells the rest.
                    Err(_) => break,
                }
            }
        });
        Reading { kept, thread }
    }

    /// What came until it ended, and whether it goes on beyond `until`.
    fn end(self, until: Instant) -> (Vec<u8>, bool) {
        while !self.thread.is_finished() && Instant::now() < until {
            thread::sleep(Duration::from_millis(1));
        }
        let unfinished = !self.thread.is_finished();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        (std::mem::take(&mut *kept), unfinished)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn shell(text: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", text]);
        command
    }

    #[test]
    fn what_hangs_is_killed_with_all_that_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().display();
        // One child that waits, and one that left the tree and the group.
        let text = format!(
            "sleep 600 & echo $! > {at}/child; (setsid sh -c 'echo $$ > {at}/left; exec sleep 600' &); touch {at}/begun; wait"
        );
        let error = bounded(shell(&text), None, Duration::from_secs(3)).unwrap_err();
        assert_eq!(error.to_string(), "it had not ended after 3 s and was killed");
        for name in ["child", "left"] {
            // A machine so busy that it was not begun within the time has nothing left over either.
            let Ok(text) = std::fs::read_to_string(folder.path().join(name)) else { continue };
            let Ok(pid) = text.trim().parse() else { continue };
            assert!(process_stat(pid).is_none_or(|stat| stat.zombie || stat.name != "sleep"), "{name} outlived it");
        }
    }

    #[test]
    fn an_interrupt_of_the_terminal_meets_it_too() {
        let said = bounded(shell("cut -d' ' -f5 /proc/$$/stat"), None, MINUTE).unwrap();
        let group = process_stat(std::process::id()).unwrap().group;
        assert_eq!(String::from_utf8_lossy(&said.stdout).trim(), group.to_string());
    }

    #[test]
    fn what_was_said_before_a_child_kept_the_stream_is_there_and_called_unfinished() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pid");
        let said =
            bounded(shell(&format!("echo seven; sleep 600 & echo $! > {}", file.display())), None, MINUTE).unwrap();
        assert_eq!((said.stdout.as_slice(), said.unfinished, said.status.success()), (&b"seven\n"[..], true, true));
        let pid = std::fs::read_to_string(file).unwrap().trim().parse().unwrap();
        signal_all(&process_stat(pid).into_iter().collect::<Vec<_>>(), Signal::KILL);
    }

    #[test]
    fn input_goes_in_and_words_come_out_up_to_a_bound() {
        let said = bounded(shell("cat; echo oh >&2; exit 3"), Some(&Secret::new("seven".to_owned())), MINUTE).unwrap();
        assert_eq!(
            (said.stdout.as_slice(), said.stderr.as_slice(), said.status.code(), said.unfinished),
            (&b"seven"[..], &b"oh\n"[..], Some(3), false)
        );
        let loud = bounded(shell("head -c 3000000 /dev/zero"), None, MINUTE).unwrap();
        assert_eq!(loud.stdout.len(), KEPT);
    }
}
