//! `callsheet run FILE#procedure`: the plan, one question, then the run.

use std::fs::File;
use std::io::Read;
use std::sync::Arc;

use callsheet_access::Actor;
use callsheet_base::{RunId, Timestamp};
use callsheet_node::{Answer, Client, NewRun, Request, StartRun};
use callsheet_plan::Plan;
use callsheet_runbook::Procedure;

use crate::actor;
use crate::commands::plan::sheet;
use crate::commands::releasing::Beginning;
use crate::context::Context;
use crate::execution::{self, Begin, Watch, admit_failure, client_failure, closing, setup, surroundings};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::planning::{Opened, Values};
use crate::prompt;
use crate::report::plural;
use crate::state;
use crate::target::{ParamArg, Target};

/// Run a procedure of a runbook
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exits 0 done, 1 failed, 3 waiting for a person, 4 rolled back, 5 denied or cancelled, 6 in doubt, \
7 locked by another run. A run that stopped goes on with `callsheet resume`."
)]
pub struct Args {
    /// The procedure; the file alone if it holds only one
    #[arg(value_name = "FILE#PROCEDURE")]
    target: Target,
    /// A parameter's value; may be given often. Secrets come from the environment, never from here
    #[arg(long = "param", value_name = "NAME=VALUE")]
    params: Vec<ParamArg>,
    /// The environment to run in [default: dev]
    #[arg(long, value_name = "ENV")]
    env: Option<String>,
    /// Why it is run; kept in the change record
    #[arg(long, value_name = "WHY")]
    why: Option<String>,
    /// Agree to the plan and to plain confirmations; never to approvals or dangerous steps
    #[arg(long, short)]
    yes: bool,
    /// Show the plan and check everything, but start nothing
    #[arg(long)]
    dry_run: bool,
    /// Leave a step out: its id; may be given often
    #[arg(long, value_name = "STEP")]
    without: Vec<String>,
    /// Let the server execute it and return at once
    #[arg(long, conflicts_with = "dry_run")]
    detach: bool,
    /// Who asks, if another than who sits here.
    #[arg(skip)]
    actor: Option<Actor>,
}

impl Args {
    /// For a procedure that takes no parameters.
    pub fn of(target: Target, how: Beginning) -> Args {
        let Beginning { env, why, yes, dry_run, detach, actor } = how;
        Args { target, params: Vec::new(), env, why, yes, dry_run, without: Vec::new(), detach, actor }
    }
}

/// Makes the plan, asks, runs, and ends with the run's state.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    let opened = Opened::open(&args.target, context)?;
    execute_opened(args, opened, context)
}

/// The same for a runbook that was read already, or made.
pub fn execute_opened(args: Args, opened: Opened, context: &Context) -> Result<Exit, Failure> {
    let procedure = opened.procedure(&args.target)?;
    let mut values = Values::gather(args.env.clone(), &args.params, &args.without);
    let plan = opened.plan_asking(procedure, &mut values, context)?;
    values.warn_of_secrets(&plan, context)?;
    if args.dry_run {
        return dry_run(&opened, procedure, &plan, &values, context);
    }
    agree(&args, &opened, procedure, &plan, &values, context)?;
    let new = NewRun {
        id: new_id()?,
        plan: Arc::new(plan),
        runbook: opened.source.text().to_owned(),
        actor: args.actor.clone().unwrap_or_else(actor::current),
        why: args.why.unwrap_or_default(),
        surroundings: surroundings(&opened.settings.root, values.variables.clone()),
    };
    let watch = Watch { run: new.id, actor: new.actor.clone(), yes: args.yes, state: opened.settings.state.clone() };
    match Client::server(&opened.settings.state).map_err(|error| client_failure(&error))? {
        Some(client) => served(client, new, &watch, args.detach, &opened, context),
        None if args.detach => Err(Failure::user("`--detach` needs a server that executes the run")
            .hint("start one with `callsheet serve`, or leave `--detach` out")),
        None => {
            let setup = setup(&opened.settings, "run", new.surroundings.clone());
            execution::execute(setup, Begin::Start(Box::new(new)), &watch, context)?;
            ended(&opened, &watch, false, context)
        }
    }
}

