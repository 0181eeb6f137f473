//! `callsheet logs RUN`: the output of a run's steps, redacted as it was stored. With `--service`, what instances write.

use std::io::IsTerminal;
use std::path::PathBuf;

use callsheet_engine::{Event, Evidence, Run};
use callsheet_node::StateFolder;
use callsheet_plan::StepIndex;

use crate::actor;
use crate::commands::{evidence_files, service_logs};
use crate::context::Context;
use crate::execution::{Watch, closing, follow, node_failure};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::instances::Which;
use crate::screen::Screen;
use crate::settings::Settings;
use crate::state::{self, instant, journal_failure};
use crate::view::line::{harmless, heading};
use crate::view::plain::exit_words;

/// Show the output of a run's steps, or of a service's instances
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The run: `last`, its id, or the end of its id
    #[arg(value_name = "RUN", default_value = "last", conflicts_with = "Which")]
    run: String,
    /// Go on until the run is over or waits for a person, or until no instance is left
    #[arg(long, short)]
    follow: bool,
    /// Only this step: its id, or its number in the plan
    #[arg(long, value_name = "STEP", conflicts_with_all = ["follow", "Which"])]
    step: Option<String>,
    /// Write the files that steps left as evidence beneath this folder, instead of printing output
    #[arg(long, value_name = "DIR", conflicts_with_all = ["follow", "Which"])]
    files: Option<PathBuf>,
    #[command(flatten)]
    which: Which,
    /// Of instances that ended, too, as long as their logs are kept
    #[arg(long, conflicts_with_all = ["run", "follow", "step", "files"])]
    ended: bool,
}

/// Prints stored output in the order of the acts' ends: data on stdout, which step on stderr.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    if args.which.is_any() || args.ended {
        return service_logs::execute(&args.which, args.ended, args.follow, context);
    }
    let settings = Settings::here(context)?;
    let folder = state::open(&settings)?;
    let run = state::find(&folder, &args.run)?.run;
    let only = match &args.step {
        Some(text) => Some(state::find_step(&state::replay(&folder, run)?.run, text)?),
        None => None,
    };
    if let Some(target) = &args.files {
        return evidence_files::write(&folder, run, only, target, context);
    }
    let mut printed = Ok(());
    let each = |run: &Run, record: &callsheet_journal::Record, event: &Event| {
        if let Event::Ended { claim, outcome } = event
            && printed.is_ok()
            && only.is_none_or(|only| only == claim.step)
        {
            let words = format!("{} {}, {}", instant(record.at), title(run, claim.step), exit_words(&outcome.exit));
            printed = act(&folder, &words, [&outcome.evidence, &outcome.errors], only.is_some(), context.screen);
        }
    };
    folder.replay(run, each).map_err(node_failure)?;
    printed?;
    let over = state::replay(&folder, run)?.run.result().is_some();
    if !args.follow || over {
        return Ok(Exit::Done);
    }
    let watch = Watch { run, actor: actor::current(), yes: false, state: settings.state.clone() };
    follow(&settings, &watch, context)?;
    let (words, exit) = closing(&state::replay(&folder, run)?.run, true, context.screen.err);
    context.screen.talk(&words)?;
    Ok(exit)
}

fn title(run: &Run, step: StepIndex) -> String {
    run.plan().step(step).map(|step| format!("{} ({})", heading(&step.title), step.id)).unwrap_or_default()
}

/// One act's output; its errors after it, as they were kept apart.
fn act(
    folder: &StateFolder,
    words: &str,
    kept: [&Option<Evidence>; 2],
    bare: bool,
    screen: Screen,
) -> Result<(), Failure> {
    if !bare {
        screen.talk(&format!("{}\n", screen.err.dim(words)))?;
    }
    for evidence in kept.into_iter().flatten() {
        let bytes = folder.blob(evidence.output).map_err(|error| journal_failure(&error))?;
        let Some(bytes) = bytes else {
            let purged = folder.purged(evidence.output).map_err(|error| journal_failure(&error))?;
            screen.warn(&match purged {
                Some(at) => format!("this output was removed at {}", instant(at)),
                None => format!("the output {} is missing from the state folder", evidence.output.short()),
            })?;
            continue;
        };
        print(&bytes, screen)?;
        if evidence.left_out > 0 {
            screen.warn(&format!("{} bytes did not fit the cap and were left out", evidence.left_out))?;
        }
    }
    Ok(())
}

/// As it was stored; on a terminal without what would move the cursor.
fn print(bytes: &[u8], screen: Screen) -> Result<(), Failure> {
    if !std::io::stdout().is_terminal() {
        return screen.bytes(bytes);
    }
    let text = String::from_utf8_lossy(bytes);
    let lines: String = text.lines().map(|line| format!("{}\n", harmless(line))).collect();
    screen.data(&lines)
}
