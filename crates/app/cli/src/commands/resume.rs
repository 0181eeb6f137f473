//! `callsheet resume [RUN|--all]`: goes on with runs that stopped.

use callsheet_base::RunId;
use callsheet_node::{Answer, Client, Request, StateFolder, Takeover};

use crate::actor;
use crate::context::Context;
use crate::execution::{self, Begin, Watch, client_failure, closing, setup, surroundings};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::planning::{environment_variables, retain_unkept};
use crate::prompt;
use crate::settings::Settings;
use crate::state;

/// Go on with runs that stopped
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The run: `last`, its id, or the end of its id
    #[arg(value_name = "RUN", required_unless_present = "all", conflicts_with = "all")]
    run: Option<String>,
    /// All runs that are not over
    #[arg(long)]
    all: bool,
    /// Settle what was under way, but start no step
    #[arg(long)]
    hold: bool,
    /// Agree to plain confirmations; never to approvals or dangerous steps
    #[arg(long, short)]
    yes: bool,
}

/// Goes on with each run in turn, oldest first; ends with the gravest of their states.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    let settings = Settings::here(context)?;
    if args.all && !settings.state.exists() {
        context.screen.talk("nothing has been run here\n")?;
        return Ok(Exit::Done);
    }
    let folder = state::open(&settings)?;
    let Some(named) = &args.run else {
        let open = folder.runs(true, usize::MAX).map_err(|error| state::journal_failure(&error))?;
        if open.is_empty() {
            context.screen.talk("no run is open\n")?;
        }
        let mut gravest = Exit::Done;
        for summary in open.iter().rev() {
            let exit = one(summary.run, &args, &folder, &settings, context).or_else(|failure| {
                context.screen.talk(&failure.render(context.screen.err)).map(|()| failure.status())
            })?;
            gravest = gravest.max(exit);
        }
        return Ok(gravest);
    };
    let run = state::find(&folder, named)?.run;
    one(run, &args, &folder, &settings, context)
}

/// Executes a run that is ending until it has ended, or waits for a person.
pub fn carry_out(run: RunId, folder: &StateFolder, settings: &Settings, context: &Context) -> Result<Exit, Failure> {
    one(run, &Args { run: None, all: false, hold: false, yes: false }, folder, settings, context)
}

fn one(run: RunId, args: &Args, folder: &StateFolder, settings: &Settings, context: &Context) -> Result<Exit, Failure> {
    let before = state::replay(folder, run)?.run;
    let mut served = false;
    if before.result().is_none() {
        let mut own = surroundings(&settings.root, environment_variables());
        ask_for_secrets(&before, &mut own, settings, context)?;
        let watch = Watch { run, actor: actor::current(), yes: args.yes, state: settings.state.clone() };
        let how = Takeover { hold: args.hold, surroundings: Some(own.clone()) };
        match Client::server(&settings.state).map_err(|error| client_failure(&error))? {
            Some(client) => {
                served = true;
                hand_over(client, run, how)?;
                execution::follow(settings, &watch, context)?;
            }
            None => execution::execute(setup(settings, "resume", own), Begin::Resume(how), &watch, context)?,
        }
    }
    let after = state::replay(folder, run)?.run;
    let (words, exit) = closing(&after, served, context.screen.err);
    context.screen.talk(&words)?;
    Ok(exit)
}

/// The server takes the run over, if it does not execute it already.
fn hand_over(mut client: Client, run: RunId, how: Takeover) -> Result<(), Failure> {
    let request = Request::Resume { run, hold: how.hold, surroundings: how.surroundings };
    match client.ask(&request).map_err(|error| client_failure(&error))? {
        Answer::Held { holder } => Err(execution::admit_failure(callsheet_node::AdmitError::Held { run, holder })),
        Answer::Refused { why, hint } => Err(execution::refused(why, hint)),
        Answer::Locked { lock } => Err(execution::admit_failure(callsheet_node::AdmitError::Locked { lock })),
        Answer::Done | Answer::Started { .. } | Answer::Status { .. } => Ok(()),
    }
}

/// A person at a terminal may type what the environment lacks; without one the run waits and says for what.
fn ask_for_secrets(
    run: &callsheet_engine::Run,
    own: &mut callsheet_node::Surroundings,
    settings: &Settings,
    context: &Context,
) -> Result<(), Failure> {
    let mut missing = own.missing(run.plan());
    retain_unkept(&mut missing, settings, &run.plan().environment);
    for name in missing {
        if context.screen.interactive {
            let value = prompt::hidden(&format!("{name} (a secret; not shown): "), context)?;
            own.variables.push((name, value));
        } else {
            let words = format!("the secret `{name}` is not in the environment: the run waits until it is");
            context.screen.warn(&words)?;
        }
    }
    Ok(())
}
