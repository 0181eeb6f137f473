//! `callsheet db failover`: the primary is gone, or not to be trusted any more.

use callsheet_replicas::{Chosen, Seen, Way, forced, loss};

use super::switch::{Common, Intent, is_done, open_switch, refused};
use super::{Which, open};
use crate::commands::called::block_on;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;

/// Make a replica the primary after the primary is gone: fences it first
#[derive(Debug, clap::Args)]
#[command(
    after_help = "What can be done to keep the older primary from taking writes is done first, and told: it is made read-only if it answers, its \
`fence` command is run. If it may still be alive and neither worked, nothing is promoted unless --data-loss-accepted is said. A replica of another machine \
may lack what the primary took last; how much is said before you are asked."
)]
pub(super) struct Args {
    #[command(flatten)]
    common: Common,
    /// The server that was the primary [default: the one that callsheet.toml, the servers and the record of switches leave]
    #[arg(long, value_name = "SERVER")]
    from: Option<String>,
    /// Accept that what the older primary took, or still takes, and the replica does not have is lost
    #[arg(long)]
    data_loss_accepted: bool,
}

pub(super) fn execute(args: &Args, which: &Which, context: &Context) -> Result<Exit, Failure> {
    let opened = open::open(which, context)?;
    let open = open_switch(&opened, Way::Forced);
    let servers = block_on(opened.cluster.look())?;
    // What was told to become the primary must go on to be it; what was only begun may be chosen anew.
    let (chosen, resumes) = match open.filter(|switch| switch.promotion_intended || args.common.to.is_none()) {
        Some(switch) => {
            let (from, to) = (switch.order.from.clone(), switch.order.to.clone());
            if args.common.to.as_ref().is_some_and(|wanted| *wanted != to) {
                return Err(Failure::user(format!(
                    "`{to}` was told to become the primary: there is no way back from there"
                ))
                .hint("`callsheet db failover` goes on"));
            }
            (Chosen { from, to }, switch.order.way == Way::Forced)
        }
        None => {
            if is_done(&servers, args.common.to.as_ref(), context)? {
                return Ok(Exit::Done);
            }
            let last = opened.book.primary.as_deref();
            let (to, from) = (args.common.to.as_deref(), args.from.as_deref());
            let chosen = forced(&servers, to, from, last, args.data_loss_accepted);
            (chosen.map_err(|refusal| refused(&refusal))?, false)
        }
    };
    let (from, to) = (&chosen.from, &chosen.to);
    let lost = loss(&servers, &chosen);
    let question = match servers.get(from) {
        Some(Seen::Up(_)) => format!(
            "`{from}` answers (`callsheet db promote` loses nothing). It would be closed, and `{to}` become the primary of `{}`; what may be lost: {lost}",
            opened.name
        ),
        _ => format!(
            "`{to}` would become the primary of `{}` in place of `{from}`; what may be lost: {lost}",
            opened.name
        ),
    };
    let loss_accepted = args.data_loss_accepted;
    Intent { opened: &opened, which, common: &args.common, way: Way::Forced, chosen, resumes, loss_accepted, question }
        .execute(context)
}
