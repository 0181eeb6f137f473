//! `callsheet migrate down`: revisions are undone, newest first.

use callsheet_migrations::{Goal, Revision, Step};

use super::travel::{self, TravelArgs};
use super::up::revision;
use super::{Which, open, show};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::instances;
use crate::report::plural;

/// Undo the newest revision, several, or all above one
#[derive(Debug, clap::Args)]
#[command(
    after_help = "`down -1`, the default, undoes the newest revision, `down -3` three. Where rows would be lost, you are asked, or say `--yes`; \
in the environment `dev` you are not."
)]
pub(super) struct Args {
    /// How many revisions, as `-1`
    #[arg(value_name = "-N", allow_negative_numbers = true, value_parser = count, conflicts_with = "to")]
    count: Option<usize>,
    /// Down to this revision, which stays; `0` undoes all
    #[arg(long, value_name = "REV", value_parser = revision)]
    to: Option<Revision>,
    /// Agree to what is lost
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    travel: TravelArgs,
}

fn count(text: &str) -> Result<usize, String> {
    let count = text.strip_prefix('-').unwrap_or(text).parse().ok().filter(|count| *count > 0);
    count.ok_or_else(|| "write `-1`, `-2`, …".to_owned())
}

pub(super) fn execute(args: Args, which: &Which, context: &Context) -> Result<Exit, Failure> {
    let opened = open::open(which, context)?;
    opened.sound()?;
    let known = opened.known()?;
    let goal = match args.to {
        Some(to) if to.as_str().trim_matches('0').is_empty() => Goal::Down(None),
        Some(to) => Goal::Down(Some(to)),
        None => Goal::back(args.count.unwrap_or(1), &known.history).map_err(|there_are| match there_are {
            0 => Failure::user("no revision is applied, so there is nothing to undo"),
            there_are => Failure::user(format!(
                "only {} applied",
                if there_are == 1 { "1 revision is".to_owned() } else { format!("{there_are} revisions are") }
            )),
        })?,
    };
    let steps = travel::planned(&opened, &known, &goal, false)?;
    if args.travel.dry_run {
        return travel::dry_run(&opened, &steps, which, context);
    }
    agreed(&opened, &steps, which.env.clone().or_else(instances::of_the_run), args.yes, context)?;
    travel::go(&opened, &goal, &args.travel.options(false), which, context)
}

/// A database whose environment nobody named may be production's.
fn agreed(
    opened: &open::Opened,
    steps: &[Step],
    environment: Option<String>,
    yes: bool,
    context: &Context,
) -> Result<(), Failure> {
    let lost: Vec<&Step> = steps.iter().filter(|step| !step.script.destroys(opened.engine()).is_empty()).collect();
    if lost.is_empty() {
        return Ok(());
    }
    let environment = environment.unwrap_or_else(|| "an environment that is not named".to_owned());
    let ask = !yes && environment != crate::planning::DEFAULT_ENVIRONMENT;
    if ask {
        let shown: String = lost.iter().map(|step| show::planned(step, opened.engine(), context.screen)).collect();
        context.screen.talk(&shown)?;
    }
    let question = format!("{} would destroy rows in {}", plural(lost.len(), "step"), opened.address.describe());
    let question = if context.screen.interactive { format!("{question}. Go on?") } else { question };
    match instances::may(&question, &environment, yes, context)? {
        true => Ok(()),
        false => Err(Failure::user("not agreed to, so nothing was undone").exit(Exit::Denied)),
    }
}
