//! `callsheet attach RUN STEP`: the terminal of an interactive step.

use crossterm::terminal;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::settings::Settings;
use crate::state;
use crate::terminal::{Left, connect};

/// Give an interactive step a terminal
#[derive(Debug, clap::Args)]
#[command(after_help = "Ctrl-] detaches: the step goes on without you.")]
pub struct Args {
    /// The run: `last`, its id, or the end of its id
    #[arg(value_name = "RUN")]
    run: String,
    /// The step: its id, or its number in the plan
    #[arg(value_name = "STEP")]
    step: String,
}

/// Connects until the step ends or the person detaches.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    if !context.screen.interactive {
        return Err(Failure::user("`attach` needs a terminal"));
    }
    let folder = state::open(&Settings::here(context)?)?;
    let run = state::find(&folder, &args.run)?.run;
    let replayed = state::replay(&folder, run)?;
    let step = state::find_step(&replayed.run, &args.step)?;
    let id = replayed.run.plan().step(step).map(|step| step.id.to_string()).unwrap_or_default();
    let failed = |error: std::io::Error| Failure::environment("cannot use the terminal").because(&error);
    terminal::enable_raw_mode().map_err(failed)?;
    let left = connect(&folder.keeper_dir(run), &id);
    terminal::disable_raw_mode().map_err(failed)?;
    let words = match left? {
        Left::Ended => format!("\nthe step is over: `callsheet show {}` tells how\n", run.short()),
        Left::Detached => format!("\ndetached; the step goes on: `callsheet attach {} {id}` comes back\n", run.short()),
    };
    context.screen.talk(&words)?;
    Ok(Exit::Done)
}
