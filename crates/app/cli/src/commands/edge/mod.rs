//! `callsheet edge run|start|status|upgrade|stop`: the proxy that carries users' requests to releases, as a process of its own.

mod run;
mod start;
mod status;
mod stop;
mod upgrade;

use std::path::PathBuf;

use callsheet_edge::{EdgeError, EdgeStatus, StartError};
use callsheet_node::Edges;

use crate::commands::called::Format;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::instances::of_the_run;
use crate::report::plural;
use crate::settings::Settings;

/// Run the edge: the proxy that carries users' requests to releases
#[derive(Debug, clap::Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub struct Args {
    /// The edge of this environment, which deploys start [default: the state folder's only one]
    #[arg(long, global = true, value_name = "ENV")]
    env: Option<String>,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Be the edge, in the foreground: for a supervisor
    Run(run::Args),
    /// Start the edge in the background; with a configuration, it is told that too
    Start(start::Args),
    /// Show what the edge listens on, where requests go and how instances fare
    Status(status::Args),
    /// Replace the edge by this program's version without losing a request
    Upgrade(upgrade::Args),
    /// End the edge: it listens no more, and requests have the drain window's time to end
    Stop(stop::Args),
}

/// Does one of them.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    let itself = matches!(args.what, What::Run(_));
    let state = folder(args.env.as_deref(), itself, context)?;
    match args.what {
        What::Run(args) => run::execute(&args, state),
        What::Start(args) => start::execute(&args, &state, context),
        What::Status(args) => status::execute(&args, &state, context),
        What::Upgrade(args) => upgrade::execute(&args, &state, context),
        What::Stop(args) => stop::execute(&args, &state, context),
    }
}

/// The edge's folder. Where a state folder is given, no configuration is read: an edge starts whatever state the repository is in.
/// With `itself` it is the state folder's own edge, unless an environment is named.
fn folder(environment: Option<&str>, itself: bool, context: &Context) -> Result<PathBuf, Failure> {
    let state = match &context.state {
        Some(state) => std::path::absolute(state)
            .map_err(|error| Failure::environment(format!("cannot find `{}`", state.display())).because(&error))?,
        None => Settings::here(context)?.state,
    };
    let edges = Edges::new(&state, &program()?);
    if let Some(environment) = environment {
        return edges.folder(environment).map_err(Failure::user);
    }
    let known = edges.environments();
    let known = known.map_err(|error| Failure::environment("cannot list the edges").because(&error))?;
    if let Some(own) = of_the_run().filter(|own| !itself && known.contains(own)) {
        return edges.folder(&own).map_err(Failure::user);
    }
    match known.as_slice() {
        _ if itself || state.join("edge.json").exists() => Ok(state),
        [] => Ok(state),
        [only] => edges.folder(only).map_err(Failure::user),
        several => Err(Failure::user("each environment has an edge of its own: say which")
            .hint(format!("`--env` with one of {}", several.join(", ")))),
    }
}

/// This very program, also where another one was put in its place since.
fn program() -> Result<PathBuf, Failure> {
    std::env::current_exe().map_err(|error| Failure::environment("cannot find this program's own file").because(&error))
}

fn edge_failure(error: EdgeError) -> Failure {
    match &error {
        EdgeError::Unreachable { .. } => Failure::environment(error.to_string())
            .because_of(&error)
            .hint("start one with `callsheet edge start`, or name its folder with `--state`"),
        EdgeError::Refused(_) => Failure::configuration(error.to_string()),
    }
}

fn start_failure(error: StartError) -> Failure {
    match error {
        StartError::Edge(error) => edge_failure(error),
        other => Failure::environment(other.to_string()).because_of(&other),
    }
}

/// The status as asked for.
fn print(status: &EdgeStatus, format: Format, context: &Context) -> Result<(), Failure> {
    match format {
        Format::Text => context.screen.data(&text(status)),
        Format::Json => {
            let json = serde_json::to_string_pretty(status)
                .map_err(|error| Failure::internal("the status cannot be written as JSON").because(&error))?;
            context.screen.data(&format!("{json}\n"))
        }
    }
}

fn text(status: &EdgeStatus) -> String {
    let open = plural(status.connections as usize, "connection");
    let mut text = format!("edge {} runs as process {} since {}, {open}", status.version, status.pid, status.started);
    if status.tunnels > 0 {
        text.push_str(&format!(", {}", plural(status.tunnels as usize, "tunnel")));
    }
    text.push('\n');
    if let Some(pid) = status.predecessor {
        text.push_str(&format!("  process {pid} before it still ends its connections\n"));
    }
    for listener in &status.listeners {
        text.push_str(&format!("  listens on {}{}\n", listener.address, if listener.tls { " with TLS" } else { "" }));
    }
    if let Some(admin) = status.admin {
        text.push_str(&format!("  metrics at http://{admin}/metrics\n"));
    }
    for (name, service) in &status.services {
        let Some(routing) = &service.routing else {
            text.push_str(&format!("{name}: nobody said yet where its requests go\n"));
            continue;
        };
        let mut shares = vec![format!("{} to {}", routing.weight.rest(), routing.stable.version)];
        if let Some(canary) = &routing.canary {
            shares.push(format!("{} to {}", routing.weight, canary.version));
        }
        if service.lease_expired {
            shares = vec![format!("100% to {}, because nobody renewed the lease", routing.stable.version)];
        }
        let held = if routing.held && !service.lease_expired { ", held" } else { "" };
        text.push_str(&format!("{name}: {}{held}\n", shares.join(", ")));
        for (instance, count) in &service.in_flight {
            let ejected = if service.ejected.contains(instance) { ", out because it failed" } else { "" };
            text.push_str(&format!("  {instance}: {} under way{ejected}\n", plural(*count as usize, "request")));
        }
    }
    text
}
