//! A real terminal for a story: `callsheet` on a pseudo terminal of its own, keys typed into it, its screen read back.
//!
//! The screen is what a terminal emulator makes of the bytes (`vt100`): a picture drawn over itself looks here as it looks to a person.

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::ending::Ending;
use crate::processes::Pid;

/// A story that takes longer hangs.
const LONGEST: Duration = Duration::from_secs(30);
/// Rows that have scrolled away and can still be read.
const SCROLLBACK: usize = 2000;

/// A program on a terminal. Killed when dropped.
pub struct Terminal {
    line: String,
    child: Child,
    keyboard: Option<File>,
    screen: Arc<Mutex<vt100::Parser>>,
    /// Told to the reading thread, which holds our end of the terminal too.
    hung_up: Arc<AtomicBool>,
    reading: Option<thread::JoinHandle<()>>,
}

impl Terminal {
    /// Starts `command` as the leader of a session whose controlling terminal has this size.
    pub(crate) fn start(line: String, command: &Command, rows: u16, columns: u16) -> Terminal {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let ours = openpt(flags).expect("a pseudo terminal");
        grantpt(&ours).and_then(|()| unlockpt(&ours)).expect("a pseudo terminal of ours");
        let theirs = ioctl_tiocgptpeer(&ours, flags).expect("its other end");
        tcsetwinsize(&ours, size(rows, columns)).expect("a terminal has a size");
        let other = || Stdio::from(theirs.try_clone().expect("a descriptor"));
        // `setsid --ctty` makes standard input the controlling terminal, so that a change of its size is told by a signal.
        let mut session = Command::new("setsid");
        session.arg("--ctty").arg(command.get_program()).args(command.get_args());
        if let Some(folder) = command.get_current_dir() {
            session.current_dir(folder);
        }
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => session.env(name, value),
                None => session.env_remove(name),
            };
        }
        session.env("TERM", "xterm-256color").env_remove("COLUMNS").env_remove("LINES");
        let child = session.stdin(other()).stdout(other()).stderr(other()).spawn().expect("setsid starts");
        drop((theirs, session));
        let keyboard = File::from(ours);
        let screen = Arc::new(Mutex::new(vt100::Parser::new(rows, columns, SCROLLBACK)));
        let reader = keyboard.try_clone().expect("a descriptor");
        let (shown, hung_up) = (screen.clone(), Arc::new(AtomicBool::new(false)));
        let until = hung_up.clone();
        let reading = thread::spawn(move || read(reader, &shown, &until));
        Terminal { line, child, keyboard: Some(keyboard), screen, hung_up, reading: Some(reading) }
    }

    /// Its process.
    pub fn pid(&self) -> Pid {
        Pid(self.child.id() as i32)
    }

    /// Types these characters: `y`, `\r` for return, `\x1b` for escape, `\x03` for Ctrl-C.
    #[track_caller]
    pub fn press(&mut self, keys: &str) {
        self.keyboard
            .as_mut()
            .expect("it was not hung up")
            .write_all(keys.as_bytes())
            .expect("the terminal takes keys");
    }

    /// Gives the window another size; the program is told by the kernel.
    pub fn resize(&mut self, rows: u16, columns: u16) {
        // The emulator first: what is drawn for the new size must not meet the old one.
        lock(&self.screen).screen_mut().set_size(rows, columns);
        tcsetwinsize(self.keyboard.as_ref().expect("it was not hung up"), size(rows, columns))
            .expect("a terminal takes a size");
    }

    /// The rows that a person sees now.
    pub fn screen(&self) -> String {
        lock(&self.screen).screen().contents()
    }

    /// Everything shown and still to be scrolled back to: what has left the screen at its top, and the screen.
    pub fn scrollback(&self) -> String {
        let mut parser = lock(&self.screen);
        let (rows, columns) = parser.screen().size();
        let screen = parser.screen_mut();
        screen.set_scrollback(SCROLLBACK);
        let above = screen.scrollback();
        let mut lines: Vec<String> = Vec::new();
        let mut left = above;
        while left > 0 {
            screen.set_scrollback(left);
            let take = left.min(usize::from(rows));
            lines.extend(screen.rows(0, columns).take(take));
            left -= take;
        }
        screen.set_scrollback(0);
        lines.push(screen.contents());
        lines.join("\n")
    }

    /// Waits until the screen `holds`; fails the story, with the screen, if it never does.
    #[track_caller]
    pub fn until(&mut self, what: &str, holds: impl Fn(&str) -> bool) -> String {
        let began = Instant::now();
        loop {
            let screen = self.screen();
            if holds(&screen) {
                return screen;
            }
            assert!(began.elapsed() < LONGEST, "waited for: {what}\n{}", framed(&screen));
            if matches!(self.child.try_wait(), Ok(Some(_))) && self.reading.as_ref().is_none_or(|it| it.is_finished()) {
                let screen = self.screen();
                assert!(holds(&screen), "it ended before: {what}\n{}", framed(&screen));
                return screen;
            }
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// Waits until these words stand on the screen.
    #[track_caller]
    pub fn until_shown(&mut self, words: &str) -> String {
        self.until(&format!("`{words}`"), |screen| screen.contains(words))
    }

    /// Closes the window: the program's terminal is gone.
    pub fn hang_up(&mut self) {
        self.keyboard = None;
        self.hung_up.store(true, Ordering::SeqCst);
        if let Some(reading) = self.reading.take() {
            reading.join().expect("reading a terminal does not fail");
        }
    }

    /// Waits for its end; `stdout` is everything that can be scrolled back to.
    #[track_caller]
    pub fn wait(mut self) -> Ending {
        let began = Instant::now();
        let status = loop {
            match self.child.try_wait() {
                Ok(Some(status)) => break status,
                Ok(None) if began.elapsed() < LONGEST => thread::sleep(Duration::from_millis(1)),
                _ => panic!("`{}` hangs:\n{}", self.line, framed(&self.screen())),
            }
        };
        // The last words come before the end of the file; nobody else keeps the terminal open.
        if let Some(reading) = self.reading.take() {
            reading.join().expect("reading a terminal does not fail");
        }
        Ending { line: self.line.clone(), code: status.code(), stdout: self.scrollback(), stderr: String::new() }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.pid().kill();
            // Reaped, so that no zombie is left; it was killed, so this ends at once.
            let _reaped = self.child.wait();
        }
    }
}

/// Until nobody has the other end open, or we hang up.
fn read(mut from: File, screen: &Mutex<vt100::Parser>, hung_up: &AtomicBool) {
    let mut bytes = [0; 4096];
    let pause = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };
    while !hung_up.load(Ordering::SeqCst) {
        match poll(&mut [PollFd::new(&from, PollFlags::IN)], Some(&pause)) {
            Ok(0) | Err(rustix::io::Errno::INTR) => continue,
            Ok(_) | Err(_) => {}
        }
        let Ok(count) = from.read(&mut bytes) else { return };
        if count == 0 {
            return;
        }
        lock(screen).process(&bytes[..count]);
    }
}

fn lock(screen: &Mutex<vt100::Parser>) -> MutexGuard<'_, vt100::Parser> {
    screen.lock().unwrap_or_else(PoisonError::into_inner)
}

fn size(rows: u16, columns: u16) -> Winsize {
    Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }
}

fn framed(screen: &str) -> String {
    screen.lines().map(|line| format!("  | {line}\n")).collect()
}
