//! `callsheet rollout status|pause|resume|promote|abort|weight`: a person's word to a rollout that is under way.

use callsheet_engine::Command;
use callsheet_rollout::Command as RolloutCommand;
use callsheet_traffic::Weight;

use crate::commands::releasing::{self, UnderWay};
use crate::commands::{answer, status};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::settings::Settings;
use crate::state;

/// Look at a rollout under way, or tell it something
#[derive(Debug, clap::Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Show where it stands, with its evidence as it grows
    Status(status::Args),
    /// Stay where it is; judging goes on, and a bad verdict still turns it back
    Pause(Told),
    /// Go on
    Resume(Told),
    /// Take the next step now
    Promote(Told),
    /// Go back to the older release
    Abort(Told),
    /// Give the newer release this share and stay there
    Weight {
        /// `25%`
        #[arg(value_name = "SHARE")]
        share: Weight,
        #[command(flatten)]
        told: Told,
    },
}

/// Which rollout
#[derive(Debug, clap::Args)]
struct Told {
    /// The service [default: the only one with a rollout under way]
    #[arg(value_name = "SERVICE")]
    service: Option<String>,
    /// Why; kept in the change record
    #[arg(long, value_name = "WORDS")]
    note: Option<String>,
    /// Say whether it would be followed, but change nothing
    #[arg(long)]
    dry_run: bool,
}

/// Tells it.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    let (told, command, done) = match args.what {
        What::Status(args) => return status::execute(args, context),
        What::Pause(told) => (told, RolloutCommand::Pause, "paused".to_owned()),
        What::Resume(told) => (told, RolloutCommand::Resume, "resumed".to_owned()),
        What::Promote(told) => (told, RolloutCommand::Promote, "promoted".to_owned()),
        What::Abort(told) => (told, RolloutCommand::Abort, "turned back".to_owned()),
        What::Weight { share, told } => (told, RolloutCommand::SetWeight(share), format!("set to {share}")),
    };
    let settings = Settings::here(context)?;
    let found = releasing::under_way(&state::open(&settings)?, told.service.as_deref(), None)?;
    let one = only(found)?;
    let plan = one.rollout.rollout.plan();
    if told.dry_run {
        one.rollout.rollout.check(&command).map_err(|refused| Failure::user(refused.to_string()))?;
        context.screen.talk(&format!("{} would be {done}\ndry run: nothing was changed\n", plan.name()))?;
        return Ok(Exit::Done);
    }
    let (run, done) = (one.run.id().to_string(), format!("{} {done}", plan.name()));
    let command = Command::Rollout { service: Some(plan.service.clone()), command };
    answer::tell(&run, |_| Ok(command), told.note.as_deref().unwrap_or_default(), &done, context)
}

fn only(mut found: Vec<UnderWay>) -> Result<UnderWay, Failure> {
    match (found.pop(), found.as_slice()) {
        (None, _) => Err(Failure::user("no rollout is under way").hint("`callsheet status` shows what runs")),
        (Some(one), []) => Ok(one),
        (Some(last), others) => {
            let names: Vec<String> =
                others.iter().chain([&last]).map(|one| format!("  {}", one.rollout.rollout.plan().service)).collect();
            Err(Failure::user("several rollouts are under way: name the service").hint(names.join("\n")))
        }
    }
}
