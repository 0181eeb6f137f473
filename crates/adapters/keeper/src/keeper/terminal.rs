//! Terminals for interactive steps.

use std::convert::Infallible;
use std::ffi::OsString;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::process::Command;

use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::protocol::WindowSize;

/// The argument with which the keeper's own program becomes [`take_and_execute`].
pub(super) const ON_TERMINAL: &str = "--on-terminal";

/// A new terminal: the keeper's end and the step's end.
pub(super) fn open(size: WindowSize) -> io::Result<(OwnedFd, OwnedFd)> {
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
    let master = openpt(flags)?;
    grantpt(&master)?;
    unlockpt(&master)?;
    let step = ioctl_tiocgptpeer(&master, flags)?;
    resize(&step, size)?;
    Ok((master, step))
}

/// Tells the terminal, and through it the programs on it, the size of the window.
pub(super) fn resize(terminal: &OwnedFd, size: WindowSize) -> io::Result<()> {
    Ok(tcsetwinsize(terminal, Winsize { ws_row: size.rows, ws_col: size.columns, ws_xpixel: 0, ws_ypixel: 0 })?)
}

/// In the new process, whose standard streams are the terminal: leads a session of its own, takes the terminal as its
/// controlling one, becomes the shell. Returns only if that failed.
pub(super) fn take_and_execute(command: &[OsString]) -> io::Result<Infallible> {
    let (program, arguments) = command.split_first().ok_or(io::ErrorKind::InvalidInput)?;
    rustix::process::setsid()?;
    rustix::process::ioctl_tiocsctty(io::stdin())?;
    Err(Command::new(program).args(arguments).exec())
}
