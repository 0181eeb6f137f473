//! The live view on the terminal: keys and updates in, pictures out; whatever happens, the terminal is given back as it was.

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use callsheet_base::Timestamp;
use callsheet_engine::Command;
use callsheet_plan::StepIndex;
use crossterm::event::{self, Event as Input, KeyCode, KeyEventKind, KeyModifiers};
use crossterm::terminal;

use super::keyboard::Keyboard;
use super::{Desk, Update, Watch};
use crate::asks;
use crate::context::Context;
use crate::failure::Failure;
use crate::paint::Paint;
use crate::state;
use crate::terminal::connect;
use crate::view::live::{Live, Say};
use crate::view::notice::Caller;
use crate::view::region::{Region, fill};

/// Between two pictures while nothing happens.
const PICTURE_EVERY: Duration = Duration::from_millis(100);

/// Keys are looked for this often while updates come in.
const KEYS_EVERY: Duration = Duration::from_millis(20);

/// Between two looks whether the view is over.
const END_EVERY: Duration = Duration::from_millis(2);

/// A view whose terminal is gone notices that within this time, unless it hangs.
const UNSEEN_FOR: Duration = Duration::from_millis(500);

/// Shows the run until it is over or left.
pub fn watch(updates: &Receiver<Update>, desk: &dyn Desk, watch: &Watch, context: &Context) -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::environment("cannot use the terminal").because(&error);
    let Some(live) = first(updates) else { return Ok(()) };
    let keyboard = Keyboard::take(Caller::detect(|name| std::env::var(name).ok())).map_err(failed)?;
    let mut shown = Shown { live, keyboard, region: Region::default(), paint: context.screen.err };
    let ended = shown.run(updates, desk, watch);
    if matches!(ended, Ok(Ended::Unseen)) {
        return Ok(());
    }
    let cleared = shown.keyboard.read(false).and_then(|_| shown.region.clear(&mut io::stderr(), columns()));
    drop(shown);
    ended.map(|_| ()).and(cleared).map_err(failed)
}

/// Waits for the end of the thread that shows a run. A window that is closed in the very look for keys keeps crossterm in it for good: then there is
/// nobody to show anything, and the thread ends with the process.
pub fn ended(view: JoinHandle<Result<(), Failure>>) -> Result<(), Failure> {
    let mut gone: Option<Instant> = None;
    while !view.is_finished() {
        if Keyboard::is_gone() && gone.get_or_insert_with(Instant::now).elapsed() > UNSEEN_FOR {
            return Ok(());
        }
        thread::sleep(END_EVERY);
    }
    view.join().map_err(|_| Failure::internal("the live view ended by itself"))?
}

/// The view begins with the first record.
fn first(updates: &Receiver<Update>) -> Option<Live> {
    loop {
        match updates.recv().ok()? {
            Update::Before(run, at, event) => {
                let mut live = Live::of((*run).clone());
                live.before(&run, at, &event);
                return Some(live);
            }
            Update::Recorded(run, at, event) => {
                let mut live = Live::of((*run).clone());
                live.recorded(&run, at, &event, columns());
                return Some(live);
            }
            Update::Over => return None,
            Update::Output(..) | Update::Refused(_) => {}
        }
    }
}

/// Whether anybody saw the end.
enum Ended {
    Seen,
    /// The terminal went away before it: a closed window, a lost connection.
    Unseen,
}

/// The view with the terminal that it is on.
struct Shown {
    live: Live,
    keyboard: Keyboard,
    region: Region,
    paint: Paint,
}

