//! `callsheet migrate up`: what is missing is applied.

use callsheet_migrations::{Goal, Revision};

use super::travel::{self, TravelArgs};
use super::{Which, open};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;

/// Apply what is missing, up to the newest revision or to one
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Up to this revision [default: the newest]
    #[arg(long, value_name = "REV", value_parser = revision)]
    to: Option<Revision>,
    /// Apply files older than the newest applied revision, too
    #[arg(long)]
    out_of_order: bool,
    #[command(flatten)]
    travel: TravelArgs,
}

pub(super) fn revision(text: &str) -> Result<Revision, String> {
    Revision::parse(text).ok_or_else(|| "write a revision as its file's name begins: `0007`".to_owned())
}

pub(super) fn execute(args: Args, which: &Which, context: &Context) -> Result<Exit, Failure> {
    let opened = open::open(which, context)?;
    opened.sound()?;
    let goal = Goal::Up(args.to);
    if args.travel.dry_run {
        let steps = travel::planned(&opened, &opened.known()?, &goal, args.out_of_order)?;
        return travel::dry_run(&opened, &steps, which, context);
    }
    travel::go(&opened, &goal, &args.travel.options(args.out_of_order), which, context)
}
