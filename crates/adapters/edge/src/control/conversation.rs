//! Who talks to the control plane: one thread for each.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::plane::{Control, Phase};
use super::{Answer, Ask};

/// Longest line that is read, bytes.
const LONGEST_ASK: u64 = 16 << 20;
/// A conversation without a word for so long is over.
const SILENCE: Duration = Duration::from_secs(600);
/// An asker that takes no answer for so long has gone.
const WRITING: Duration = Duration::from_secs(5);
/// Between two looks whether the socket is still ours.
const LOOK: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };

/// Accepts askers until the socket is another process's for good.
pub(crate) fn listen(control: &Arc<Control>) -> std::io::Result<()> {
    let Some(socket) = control.socket() else { return Ok(()) };
    socket.set_nonblocking(true)?;
    loop {
        match control.phase() {
            Phase::Serving => {}
            Phase::HandingOver => {
                std::thread::sleep(Duration::from_millis(5));
                continue;
            }
            Phase::HandedOver => return Ok(()),
        }
        let mut ready = [PollFd::new(&*socket, PollFlags::IN)];
        match poll(&mut ready, Some(&LOOK)) {
            Ok(0) | Err(rustix::io::Errno::INTR) => continue,
            Ok(_) => {}
            Err(error) => return Err(error.into()),
        }
        // Looked at again: in between the socket may have become the next process's, which then answers.
        if control.phase() != Phase::Serving {
            continue;
        }
        let Ok((stream, _)) = socket.accept() else { continue };
        let control = control.clone();
        std::thread::Builder::new().name("control".to_owned()).spawn(move || {
            if let Err(error) = converse(&control, stream) {
                eprintln!("a conversation on the control socket broke off: {error}");
            }
        })?;
    }
}

fn converse(control: &Arc<Control>, stream: UnixStream) -> std::io::Result<()> {
    stream.set_nonblocking(false)?;
    if !is_ours(&stream)? {
        return Ok(());
    }
    stream.set_read_timeout(Some(SILENCE))?;
    stream.set_write_timeout(Some(WRITING))?;
    let mut reader = BufReader::new(stream);
    while let Some(ask) = next(&mut reader)? {
        let answer = match ask {
            // Whoever asks now must ask the process that has the sockets: it listens where this one did.
            _ if control.phase() != Phase::Serving => return Ok(()),
            Ok(Ask::HandOver) => return control.hand_over(reader),
            Ok(ask) => control.answer(ask),
            Err(error) => Answer::Refused(format!("it cannot be understood: {error}")),
        };
        say(reader.get_mut(), &answer)?;
    }
    Ok(())
}

/// Whether the other end is our own user, or root. The socket's mode says so too; this holds where a mode was changed by hand.
fn is_ours(stream: &UnixStream) -> std::io::Result<bool> {
    let peer = rustix::net::sockopt::socket_peercred(stream)?;
    Ok(peer.uid == rustix::process::geteuid() || peer.uid.is_root())
}

/// The next ask; `None` at the end. A silence counts as the end.
pub(super) fn next(reader: &mut BufReader<UnixStream>) -> std::io::Result<Option<Result<Ask, serde_json::Error>>> {
    let mut line = String::new();
    match Read::take(&mut *reader, LONGEST_ASK).read_line(&mut line) {
        Ok(0) => Ok(None),
        Ok(_) => Ok(Some(serde_json::from_str(&line))),
        Err(error) if is_end(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

fn is_end(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{BrokenPipe, ConnectionReset, TimedOut, WouldBlock};
    matches!(error.kind(), WouldBlock | TimedOut | ConnectionReset | BrokenPipe)
}

pub(super) fn say(stream: &mut UnixStream, answer: &Answer) -> std::io::Result<()> {
    let mut line = serde_json::to_vec(answer)?;
    line.push(b'\n');
    match stream.write_all(&line) {
        Err(error) if is_end(&error) => Ok(()),
        said => said,
    }
}