impl Shown {
    fn run(&mut self, updates: &Receiver<Update>, desk: &dyn Desk, watch: &Watch) -> io::Result<Ended> {
        let mut drawn = Instant::now().checked_sub(PICTURE_EVERY);
        let mut leaving = false;
        loop {
            let mut moved = false;
            loop {
                match updates.try_recv() {
                    Ok(Update::Over) | Err(TryRecvError::Disconnected) => {
                        return self.last_picture().map(|()| Ended::Seen);
                    }
                    Ok(update) => moved |= take(update, &mut self.live, desk, watch),
                    Err(TryRecvError::Empty) => break,
                }
            }
            // Asked before each look for keys: at the end of its input, crossterm's own look never returns.
            if Keyboard::is_gone() {
                desk.leave();
                // The run comes to a good stop; nobody is there to see it.
                while !matches!(updates.recv(), Ok(Update::Over) | Err(_)) {}
                return Ok(Ended::Unseen);
            }
            while !leaving && !Keyboard::is_gone() && event::poll(Duration::ZERO)? {
                moved = true;
                match self.input(event::read()?)? {
                    Some(Say::Tell(command, note)) => desk.tell(command, note),
                    Some(Say::Leave) => {
                        leaving = true;
                        desk.leave();
                    }
                    Some(Say::Attach(step)) => {
                        self.region.clear(&mut io::stderr(), columns())?;
                        attach(step, &mut self.live, watch);
                    }
                    None => {}
                }
            }
            if moved || drawn.is_none_or(|drawn| drawn.elapsed() >= PICTURE_EVERY) {
                self.picture(watch.yes)?;
                drawn = Some(Instant::now());
            }
            match updates.recv_timeout(KEYS_EVERY) {
                Ok(Update::Over) | Err(RecvTimeoutError::Disconnected) => {
                    return self.last_picture().map(|()| Ended::Seen);
                }
                Ok(update) => {
                    take(update, &mut self.live, desk, watch);
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    fn input(&mut self, input: Input) -> io::Result<Option<Say>> {
        match input {
            Input::Key(key) if key.kind != KeyEventKind::Release => {
                let control = key.modifiers.contains(KeyModifiers::CONTROL);
                match key.code {
                    KeyCode::Char('z') if control => self.suspend().map(|()| None),
                    KeyCode::Char('l') if control => self.draw_anew().map(|()| None),
                    _ => Ok(self.live.key(key)),
                }
            }
            Input::Paste(text) => {
                self.live.paste(&text);
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    fn suspend(&mut self) -> io::Result<()> {
        self.keyboard.read(false)?;
        self.region.clear(&mut io::stderr(), columns())?;
        self.keyboard.suspend()
    }

    /// Something else wrote over the picture.
    fn draw_anew(&mut self) -> io::Result<()> {
        self.region.forget();
        io::stderr().write_all(b"\x1b[2J\x1b[H")
    }

    fn picture(&mut self, agreed: bool) -> io::Result<()> {
        let (columns, rows) = size();
        let lines = self.live.draw(Timestamp::now(), columns, rows);
        self.keyboard.read(self.live.is_reading())?;
        match self.live.is_reading() {
            true => fill(&mut io::stderr(), &lines, columns, self.paint)?,
            // What was finished while somebody read goes into the scrollback now.
            false => self.region.draw(&mut io::stderr(), &self.live.take_above(), &lines, columns, self.paint)?,
        }
        self.keyboard.title(&self.live.window_title())?;
        if let Some(words) = self.live.take_call(agreed) {
            self.keyboard.call(&words)?;
        }
        io::stderr().flush()
    }

    fn last_picture(&mut self) -> io::Result<()> {
        self.keyboard.read(false)?;
        self.region.draw(&mut io::stderr(), &self.live.take_above(), &[], columns(), self.paint)
    }
}

/// The terminal belongs to the step until it ends or the person comes back.
fn attach(step: StepIndex, live: &mut Live, watch: &Watch) {
    let id = live.run().plan().step(step).map(|step| step.id.to_string()).unwrap_or_default();
    let left = state::open_at(&watch.state).and_then(|folder| connect(&folder.keeper_dir(watch.run), &id));
    if let Err(failure) = left {
        live.refused(failure.message);
    }
}

/// Whether the picture has changed.
fn take(update: Update, live: &mut Live, desk: &dyn Desk, watch: &Watch) -> bool {
    match update {
        Update::Recorded(run, at, event) => {
            live.recorded(&run, at, &event, columns());
            if watch.yes
                && let Some(plain) = asks::of(&run).into_iter().find(|ask| ask.plain)
            {
                desk.tell(Command::Confirm(plain.step), "agreed to beforehand (--yes)".to_owned());
            }
            true
        }
        Update::Before(run, at, event) => {
            live.before(&run, at, &event);
            false
        }
        Update::Output(step, bytes) => {
            live.output(step, &bytes);
            false
        }
        Update::Refused(why) => {
            live.refused(why);
            true
        }
        Update::Over => false,
    }
}

/// The last column stays free: terminals differ in what they do after it.
fn size() -> (usize, usize) {
    let (columns, rows) = terminal::size().unwrap_or((80, 24));
    (usize::from(columns).saturating_sub(1).max(20), usize::from(rows).max(6))
}

fn columns() -> usize {
    size().0
}
