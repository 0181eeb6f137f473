//! `callsheet show RUN`: the change record of a run.

use std::fs;
use std::path::{Path, PathBuf};

use callsheet_base::{Digest, RunId, Timestamp};
use callsheet_engine::{ChangeRecord, Run};
use callsheet_journal::{JournalError, Record};
use callsheet_node::StateFolder;
use callsheet_record_page::{PageError, Proof, Sources, Stored};

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::settings::Settings;
use crate::state::{self, journal_failure};
use crate::view::line::harmless;

/// Show a run's change record
#[derive(Debug, clap::Args)]
#[command(
    after_help = "`--format html` makes one page that needs nothing else: attach it to the ticket, open it on a phone, print it."
)]
pub struct Args {
    /// The run: `last`, its id, or the end of its id
    #[arg(value_name = "RUN", default_value = "last")]
    run: String,
    /// How to print the record: text, md, html or json
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: Format,
    /// Where to write it [default: stdout]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For a terminal
    #[default]
    Text,
    /// Markdown, for a ticket
    Md,
    /// One self-contained page
    Html,
    /// `callsheet.change-record/1`
    Json,
}

/// Prints the record.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    let folder = state::open(&Settings::here(context)?)?;
    let run = state::find(&folder, &args.run)?.run;
    let replayed = state::replay(&folder, run)?;
    let records = folder.records(run, 0, usize::MAX).map_err(|error| journal_failure(&error))?;
    let text = match args.format {
        Format::Html => page(&folder, &replayed.run, &records)?,
        other => plainly(other, &replayed.run, &records)?,
    };
    let still = replayed.run.result().is_none() && !replayed.run.needs_a_person() && !state::attended(&folder, run)?;
    match &args.output {
        None => context.screen.data(&text)?,
        Some(file) => {
            write(file, &text)?;
            context.screen.talk(&format!("wrote {}\n", file.display()))?;
        }
    }
    if still {
        let words = format!("\nhint: no process executes it now: `callsheet resume {}` goes on\n", run.short());
        context.screen.talk(&words)?;
    }
    Ok(Exit::Done)
}

fn plainly(format: Format, run: &Run, records: &[Record]) -> Result<String, Failure> {
    let record = ChangeRecord::new(run, records).map_err(|error| unreadable(run.id(), &error))?;
    Ok(match format {
        Format::Text | Format::Html => harmless_lines(&record.text()),
        Format::Md => record.markdown(),
        Format::Json => serde_json::to_string_pretty(&record)
            .map(|json| format!("{json}\n"))
            .map_err(|error| Failure::internal("cannot write the record as JSON").because(&error))?,
    })
}

/// The page, with the outputs that are kept and the chain proved on the way.
fn page(folder: &StateFolder, run: &Run, records: &[Record]) -> Result<String, Failure> {
    let proof = match folder.verify(run.id()).map_err(|error| journal_failure(&error))? {
        Ok(_) => Proof::Holds,
        Err(fault) => Proof::Broken(fault.to_string()),
    };
    let failed = std::cell::RefCell::new(None);
    let outputs = |digest: Digest| {
        stored(folder, digest).unwrap_or_else(|error| {
            failed.borrow_mut().get_or_insert(error);
            Stored::Missing
        })
    };
    let page = callsheet_record_page::page(&Sources { run, records, outputs: &outputs, proof, made: Timestamp::now() });
    if let Some(error) = failed.take() {
        return Err(journal_failure(&error));
    }
    page.map_err(|error| match error {
        PageError::Journal(_) => unreadable(run.id(), &error),
        PageError::Template(_) => Failure::internal("cannot write the record as a page").because(&error),
    })
}

fn stored(folder: &StateFolder, digest: Digest) -> Result<Stored, JournalError> {
    if let Some(bytes) = folder.blob(digest)? {
        return Ok(Stored::Bytes(bytes));
    }
    Ok(folder.purged(digest)?.map_or(Stored::Missing, Stored::Purged))
}

fn unreadable(run: RunId, error: &dyn std::error::Error) -> Failure {
    Failure::environment(format!("run {} cannot be read", run.short())).because(error)
}

fn write(file: &Path, text: &str) -> Result<(), Failure> {
    fs::write(file, text)
        .map_err(|error| Failure::environment(format!("cannot write `{}`", file.display())).because(&error))
}

/// Titles and notes come from outside: nothing in them may move the cursor.
fn harmless_lines(text: &str) -> String {
    text.lines().map(|line| format!("{}\n", harmless(line))).collect()
}
