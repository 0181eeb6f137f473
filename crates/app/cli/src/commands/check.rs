//! `callsheet check FILE…`: what is wrong with runbooks, where, and what to do.

use std::path::{Path, PathBuf};

use callsheet_diag::{Severity, SourceText};

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::flow_files;
use crate::probing;
use crate::report::{self, CheckedFile};
use crate::runbooks;
use crate::settings::Settings;

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
            &path,
            runbooks::load(&path)?,
            args.probe.then_some(probing::Reach { offline: args.offline, cluster: args.cluster }),
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

fn read(
    path: &Path,
    source: SourceText,
    probe: Option<probing::Reach>,
    context: &Context,
) -> Result<CheckedFile, Failure> {
    // A configuration that cannot be read is said by the commands that need it.
    let root = Settings::for_runbook(context, path)
        .map_or_else(|_| runbooks::current_folder(), |settings| Ok(settings.root))?;
    let mut reading = flow_files::read(&source, &root)?;
    let mut unchecked = Vec::new();
    if let Some(reach) = probe {
        let looked = probing::look(path, &source, &reading, reach, context)?;
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
