//! `callsheet rollback RUN|SERVICE`: turns a run back, or a service to the release before.

use callsheet_rollout::Command as RolloutCommand;

use crate::commands::answer::{self, RollbackArgs};
use crate::commands::releasing::{self, Beginning};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::settings::Settings;
use crate::state;

/// Roll a run back, or a service to the release before
#[derive(Debug, clap::Args)]
#[command(
    after_help = "A service whose newer release is still under way goes back within a second: its old instances are warm. Later, \
the kept release is deployed again."
)]
pub struct Args {
    /// The run (`last`, its id, or the end of its id), or a service of `callsheet.toml`
    #[arg(value_name = "RUN|SERVICE")]
    what: String,
    /// Of a run: the step that waits; for the reader of the command, any of the run will do
    #[arg(value_name = "STEP")]
    step: Option<String>,
    /// Of a run: the rollback procedure's slug; of a service: a kept version [default: what comes before]
    #[arg(long, value_name = "SLUG|VERSION")]
    to: Option<String>,
    /// Of a service: agree to the data that is lost where the older release needs the schema undone
    #[arg(long)]
    data_loss_accepted: bool,
    /// Why; kept in the change record
    #[arg(long, value_name = "WORDS")]
    note: Option<String>,
    #[command(flatten)]
    how: Beginning,
}

/// Goes back.
pub fn execute(mut args: Args, context: &Context) -> Result<Exit, Failure> {
    let settings = Settings::here(context)?;
    let environment = args.how.environment().to_owned();
    if settings.config.service_in(&args.what, &environment).is_none() {
        let Args { what: run, step, to, note, how, data_loss_accepted } = args;
        if how.dry_run || how.detach || data_loss_accepted {
            return Err(Failure::user(
                "`--dry-run`, `--detach` and `--data-loss-accepted` are for the rollback of a service",
            ));
        }
        return answer::rollback(RollbackArgs { run, step, to, note: note.or(how.why) }, context);
    }
    let service = args.what;
    if args.to.is_none() && settings.state.exists() {
        let folder = state::open(&settings)?;
        let under_way = releasing::under_way(&folder, Some(&service), Some(&environment))?;
        let possible = |one: &releasing::UnderWay| one.rollout.rollout.check(&RolloutCommand::Abort).is_ok();
        if let Some(one) = under_way.into_iter().find(possible) {
            let plan = one.rollout.rollout.plan();
            let back = plan.from.as_ref().map_or("no release", |from| from.version.as_str());
            context.screen.talk(&format!("{} is under way: {service} goes back to {back}\n", plan.name()))?;
            if args.how.dry_run {
                context.screen.talk("\ndry run: nothing was changed\n")?;
                return Ok(Exit::Done);
            }
            let run = one.run.id().to_string();
            return answer::rollback(
                RollbackArgs { run, step: None, to: None, note: args.note.or(args.how.why) },
                context,
            );
        }
    }
    args.how.why = args.how.why.or(args.note);
    let to = args.to.as_deref().map(releasing::quoted).transpose()?;
    let accepted = if args.data_loss_accepted { " --data-loss-accepted" } else { "" };
    let line =
        format!("callsheet rollback {service}{}{accepted}", to.map(|to| format!(" --to {to}")).unwrap_or_default());
    releasing::carry_out("Rollback", &service, &line, args.how, context)
}
