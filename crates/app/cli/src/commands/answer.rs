//! What a person answers to a waiting step: `approve`, `deny`, `confirm`, `skip`, `retry`, `done`, `rollback`, `choose`;
//! and to a run as a whole: `cancel`, `abandon`. The answer is durable when the command ends.

use callsheet_engine::{Command, Run, WaitingFor};
use callsheet_node::{Answer, TellError};
use callsheet_plan::StepIndex;

use crate::actor;
use crate::commands::resume;
use crate::context::Context;
use crate::execution;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::settings::Settings;
use crate::state;

/// A run and its step
#[derive(Debug, clap::Args)]
pub struct StepArgs {
    /// The run: `last`, its id, or the end of its id
    #[arg(value_name = "RUN")]
    pub run: String,
    /// The step: its id, or its number in the plan
    #[arg(value_name = "STEP")]
    pub step: String,
    /// What you saw or why; kept in the change record
    #[arg(long, value_name = "WORDS")]
    pub note: Option<String>,
}

/// A run and its step, with a reason that must be given
#[derive(Debug, clap::Args)]
pub struct ReasonedArgs {
    /// The run: `last`, its id, or the end of its id
    #[arg(value_name = "RUN")]
    pub run: String,
    /// The step: its id, or its number in the plan
    #[arg(value_name = "STEP")]
    pub step: String,
    /// Why; kept in the change record
    #[arg(long, value_name = "WHY")]
    pub note: String,
}

/// A run, its step and the way chosen
#[derive(Debug, clap::Args)]
pub struct ChoiceArgs {
    /// The run: `last`, its id, or the end of its id
    #[arg(value_name = "RUN")]
    pub run: String,
    /// The step: its id, or its number in the plan
    #[arg(value_name = "STEP")]
    pub step: String,
    /// The way's label (`Option A`), or its number
    #[arg(value_name = "CHOICE")]
    pub choice: String,
    /// Why; kept in the change record
    #[arg(long, value_name = "WORDS")]
    pub note: Option<String>,
}

/// Which way back
#[derive(Debug, clap::Args)]
pub struct RollbackArgs {
    /// The run: `last`, its id, or the end of its id
    #[arg(value_name = "RUN")]
    pub run: String,
    /// The step that waits; for the reader of the command, any of the run will do
    #[arg(value_name = "STEP")]
    pub step: Option<String>,
    /// The rollback procedure's slug [default: what the step or the plan names]
    #[arg(long, value_name = "SLUG")]
    pub to: Option<String>,
    /// Why; kept in the change record
    #[arg(long, value_name = "WORDS")]
    pub note: Option<String>,
}

impl From<ReasonedArgs> for StepArgs {
    fn from(args: ReasonedArgs) -> StepArgs {
        StepArgs { run: args.run, step: args.step, note: Some(args.note) }
    }
}

/// Answers a step.
pub fn at_step(
    args: StepArgs,
    word: &str,
    command: fn(StepIndex) -> Command,
    context: &Context,
) -> Result<Exit, Failure> {
    let named = args.step.clone();
    let find = |run: &Run| state::find_step(run, &named).map(command);
    let done = format!("{word} `{}`", args.step);
    tell(&args.run, find, &args.note.unwrap_or_default(), &done, context)
}

/// Chooses a way.
pub fn choose(args: ChoiceArgs, context: &Context) -> Result<Exit, Failure> {
    let find = |run: &Run| {
        let step = state::find_step(run, &args.step)?;
        Ok(Command::Choose { step, label: label(run, step, &args.choice) })
    };
    let done = format!("chose `{}` for `{}`", args.choice, args.step);
    tell(&args.run, find, args.note.as_deref().unwrap_or_default(), &done, context)
}

/// Rolls back.
pub fn rollback(args: RollbackArgs, context: &Context) -> Result<Exit, Failure> {
    let find = |run: &Run| {
        args.step.as_deref().map(|step| state::find_step(run, step)).transpose()?;
        let to = args.to.as_ref().map(|slug| slug.trim_start_matches('#').to_owned());
        Ok(Command::Rollback { to })
    };
    tell(&args.run, find, args.note.as_deref().unwrap_or_default(), "asked for the rollback", context)
}

/// A number names the choice at that place; a label itself.
fn label(run: &Run, step: StepIndex, choice: &str) -> String {
    let waiting = run.waiting().into_iter().find(|waiting| waiting.step == step);
    let Some(WaitingFor::Choice { labels }) = waiting.map(|waiting| waiting.wanted) else { return choice.to_owned() };
    if labels.iter().any(|label| label.eq_ignore_ascii_case(choice)) {
        return choice.to_owned();
    }
    let place = choice.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    place.and_then(|place| labels.get(place).cloned()).unwrap_or_else(|| choice.to_owned())
}

/// Tells a run something and says what follows.
pub fn tell(
    run: &str,
    command: impl FnOnce(&Run) -> Result<Command, Failure>,
    note: &str,
    done: &str,
    context: &Context,
) -> Result<Exit, Failure> {
    let settings = Settings::here(context)?;
    let mut folder = state::open(&settings)?;
    let run = state::find(&folder, run)?.run;
    let command = command(&state::replay(&folder, run)?.run)?;
    let answer = folder.tell(run, command, &actor::current(), note, &settings.config.people);
    match answer.map_err(tell_failure)? {
        Answer::Refused { why, hint } => return Err(execution::refused(why, hint)),
        Answer::Held { holder } => {
            return Err(execution::admit_failure(callsheet_node::AdmitError::Held { run, holder }));
        }
        Answer::Locked { lock } => return Err(execution::admit_failure(callsheet_node::AdmitError::Locked { lock })),
        Answer::Done | Answer::Started { .. } | Answer::Status { .. } => {}
    }
    let mut after = state::replay(&folder, run)?.run;
    let executed = folder.holder(run).map_err(|error| state::journal_failure(&error))?;
    // Nobody else would end it: its lock would be held until somebody thinks of it.
    if after.result().is_none() && executed.is_none() && (after.is_stopping() || after.is_turning_back()) {
        context.screen.talk(&format!("{done} in run {}\n", run.short()))?;
        let exit = resume::carry_out(run, &folder, &settings, context)?;
        after = state::replay(&folder, run)?.run;
        return Ok(if after.result().is_some() { Exit::Done } else { exit });
    }
    let id = run.short();
    let paint = context.screen.err;
    let next = match (after.result(), executed) {
        (Some(result), _) => format!("the run is over: {}", result.word()),
        (None, Some(holder)) => format!("process {} ({}) goes on with the run", holder.pid, holder.role),
        (None, None) => format!("go on with `callsheet resume {id}`"),
    };
    context.screen.talk(&format!("{} in run {id}\n{}: {next}\n", done, paint.bold_cyan("hint")))?;
    Ok(Exit::Done)
}

fn tell_failure(error: TellError) -> Failure {
    match error {
        TellError::NoRun(run) => Failure::user(format!("there is no run {run}")),
        TellError::Client(error) => execution::client_failure(&error),
        TellError::Unreachable(_) => {
            Failure::environment(error.to_string()).hint("try again; if the process hangs, end it")
        }
        TellError::Node(error) => execution::node_failure(error),
    }
}