/// The person sees the plan and agrees once.
fn agree(
    args: &Args,
    opened: &Opened,
    procedure: &Procedure,
    plan: &Plan,
    values: &Values,
    context: &Context,
) -> Result<(), Failure> {
    if args.yes {
        return Ok(());
    }
    if !context.screen.interactive {
        return Err(Failure::user("`run` asks before it begins, and there is no terminal to ask on")
            .hint("see the plan with `--dry-run`, agree to it with `--yes`"));
    }
    context.screen.talk(&sheet(opened, procedure, Some(plan), values, context))?;
    let steps = plural(plan.main as usize, "step");
    let question = format!(
        "\nRun {} in {}?",
        if plan.main == 1 { "this step".to_owned() } else { format!("these {steps}") },
        plan.environment
    );
    match prompt::yes(&question, context)? {
        true => Ok(()),
        false => Err(Failure::user("not agreed to, so nothing was started").exit(Exit::Denied)),
    }
}

fn dry_run(
    opened: &Opened,
    procedure: &Procedure,
    plan: &Plan,
    values: &Values,
    context: &Context,
) -> Result<Exit, Failure> {
    context.screen.data(&sheet(opened, procedure, Some(plan), values, context))?;
    let own = surroundings(&opened.settings.root, values.variables.clone()).sorted_by(plan);
    for name in opened.without_kept(plan, own.missing(plan)) {
        context.screen.warn(&format!("the secret `{name}` is not in the environment: no shell step could start"))?;
    }
    if opened.settings.state.exists() && !plan.service.is_empty() {
        let locks = state::open(&opened.settings)?.locks().map_err(|error| state::journal_failure(&error))?;
        let held = locks.into_iter().find(|lock| lock.service == plan.service && lock.environment == plan.environment);
        if let Some(lock) = held.filter(|lock| !lock.observing) {
            return Err(admit_failure(callsheet_node::AdmitError::Locked { lock }));
        }
    }
    context.screen.talk("\ndry run: nothing was started\n")?;
    Ok(Exit::Done)
}

/// The server executes it; this process only watches.
fn served(
    mut client: Client,
    new: NewRun,
    watch: &Watch,
    detach: bool,
    opened: &Opened,
    context: &Context,
) -> Result<Exit, Failure> {
    let start = StartRun {
        run: new.id,
        plan: new.plan.to_json(),
        runbook: new.runbook,
        why: new.why,
        surroundings: new.surroundings,
    };
    match client.ask(&Request::Start(Box::new(start))).map_err(|error| client_failure(&error))? {
        Answer::Locked { lock } => return Err(admit_failure(callsheet_node::AdmitError::Locked { lock })),
        Answer::Held { holder } => {
            return Err(admit_failure(callsheet_node::AdmitError::Held { run: new.id, holder }));
        }
        Answer::Refused { why, hint } => return Err(execution::refused(why, hint)),
        Answer::Done | Answer::Started { .. } | Answer::Status { .. } => {}
    }
    if detach {
        let id = new.id.short();
        context.screen.data(&format!("{id}\n"))?;
        context.screen.talk(&format!("the server executes it; follow it with `callsheet logs {id} --follow`\n"))?;
        return Ok(Exit::Done);
    }
    execution::follow(&opened.settings, watch, context)?;
    ended(opened, watch, true, context)
}

fn ended(opened: &Opened, watch: &Watch, served: bool, context: &Context) -> Result<Exit, Failure> {
    let run = state::replay(&state::open(&opened.settings)?, watch.run)?.run;
    let (words, exit) = closing(&run, served, context.screen.err);
    context.screen.talk(&words)?;
    Ok(exit)
}

/// A new id; its random part comes from the kernel.
pub fn new_id() -> Result<RunId, Failure> {
    let mut random = [0; 10];
    File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut random))
        .map_err(|error| Failure::environment("cannot read `/dev/urandom`").because(&error))?;
    Ok(RunId::new(Timestamp::now(), random))
}
