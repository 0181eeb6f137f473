//! Questions on a terminal outside the live view: a value, a secret, yes or no.

use std::io::{self, BufRead};

use crossterm::event::{self, Event, KeyEventKind, KeyModifiers};
use crossterm::terminal;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::view::editor::{Edited, Editor};

/// A line that may be seen.
pub fn line(question: &str, context: &Context) -> Result<String, Failure> {
    context.screen.talk(&context.screen.err.bold_yellow(question))?;
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    match read.map_err(|error| Failure::environment("cannot read from the terminal").because(&error))? {
        0 => Err(nothing_said()),
        _ => Ok(answer.trim().to_owned()),
    }
}

/// Whether the person says yes; anything else is no.
pub fn yes(question: &str, context: &Context) -> Result<bool, Failure> {
    let answer = line(&format!("{question} [y/N] "), context)?;
    Ok(matches!(answer.to_lowercase().as_str(), "y" | "yes"))
}

/// A line that is not shown.
pub fn hidden(question: &str, context: &Context) -> Result<String, Failure> {
    context.screen.talk(&context.screen.err.bold_yellow(question))?;
    let failed = |error: io::Error| Failure::environment("cannot read from the terminal").because(&error);
    terminal::enable_raw_mode().map_err(failed)?;
    let typed = typed();
    terminal::disable_raw_mode().map_err(failed)?;
    context.screen.talk("\n")?;
    typed.map_err(failed)?.ok_or_else(nothing_said)
}

/// What is typed up to the return key; `None` if the person left.
fn typed() -> io::Result<Option<String>> {
    let mut editor = Editor::default();
    loop {
        match event::read()? {
            Event::Key(key) if key.kind != KeyEventKind::Release => {
                let interrupt = key.modifiers.contains(KeyModifiers::CONTROL)
                    && matches!(key.code, event::KeyCode::Char('c' | 'd'));
                match editor.key(key) {
                    _ if interrupt => return Ok(None),
                    Edited::Left => return Ok(None),
                    Edited::Entered(text) => return Ok(Some(text)),
                    Edited::Open => {}
                }
            }
            Event::Paste(text) => editor.paste(&text),
            _ => {}
        }
    }
}

fn nothing_said() -> Failure {
    Failure::user("nothing was answered, so nothing was started").exit(Exit::Denied)
}
