//! A person's terminal, connected to the terminal of a running step through its keeper.

use std::io::{self, Read, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use callsheet_keeper::{Bytes, Claim, Connection, KeeperError, Message, Receiver, Request, RunDir, Sender, WindowSize};
use crossterm::terminal;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::failure::Failure;

/// Ctrl-]
const DETACH: u8 = 0x1d;

/// Between two looks at the keyboard and the window's size.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// How the connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// The step is over.
    Ended,
    /// The person detached; the step goes on.
    Detached,
}

/// Connects the terminal, which is in raw mode already, to the step.
pub fn connect(keeper: &RunDir, step: &str) -> Result<Left, Failure> {
    let connection = Connection::open(keeper).map_err(|error| keeper_failure(&error))?;
    let nothing_runs =
        || Failure::user(format!("step `{step}` does not run now")).hint("`callsheet show` tells where the run is");
    let connection = connection.ok_or_else(nothing_runs)?;
    let running =
        connection.hello.running.iter().find(|running| running.claim.step.as_str() == step).ok_or_else(nothing_runs)?;
    if !running.interactive {
        return Err(Failure::user(format!("step `{step}` has no terminal")).hint(
            "write `{interactive=true}` into its fence's info string; `callsheet logs --follow` shows its output",
        ));
    }
    let claim = running.claim.clone();
    let (mut sender, receiver) = connection.split();
    sender.send(&Request::Attach { claim: claim.clone(), size: size() }).map_err(|error| keeper_failure(&error))?;
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let shown = scope.spawn(|| {
            let shown = show(receiver, &claim);
            over.store(true, Ordering::Relaxed);
            shown
        });
        let typed = pass_keys(&mut sender, &claim, &over);
        if matches!(typed, Ok(Left::Detached)) {
            // The keeper answers nothing to it; the shut connection ends the other thread.
            sender.send(&Request::Detach { claim: claim.clone() }).map_err(|error| keeper_failure(&error))?;
            return Ok(Left::Detached);
        }
        shown.join().map_err(|_| Failure::internal("the terminal's thread ended by itself"))?.and(typed)
    })
}

/// Output to the screen, until the step is over.
fn show(mut receiver: Receiver, claim: &Claim) -> Result<(), Failure> {
    let mut screen = io::stdout();
    loop {
        match receiver.recv() {
            Ok(Message::Output { claim: from, bytes, .. }) if from == *claim => {
                screen
                    .write_all(&bytes.0)
                    .and_then(|()| screen.flush())
                    .map_err(|error| Failure::environment("cannot write to the terminal").because(&error))?;
            }
            Ok(Message::Ended(ended)) if ended.claim == *claim => return Ok(()),
            Ok(Message::Refused { claim: from, reason }) if from == *claim => {
                return Err(Failure::user(reason.to_string()));
            }
            Ok(_) => {}
            Err(KeeperError::Closed | KeeperError::Broken(_)) => return Ok(()),
            Err(error) => return Err(keeper_failure(&error)),
        }
    }
}

/// Keys to the step, until it is over or the person detaches.
fn pass_keys(sender: &mut Sender, claim: &Claim, over: &AtomicBool) -> Result<Left, Failure> {
    let failed = |error: io::Error| Failure::environment("cannot read from the terminal").because(&error);
    let mut known = size();
    let mut keys = [0; 4096];
    while !over.load(Ordering::Relaxed) {
        if size() != known {
            known = size();
            sender
                .send(&Request::Resize { claim: claim.clone(), size: known })
                .map_err(|error| keeper_failure(&error))?;
        }
        if !typed_within(LOOK_EVERY).map_err(failed)? {
            continue;
        }
        let count = io::stdin().lock().read(&mut keys).map_err(failed)?;
        let until = keys[..count].iter().position(|key| *key == DETACH);
        let bytes = Bytes(keys[..until.unwrap_or(count)].to_vec());
        if !bytes.0.is_empty() {
            sender.send(&Request::Input { claim: claim.clone(), bytes }).map_err(|error| keeper_failure(&error))?;
        }
        if until.is_some() || count == 0 {
            return Ok(Left::Detached);
        }
    }
    Ok(Left::Ended)
}

fn typed_within(wait: Duration) -> io::Result<bool> {
    let stdin = io::stdin();
    let mut on = [PollFd::new(&stdin, PollFlags::IN)];
    let wait = Timespec { tv_sec: wait.as_secs() as i64, tv_nsec: i64::from(wait.subsec_nanos()) };
    match poll(&mut on, Some(&wait)) {
        Ok(ready) => Ok(ready > 0),
        Err(rustix::io::Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn size() -> WindowSize {
    let (columns, rows) = terminal::size().unwrap_or((80, 24));
    WindowSize { rows, columns }
}

fn keeper_failure(error: &KeeperError) -> Failure {
    Failure::environment("cannot talk to the run's keeper").because(error)
}
