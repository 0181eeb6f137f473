//! `callsheet show RUN`: the change record of a run.

use callsheet_engine::ChangeRecord;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::settings::Settings;
use crate::state::{self, journal_failure};
use crate::view::line::harmless;

/// Show a run's change record
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The run: `last`, its id, or the end of its id
    #[arg(value_name = "RUN", default_value = "last")]
    run: String,
    /// How to print the record: text, md or json
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For a terminal
    #[default]
    Text,
    /// Markdown, for a ticket
    Md,
    /// `callsheet.change-record/1`
    Json,
}

/// Prints the record.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    let folder = state::open(&Settings::here(context)?)?;
    let run = state::find(&folder, &args.run)?.run;
    let replayed = state::replay(&folder, run)?;
    let records = folder.records(run, 0, usize::MAX).map_err(|error| journal_failure(&error))?;
    let record = ChangeRecord::new(&replayed.run, &records)
        .map_err(|error| Failure::environment(format!("run {} cannot be read", run.short())).because(&error))?;
    let text = match args.format {
        Format::Text => harmless_lines(&record.text()),
        Format::Md => record.markdown(),
        Format::Json => serde_json::to_string_pretty(&record)
            .map(|json| format!("{json}\n"))
            .map_err(|error| Failure::internal("cannot write the record as JSON").because(&error))?,
    };
    context.screen.data(&text)?;
    Ok(Exit::Done)
}

/// Titles and notes come from outside: nothing in them may move the cursor.
fn harmless_lines(text: &str) -> String {
    text.lines().map(|line| format!("{}\n", harmless(line))).collect()
}
