//! The terminal while the live view has it: raw keys, a screen of its own to read on, the window's title. Whatever ends us, it is given back.

use std::io::{self, Write};
use std::panic;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Once};
use std::thread;
use std::time::Duration;

use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen};
use crossterm::{execute, terminal};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Signal, kill_current_process_group};
use signal_hook::consts::SIGCONT;

use crate::view::notice::Caller;

/// What is to be given back; global, because a signal or a panic anywhere must find it.
static TAKEN: AtomicBool = AtomicBool::new(false);
static READING: AtomicBool = AtomicBool::new(false);
static TITLED: AtomicBool = AtomicBool::new(false);

/// How often we look whether we were woken, before we take it that nothing stopped us.
const STOPS_WITHIN: usize = 100;
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// The terminal, as long as this lives.
pub struct Keyboard {
    caller: Caller,
    title: String,
}

impl Keyboard {
    /// Takes it.
    pub fn take(caller: Caller) -> io::Result<Keyboard> {
        static HOOK: Once = Once::new();
        HOOK.call_once(|| {
            let tell = panic::take_hook();
            panic::set_hook(Box::new(move |panic| {
                give_back();
                tell(panic);
            }));
        });
        let keyboard = Keyboard { caller, title: String::new() };
        keyboard.grab()?;
        Ok(keyboard)
    }

    fn grab(&self) -> io::Result<()> {
        terminal::enable_raw_mode()?;
        TAKEN.store(true, Ordering::SeqCst);
        execute!(io::stderr(), EnableBracketedPaste)?;
        TITLED.store(!self.caller.keep_title().is_empty(), Ordering::SeqCst);
        io::stderr().write_all(self.caller.keep_title().as_bytes())
    }

    /// Whether the terminal went away for good: its window was closed, its connection lost.
    pub fn is_gone() -> bool {
        let stdin = io::stdin();
        let mut terminal = [PollFd::new(&stdin, PollFlags::empty())];
        let now = Timespec { tv_sec: 0, tv_nsec: 0 };
        let gone = PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL;
        poll(&mut terminal, Some(&now)).is_ok() && terminal[0].revents().intersects(gone)
    }

    /// Names the window, if that is not its name already.
    pub fn title(&mut self, words: &str) -> io::Result<()> {
        if self.title == words {
            return Ok(());
        }
        words.clone_into(&mut self.title);
        io::stderr().write_all(self.caller.title(words).as_bytes())
    }

    /// Calls the person.
    pub fn call(&self, words: &str) -> io::Result<()> {
        io::stderr().write_all(self.caller.call(words).as_bytes())
    }

    /// Turns to the screen for reading, or back; whether it turned.
    pub fn read(&self, reading: bool) -> io::Result<bool> {
        if READING.swap(reading, Ordering::SeqCst) == reading {
            return Ok(false);
        }
        match reading {
            true => execute!(io::stderr(), EnterAlternateScreen)?,
            false => execute!(io::stderr(), LeaveAlternateScreen)?,
        }
        Ok(true)
    }

    /// Stops this process, and whatever was started with it, until the shell wakes it.
    pub fn suspend(&mut self) -> io::Result<()> {
        give_back();
        let woken = Arc::new(AtomicBool::new(false));
        let listening = signal_hook::flag::register(SIGCONT, Arc::clone(&woken))?;
        kill_current_process_group(Signal::TSTP)?;
        // Another thread may take the signal, so that we come back before we are stopped. Nobody wakes a process that cannot be stopped.
        for _ in 0..STOPS_WITHIN {
            if woken.load(Ordering::SeqCst) {
                break;
            }
            thread::sleep(LOOK_EVERY);
        }
        signal_hook::low_level::unregister(listening);
        self.title.clear();
        self.grab()
    }
}

impl Drop for Keyboard {
    fn drop(&mut self) {
        give_back();
    }
}

/// Gives the terminal back as it was, if it was taken.
pub fn give_back() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    // Nothing better can be done about a terminal that does not listen.
    let mut screen = io::stderr();
    if READING.swap(false, Ordering::SeqCst) {
        let _ = execute!(screen, LeaveAlternateScreen);
    }
    let _ = execute!(screen, DisableBracketedPaste);
    if TITLED.swap(false, Ordering::SeqCst) {
        let _ = screen.write_all(b"\x1b[23;2t");
    }
    let _ = screen.write_all(b"\x1b[?25h");
    let _ = terminal::disable_raw_mode();
}
