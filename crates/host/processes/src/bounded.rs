//! A command of the configuration, bounded in time and in what is kept of its words.
//!
//! It stays in our process group: an interrupt from the terminal ends it with us, and it may ask there. When its time is over it is
//! killed with all that it started, found by descent and by a mark in the environment that also those carry who left its tree.

use std::io::{self, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use callsheet_base::Secret;
use rustix::process::Signal;

use crate::family::{descendants, signal_all};
use crate::stat::{ProcessStat, all_processes, process_stat};

/// Of either stream this much is kept where nothing else is said, in bytes; the rest is read and dropped.
const KEPT: usize = 1 << 20;

/// The longest time between a command's end and its being seen.
const LOOK: Duration = Duration::from_millis(20);

/// Between the command's end and that of its streams: children that it left behind may hold them.
const STREAMS: Duration = Duration::from_secs(2);

/// So long those are looked for who were started while others were killed.
const KILLING: Duration = Duration::from_secs(30);

/// In so many looks in a row there must be none: one that is just being born, or becomes another program, is passed over by a single one.
const QUIET: u32 = 3;

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    /// How it ended itself.
    pub status: ExitStatus,
    /// What it said: the first of it, up to its bound.
    pub stdout: Vec<u8>,
    /// What it complained of, bounded alike.
    pub stderr: Vec<u8>,
    /// Something that it left behind still holds its standard output: more may come, which is not in `stdout`.
    pub unfinished: bool,
}

/// What a command may take.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// After that it and what it started are killed.
    pub time: Duration,
    /// So much is kept of either stream, in bytes; the rest is read and dropped.
    pub kept: usize,
}

/// Runs a command with `input` to its end. After `limit` it and what it started are killed: `TimedOut`. Of its words 1 MiB is kept.
pub fn bounded(command: Command, input: Option<&Secret<String>>, limit: Duration) -> io::Result<Ended> {
    within(command, input, Bounds { time: limit, kept: KEPT })
}

/// The same with all its bounds.
pub fn within(mut command: Command, input: Option<&Secret<String>>, bounds: Bounds) -> io::Result<Ended> {
    let mark = mark();
    let stdin = if input.is_some() { Stdio::piped() } else { Stdio::null() };
    command.env(&mark, "1").stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let began = Instant::now();
    let stdout = child.stdout.take().map(|stream| Reading::begin(stream, bounds.kept));
    let stderr = child.stderr.take().map(|stream| Reading::begin(stream, bounds.kept));
    let writing = child.stdin.take().zip(input.cloned()).map(|(mut stdin, input)| {
        // A command that does not read its input says what it wants by its end.
        thread::spawn(move || drop(io::Write::write_all(&mut stdin, input.expose().as_bytes())))
    });
    let status = until(&mut child, began, bounds.time, &mark)?;
    drop(writing);
    let until = Instant::now() + STREAMS;
    let (stdout, unfinished) = stdout.map(|reading| reading.end(until)).unwrap_or_default();
    let (stderr, _) = stderr.map(|reading| reading.end(until)).unwrap_or_default();
    Ok(Ended { status, stdout, stderr, unfinished })
}

/// A variable's name that no other command has, neither of this process nor of one that had its id before, or has it in another container.
fn mark() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let (pid, next) = (std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    format!("CALLSHEET_BOUNDED_{pid}_{next}_{now}")
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
    let until = Instant::now() + KILLING;
    let own = process_stat(child.id()).into_iter().collect::<Vec<ProcessStat>>();
    let (mut ended, mut quiet) = (false, 0);
    loop {
        let mut members = if ended { Vec::new() } else { descendants(child.id())? };
        members.extend(all_processes()?.into_iter().filter(|one| !one.zombie && carries(one, mark)));
        quiet = if ended && members.is_empty() { quiet + 1 } else { 0 };
        if quiet == QUIET {
            return Ok(false);
        }
        if Instant::now() >= until {
            return Ok(true);
        }
        signal_all(&members, Signal::KILL);
        if !ended {
            signal_all(&own, Signal::KILL);
            // One that waits for a disk is not gone at once.
            ended = child.try_wait()?.is_some();
        }
        thread::sleep(Duration::from_millis(1));
    }
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
    fn begin(mut stream: impl Read + Send + 'static, most: usize) -> Reading {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let shared = kept.clone();
        let thread = thread::spawn(move || {
            let mut buffer = vec![0; 16 * 1024];
            loop {
                match stream.read(&mut buffer) {
                    Ok(0) => break,
                    Ok(length) => {
                        let mut kept = shared.lock().unwrap_or_else(PoisonError::into_inner);
                        let room = most.saturating_sub(kept.len()).min(length);
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
    fn many_that_left_its_tree_are_all_killed() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().display();
        let text = format!(
            "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do \
             (setsid sh -c 'echo $$ >> {at}/left; exec sleep 600' &); done; wait; sleep 600"
        );
        bounded(shell(&text), None, Duration::from_secs(1)).unwrap_err();
        let left = std::fs::read_to_string(folder.path().join("left")).unwrap_or_default();
        for pid in left.lines().filter_map(|line| line.trim().parse().ok()) {
            assert!(process_stat(pid).is_none_or(|stat| stat.zombie || stat.name != "sleep"), "{pid} outlived it");
        }
    }

    #[test]
    fn what_another_command_started_is_left_alone() {
        assert_ne!(mark(), mark());
        // As a process that had our id before, or has it in another container, would have marked its commands; one runs at the same time.
        let mut other = shell("exec sleep 600");
        let names = (0..64).map(|next| format!("CALLSHEET_BOUNDED_{}_{next}", std::process::id()));
        let mut other = other.envs(names.map(|name| (name, "1"))).spawn().unwrap();
        let beside = thread::spawn(|| bounded(shell("sleep 1; echo seven"), None, MINUTE));
        bounded(shell("sleep 600"), None, Duration::from_millis(200)).unwrap_err();
        assert!(other.try_wait().unwrap().is_none(), "it was killed, too");
        other.kill().unwrap();
        other.wait().unwrap();
        assert_eq!(beside.join().unwrap().unwrap().stdout, b"seven\n");
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
