//! `callsheet db promote`: a planned switchover.

use callsheet_replicas::{Act, Chosen, Event, Way, planned};

use super::switch::{Common, Intent, is_done, open_switch, refused};
use super::{Which, open};
use crate::commands::called::block_on;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;

/// Make a replica the primary in good order: nothing is lost
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The primary is made read-only and its sessions are ended; once the replica has everything the primary is fenced by its command, if \
callsheet.toml has one, and the replica takes over; other replicas follow it. If the replica does not get everything in time, the primary takes writes again and you are told (exit 4). \
Writes fail from the first act to the last: seconds, as a rule."
)]
pub(super) struct Args {
    #[command(flatten)]
    common: Common,
    /// Give up a switch that was cut off: the primary takes writes again
    #[arg(long, conflicts_with = "to")]
    give_up: bool,
}

pub(super) fn execute(args: &Args, which: &Which, context: &Context) -> Result<Exit, Failure> {
    let opened = open::open(which, context)?;
    let open = open_switch(&opened, Way::Planned);
    let (chosen, resumes) = match open {
        Some(switch) => (Chosen { from: switch.order.from.clone(), to: switch.order.to.clone() }, true),
        None if args.give_up => return Err(Failure::user("there is no switch to give up")),
        None => {
            let servers = block_on(opened.cluster.look())?;
            if is_done(&servers, args.common.to.as_ref(), context)? {
                return Ok(Exit::Done);
            }
            (planned(&servers, args.common.to.as_deref()).map_err(|refusal| refused(&refusal))?, false)
        }
    };
    let Chosen { from, to } = chosen.clone();
    if args.common.to.as_ref().is_some_and(|wanted| *wanted != to) {
        return Err(Failure::user(format!("a switch from `{from}` to `{to}` is not over"))
            .hint("go on with it (`callsheet db promote`), or give it up (`callsheet db promote --give-up`)"));
    }
    let question = match (args.give_up, resumes) {
        (true, _) => format!("the switch from `{from}` to `{to}` would be given up, and `{from}` take writes again"),
        (false, true) => format!("the switch from `{from}` to `{to}` would be gone on with"),
        (false, false) => format!(
            "writes to `{}` would stop, all sessions of `{from}` end, and `{to}` become the primary once it has everything",
            opened.name
        ),
    };
    let way = open.map_or(Way::Planned, |switch| switch.order.way);
    let intent =
        Intent { opened: &opened, which, common: &args.common, way, chosen, resumes, loss_accepted: false, question };
    if !args.give_up {
        return intent.execute(context);
    }
    if open.is_some_and(|switch| switch.promotion_intended) {
        return Err(Failure::user(format!("`{to}` was told to become the primary: there is no way back from there"))
            .hint("`callsheet db promote` goes on"));
    }
    if args.common.dry_run {
        return intent.dry_run(vec![Act::Reopen], context);
    }
    intent.agreed(context)?;
    let mut log = opened.log()?;
    let fence_command = intent.fence_now(context)?;
    log.append(Event::Resumed { loss_accepted: false, fence_command }).map_err(open::failed)?;
    let why = "a person gave it up".to_owned();
    log.append(Event::Failed { act: Act::CatchUp, why }).map_err(open::failed)?;
    match intent.carry_out(&mut log, context) {
        // Just what was asked for.
        Err(failure) if failure.exit == Some(Exit::RolledBack) => {
            context.screen.data(&format!("{}\n", failure.message))?;
            Ok(Exit::Done)
        }
        ended => ended,
    }
}
