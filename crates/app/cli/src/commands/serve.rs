//! `callsheet serve`: keeps the journal, the timers and the running procedures in one process.

use callsheet_engine::{Event, Run, RunResult};
use callsheet_journal::Record;
use callsheet_node::{Observer, ServeError, Server};
use callsheet_plan::StepIndex;
use tracing_subscriber::EnvFilter;

use crate::context::Context;
use crate::execution::{node_failure, on_stop, setup, surroundings};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::planning::environment_variables;
use crate::settings::Settings;

/// Keep the journal, the timers and the running procedures in one process
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Brings up what should run: after a reboot edges and instances, later an instance that is gone. Ends in good order on Ctrl-C or SIGTERM: steps under way go on under their keepers, and the next \
`serve` or `resume` takes them over."
)]
pub struct Args {
    /// What is logged on stderr, as `info` or `callsheet_node=debug`
    #[arg(long, env = "CALLSHEET_LOG", value_name = "FILTER", default_value = "info")]
    log: EnvFilter,
    /// Execute runs only: bring no service up, and leave those that are down alone
    #[arg(long)]
    hands_off: bool,
}

/// Serves until it is told to stop.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    let settings = Settings::here(context)?;
    tracing_subscriber::fmt()
        .with_env_filter(args.log)
        .with_writer(std::io::stderr)
        .with_ansi(context.screen.err.is_on())
        .with_target(false)
        .init();
    let own = surroundings(&settings.root, environment_variables());
    let mut server = Server::open(setup(&settings, "serve", own), args.hands_off, &mut Log).map_err(serve_failure)?;
    let commander = server.commander();
    on_stop(move || commander.stop())?;
    tracing::info!(state = %settings.state.display(), "serving");
    server.serve(&mut Log).map_err(node_failure)?;
    tracing::info!("stopped; steps under way go on under their keepers");
    Ok(Exit::Done)
}

/// Tells the course of runs to the log.
struct Log;

impl Observer for Log {
    fn recorded(&mut self, run: &Run, record: &Record, event: &Event) {
        tracing::debug!(run = %run.id().short(), seq = record.seq, event = event.word(), "recorded");
        if let Event::Created(created) = event {
            tracing::info!(run = %run.id().short(), procedure = created.procedure, by = created.actor.name, "created");
        }
    }

    fn waiting(&mut self, run: &Run, step: StepIndex) {
        let step = run.plan().step(step).map(|step| step.id.to_string()).unwrap_or_default();
        tracing::info!(run = %run.id().short(), step, "waits for a person");
    }

    fn finished(&mut self, run: &Run, result: RunResult) {
        tracing::info!(run = %run.id().short(), result = result.word(), "over");
    }
}

fn serve_failure(error: ServeError) -> Failure {
    match error {
        ServeError::AlreadyServed { .. } => Failure::user(error.to_string())
            .hint("one server for each state folder is enough: commands find it by themselves"),
        ServeError::Node(error) => node_failure(error),
    }
}
