//! `callsheet check FILE…`: what is wrong with runbooks, where, and what to do.

use std::path::{Path, PathBuf};

use callsheet_diag::{Severity, SourceText};

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::probing;
use crate::report::{self, CheckedFile};
use crate::runbooks;

/// Report what is wrong with runbooks, where, and what to do
#[derive(Debug, clap::Args)]
#[command(after_help = "Exits 0 without errors, 1 with errors (with --strict: with warnings, too).")]
pub struct Args {
    /// Runbooks, or folders to search for Markdown files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// How to print the findings: human, json or sarif
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: Format,
    /// Let warnings fail, too
    #[arg(long)]
    strict: bool,
    /// Look, too, whether what they take for granted is still so: commands, files, links, hosts, tables. Changes nothing
    #[arg(long)]
    probe: bool,
    /// With --probe: nothing that needs a network, a socket or a database
    #[arg(long, requires = "probe")]
    offline: bool,
    /// With --probe: ask the cluster of kubectl's present context
    #[arg(long, requires = "probe", conflicts_with = "offline")]
    cluster: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// With the source lines, for people
    #[default]
    Human,
    /// `callsheet.check/1`
    Json,
    /// SARIF 2.1.0, for code scanners
    Sarif,
}

/// Reads every file and prints what was found, on stdout.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    let mut files = Vec::new();
    for path in runbooks::expand(&args.files)? {
        files.push(read(
            runbooks::load(&path)?,
            args.probe.then_some((path.as_path(), args.offline, args.cluster)),
            context,
        )?);
    }
    let screen = context.screen;
    screen.data(&match args.format {
        Format::Human => report::human::render(&files, screen.out, screen.width),
        Format::Json => report::json::render(&files),
        Format::Sarif => report::sarif::render(&files, &runbooks::current_folder()?),
    })?;
    let least = if args.strict { Severity::Warning } else { Severity::Error };
    let fails = files.iter().flat_map(|file| &file.diagnostics).any(|found| found.severity >= least);
    Ok(if fails { Exit::Failed } else { Exit::Done })
}

fn read(source: SourceText, probe: Option<(&Path, bool, bool)>, context: &Context) -> Result<CheckedFile, Failure> {
    let mut reading = callsheet_runbook::read(&source);
    let mut unchecked = Vec::new();
    if let Some((path, offline, cluster)) = probe {
        let looked = probing::look(path, &source, &reading, probing::Reach { offline, cluster }, context)?;
        reading.diagnostics.extend(looked.diagnostics);
        reading.diagnostics.sort_by_key(|found| (found.span.start, found.code));
        unchecked = looked.unchecked;
    }
    let procedures = &reading.runbook.procedures;
    Ok(CheckedFile {
        procedures: procedures.len(),
        steps: procedures.iter().map(|procedure| procedure.steps.len()).sum(),
        diagnostics: reading.diagnostics,
        unchecked,
        source,
    })
}
