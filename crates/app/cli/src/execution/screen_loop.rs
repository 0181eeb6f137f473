//! The live view on the terminal: keys and updates in, pictures out; whatever happens, the terminal is given back as it was.

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::{Duration, Instant};

use callsheet_base::Timestamp;
use callsheet_engine::Command;
use callsheet_plan::StepIndex;
use crossterm::event::{self, DisableBracketedPaste, EnableBracketedPaste, Event as Input, KeyEventKind};
use crossterm::{execute, terminal};

use super::{Desk, Update, Watch};
use crate::asks;
use crate::context::Context;
use crate::failure::Failure;
use crate::state;
use crate::terminal::connect;
use crate::view::live::{Live, Say};
use crate::view::region::Region;

/// Between two pictures while nothing happens.
const PICTURE_EVERY: Duration = Duration::from_millis(100);

/// Keys are looked for this often while updates come in.
const KEYS_EVERY: Duration = Duration::from_millis(20);

/// Shows the run until it is over or left.
pub fn watch(updates: &Receiver<Update>, desk: &dyn Desk, watch: &Watch, context: &Context) -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::environment("cannot use the terminal").because(&error);
    let Some(mut live) = first(updates) else { return Ok(()) };
    let mut keyboard = Keyboard::take().map_err(failed)?;
    let mut region = Region::default();
    let shown = show(updates, desk, watch, context, &mut live, &mut region);
    let columns = columns();
    let cleared = region.clear(&mut io::stderr(), columns);
    keyboard.give_back();
    shown.and(cleared).map_err(failed)
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

fn show(
    updates: &Receiver<Update>,
    desk: &dyn Desk,
    watch: &Watch,
    context: &Context,
    live: &mut Live,
    region: &mut Region,
) -> io::Result<()> {
    let mut drawn = Instant::now().checked_sub(PICTURE_EVERY);
    let mut leaving = false;
    loop {
        let mut moved = false;
        loop {
            match updates.try_recv() {
                Ok(Update::Over) | Err(TryRecvError::Disconnected) => {
                    return picture(live, region, context, true);
                }
                Ok(update) => moved |= take(update, live, desk, watch),
                Err(TryRecvError::Empty) => break,
            }
        }
        while !leaving && event::poll(Duration::ZERO)? {
            moved = true;
            match input(event::read()?, live) {
                Some(Say::Tell(command, note)) => desk.tell(command, note),
                Some(Say::Leave) => {
                    leaving = true;
                    desk.leave();
                }
                Some(Say::Attach(step)) => {
                    region.clear(&mut io::stderr(), columns())?;
                    attach(step, live, watch);
                }
                None => {}
            }
        }
        if moved || drawn.is_none_or(|drawn| drawn.elapsed() >= PICTURE_EVERY) {
            picture(live, region, context, false)?;
            drawn = Some(Instant::now());
        }
        match updates.recv_timeout(KEYS_EVERY) {
            Ok(Update::Over) | Err(RecvTimeoutError::Disconnected) => return picture(live, region, context, true),
            Ok(update) => {
                take(update, live, desk, watch);
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
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

fn input(input: Input, live: &mut Live) -> Option<Say> {
    match input {
        Input::Key(key) if key.kind != KeyEventKind::Release => live.key(key),
        Input::Paste(text) => {
            live.paste(&text);
            None
        }
        _ => None,
    }
}

fn picture(live: &mut Live, region: &mut Region, context: &Context, last: bool) -> io::Result<()> {
    let (columns, rows) = size();
    let above = live.take_above();
    let lines = if last { Vec::new() } else { live.draw(Timestamp::now(), columns, rows) };
    region.draw(&mut io::stderr(), &above, &lines, columns, context.screen.err)
}

/// The last column stays free: terminals differ in what they do after it.
fn size() -> (usize, usize) {
    let (columns, rows) = terminal::size().unwrap_or((80, 24));
    (usize::from(columns).saturating_sub(1).max(20), usize::from(rows).max(6))
}

fn columns() -> usize {
    size().0
}

/// The keyboard without echo and line editing. Given back when dropped, also by a panic.
struct Keyboard {
    taken: bool,
}

impl Keyboard {
    fn take() -> io::Result<Keyboard> {
        terminal::enable_raw_mode()?;
        let keyboard = Keyboard { taken: true };
        execute!(io::stderr(), EnableBracketedPaste)?;
        Ok(keyboard)
    }

    fn give_back(&mut self) {
        if std::mem::take(&mut self.taken) {
            // Nothing better can be done about a terminal that does not listen.
            let _ = execute!(io::stderr(), DisableBracketedPaste);
            let _ = io::stderr().write_all(b"\x1b[?25h");
            let _ = terminal::disable_raw_mode();
        }
    }
}

impl Drop for Keyboard {
    fn drop(&mut self) {
        self.give_back();
    }
}
