//! Where words go: data to stdout, talk to stderr; colour, width and keyboard as each of them allows.

use std::io::{self, IsTerminal, Write};

use crate::failure::Failure;
use crate::paint::Paint;

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set or `TERM` is `dumb`.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The two streams of this process and what they can show.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    /// For data.
    pub out: Paint,
    /// For talk.
    pub err: Paint,
    /// A person can see what we ask on stderr and answer on stdin.
    pub interactive: bool,
    /// Columns that text may fill.
    pub width: usize,
}

impl Screen {
    /// Looks at the streams and the environment once.
    pub fn detect(color: ColorChoice) -> Screen {
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let coloured = |terminal: bool| match color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => terminal && !set("NO_COLOR") && !dumb,
        };
        let (out, err) = (io::stdout().is_terminal(), io::stderr().is_terminal());
        let columns =
            if out || err { crossterm::terminal::size().ok().map(|(columns, _)| columns.into()) } else { None };
        Screen {
            out: Paint::new(coloured(out)),
            err: Paint::new(coloured(err)),
            interactive: err && io::stdin().is_terminal() && !dumb,
            width: columns.unwrap_or(80).clamp(40, 120),
        }
    }

    /// Writes data to stdout as it is.
    pub fn data(&self, text: &str) -> Result<(), Failure> {
        write_all(&mut io::stdout().lock(), text.as_bytes(), "stdout")
    }

    /// Writes data that may be no text to stdout.
    pub fn bytes(&self, bytes: &[u8]) -> Result<(), Failure> {
        write_all(&mut io::stdout().lock(), bytes, "stdout")
    }

    /// Writes talk to stderr, as it is.
    pub fn talk(&self, text: &str) -> Result<(), Failure> {
        write_all(&mut io::stderr().lock(), text.as_bytes(), "stderr")
    }

    /// Says what to be careful about.
    pub fn warn(&self, text: &str) -> Result<(), Failure> {
        self.talk(&format!("{}: {text}\n", self.err.bold_yellow("warning")))
    }
}

fn write_all(stream: &mut dyn Write, bytes: &[u8], name: &str) -> Result<(), Failure> {
    stream.write_all(bytes).and_then(|()| stream.flush()).map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Failure::closed_pipe(),
        _ => Failure::environment(format!("cannot write to {name}")).because(&error),
    })
}
