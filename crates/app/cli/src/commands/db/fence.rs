//! `callsheet db fence`: an older primary that is back.

use std::time::Duration;

use callsheet_databases::replication::Limits;
use callsheet_replicas::{Seen, superseded};
use serde_json::json;

use super::{Which, open, show};
use crate::commands::called::{Format, block_on};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::instances;

/// Fence an older primary that is back
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Of two servers that take writes, the one is superseded that was not made the primary last, or whose timeline is older (PostgreSQL). \
It is made read-only, its sessions are ended, and its `fence` command is run. Named, a server is only fenced if another one is the primary."
)]
pub(super) struct Args {
    /// The server [default: every one that was superseded and takes writes]
    #[arg(value_name = "SERVER")]
    server: Option<String>,
    /// How long the fence command may take
    #[arg(long, value_name = "TIME", default_value = "2m")]
    fence_timeout: callsheet_base::Duration,
    /// Agree to it
    #[arg(long)]
    yes: bool,
    /// Show what would be fenced; change nothing
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn execute(args: &Args, which: &Which, context: &Context) -> Result<Exit, Failure> {
    let opened = open::open(which, context)?;
    // Nobody switches while this goes on.
    let log = opened.log()?;
    let servers = block_on(opened.cluster.look())?;
    let old = superseded(&servers, log.book().primary.as_deref());
    let targets = match &args.server {
        None => old,
        Some(name) if !servers.contains_key(name) => return Err(Failure::user(format!("there is no server `{name}`"))),
        Some(name) => {
            let another = servers.iter().any(|(other, seen)| other != name && seen.takes_writes());
            if !another || (servers.values().filter(|seen| seen.takes_writes()).count() > 1 && !old.contains(name)) {
                let why = match another {
                    true => format!("`{name}` is not known to be an older primary, so it is not fenced"),
                    false => format!("no other server is known to take writes, so `{name}` is not fenced"),
                };
                return Err(Failure::user(why)
                    .hint("`callsheet db promote` or `callsheet db failover` makes another one the primary"));
            }
            match servers.get(name) {
                Some(Seen::Up(up)) if !up.takes_writes() => Vec::new(),
                _ => vec![name.clone()],
            }
        }
    };
    let names = targets.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ");
    let screen = context.screen;
    if targets.is_empty() || args.dry_run {
        match which.format {
            Format::Json => screen.data(&format!(
                "{:#}\n",
                json!({ "schema": "callsheet.db-fence/1", "database": opened.name, "planned": targets })
            ))?,
            Format::Text if targets.is_empty() => screen.data("nobody has to be fenced\n")?,
            Format::Text => screen.data(&format!("{names} would be fenced\n"))?,
        }
        if args.dry_run {
            screen.talk("dry run: nothing was changed\n")?;
        }
        return Ok(Exit::Done);
    }
    let environment = which.env.clone().or_else(instances::of_the_run);
    let environment = environment.unwrap_or_else(|| "an environment that is not named".to_owned());
    let question = format!("{names} would take no more writes, and all sessions there end");
    let question = if screen.interactive { format!("{question}. Go on?") } else { question };
    if !instances::may(&question, &environment, args.yes, context)? {
        return Err(Failure::user("not agreed to, so nothing was fenced").exit(Exit::Denied));
    }
    let fence = Duration::from_millis(args.fence_timeout.as_millis());
    let limits = Limits { catch_up: Duration::ZERO, fence };
    let mut fenced = Vec::new();
    for name in &targets {
        let said = block_on(opened.cluster.fence(name, limits))?;
        let said = said.map_err(|why| {
            Failure::environment(format!("`{name}` could not be fenced")).cause(why).exit(Exit::Failed)
        })?;
        if let Format::Text = which.format {
            screen.data(&format!("{} `{name}`: {said}\n", screen.out.green("✓")))?;
        }
        fenced.push(json!({ "server": name, "said": said }));
    }
    let servers = block_on(opened.cluster.look())?;
    if let Some(name) = targets.iter().find(|name| servers.get(*name).is_some_and(Seen::takes_writes)) {
        return Err(Failure::environment(format!("`{name}` takes writes in spite of all")).exit(Exit::Failed));
    }
    if let Format::Json = which.format {
        let servers = show::json_of(&servers, &opened.cluster);
        let report =
            json!({ "schema": "callsheet.db-fence/1", "database": opened.name, "fenced": fenced, "servers": servers });
        screen.data(&format!("{report:#}\n"))?;
    }
    Ok(Exit::Done)
}
