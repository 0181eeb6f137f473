//! `callsheet attach RUN [STEP]`: the terminal of an interactive step.

use callsheet_engine::{Run, StepState};
use callsheet_plan::StepIndex;
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
    /// The step: its id, or its number in the plan [default: the only one that has a terminal now]
    #[arg(value_name = "STEP")]
    step: Option<String>,
}

/// Connects until the step ends or the person detaches.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    if !context.screen.interactive {
        return Err(Failure::user("`attach` needs a terminal"));
    }
    let folder = state::open(&Settings::here(context)?)?;
    let run = state::find(&folder, &args.run)?.run;
    let replayed = state::replay(&folder, run)?;
    let step = match &args.step {
        Some(step) => state::find_step(&replayed.run, step)?,
        None => only_one(&replayed.run)?,
    };
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

/// The step that runs with a terminal now, if there is just one.
fn only_one(run: &Run) -> Result<StepIndex, Failure> {
    let plan = run.plan();
    let open = |at: &StepIndex| matches!(run.step(*at), StepState::Running { .. }) && plan.steps[at.at()].interactive;
    let open: Vec<StepIndex> = (0..plan.steps.len() as u32).map(StepIndex).filter(open).collect();
    let names = || open.iter().map(|at| plan.steps[at.at()].id.to_string()).collect::<Vec<_>>().join(", ");
    match open.as_slice() {
        [only] => Ok(*only),
        [] => Err(Failure::user(format!("no step of run {} has a terminal now", run.id().short()))
            .hint(format!("`callsheet show {}` tells how it stands", run.id().short()))),
        _ => Err(Failure::user(format!("several steps of run {} have a terminal", run.id().short()))
            .hint(format!("name one: {}", names()))),
    }
}
