//! `callsheet db status`: who is the primary, who follows, how far behind.

use callsheet_replicas::{Way, troubles};
use serde_json::json;

use super::{Which, open, show};
use crate::commands::called::{Format, block_on};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::report::plural;

/// Show who is the primary, who follows, and how far behind
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Exit 1 if anything is wrong
    #[arg(long)]
    check: bool,
}

pub(super) fn execute(args: &Args, which: &Which, context: &Context) -> Result<Exit, Failure> {
    let opened = open::open(which, context)?;
    let book = &opened.book;
    let servers = block_on(opened.cluster.look())?;
    let mut wrong = troubles(&servers, book.primary.as_deref());
    if let Some(switch) = &book.open {
        let (from, to) = (&switch.order.from, &switch.order.to);
        let (what, verb) = match switch.order.way {
            Way::Planned => ("a switch", "promote"),
            Way::Forced => ("a failover", "failover"),
        };
        wrong.push(format!("{what} from `{from}` to `{to}` was begun and is not over: `callsheet db {verb}` goes on"));
    }
    let screen = context.screen;
    if let Format::Json = which.format {
        let open = book.open.as_ref().map(|switch| &switch.order);
        let report = json!({
            "schema": "callsheet.db-status/1", "database": opened.name, "servers": show::json_of(&servers, &opened.cluster), "troubles": wrong,
            "last_made_primary": book.primary, "open_switch": open,
        });
        screen.data(&format!("{report:#}\n"))?;
    } else {
        screen.data(&show::servers(&servers, &opened.cluster, screen))?;
        for trouble in &wrong {
            screen.warn(trouble)?;
        }
        if wrong.is_empty() {
            screen.talk(&format!("{} of `{}`, nothing wrong\n", plural(servers.len(), "server"), opened.name))?;
        }
    }
    Ok(if args.check && !wrong.is_empty() { Exit::Failed } else { Exit::Done })
}
