//! `callsheet scale SERVICE N`: more instances of the release that runs, or fewer, as a run with its record.

use callsheet_node::{Load, Standing, memory_for, refuse_too_few};
use callsheet_rollout::InstanceState;
use serde_json::json;

use crate::actor;
use crate::commands::called::Format;
use crate::commands::releasing::{self, Beginning};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::instances::{may, of_the_run};
use crate::planning::DEFAULT_ENVIRONMENT;
use crate::settings::Settings;
use crate::standing::{self, At};

/// Run more instances of a service, or fewer
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The number holds until another is asked for, also for releases that follow; `--as-configured` gives it back to \
`callsheet.toml`. 0 lets the service rest: requests are answered with 503, and nothing is released until it is scaled up again. Refused while a rollout is under way, below what users ask for, and beyond what the machine holds."
)]
pub struct Args {
    /// The service
    #[arg(value_name = "SERVICE")]
    service: String,
    /// How many; 0: none, the service rests
    #[arg(value_name = "N", required_unless_present = "as_configured", value_parser = clap::value_parser!(u16).range(0..=1000))]
    to: Option<u16>,
    /// As many as `callsheet.toml` says
    #[arg(long, conflicts_with = "to")]
    as_configured: bool,
    /// Even if the guards say no
    #[arg(long)]
    regardless: bool,
    #[command(flatten)]
    how: Beginning,
    /// How to print the result: text or json
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: Format,
}

/// Seconds of traffic that are looked at.
const LOOKED_AT: i64 = 300;

/// Checks the guards, then does it: as a run of its own, or within the run that calls it.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    let settings = Settings::here(context)?;
    let named = args.how.env.clone().or_else(of_the_run);
    let environment = named.unwrap_or_else(|| DEFAULT_ENVIRONMENT.to_owned());
    let (service, spec) = releasing::service(&settings, Some(&args.service), &environment)?;
    let to = args.to.unwrap_or(spec.instances);
    let at = At { settings: &settings, service: &service, environment: &environment, spec: &spec };
    if standing::within_a_run() {
        return carry_out(&args, &at, to, context);
    }
    at.no_rollout()?;
    let before = guard(&args, &at, to)?;
    let done = json!({ "schema": "callsheet.scale/1", "service": service, "environment": environment, "from": before, "to": to });
    if args.how.dry_run {
        return said(
            &args,
            &done,
            &format!("{service} in {environment} would go from {before} to {to}\ndry run: nothing was changed\n"),
            context,
        );
    }
    if !may(&format!("scale {service} in {environment} from {before} to {to}?"), &environment, args.how.yes, context)? {
        return Ok(Exit::Denied);
    }
    let goal = args.to.map_or("--as-configured".to_owned(), |to| to.to_string());
    let regardless = if args.regardless { " --regardless" } else { "" };
    let line = format!("callsheet scale {service} {goal} --env {}{regardless}", releasing::quoted(&environment)?);
    let how = Beginning { yes: true, env: Some(environment.clone()), ..args.how.clone() };
    let exit = releasing::carry_out_with("Scale", &service, &line, &spec.secrets, how, context)?;
    match exit {
        Exit::Done => said(&args, &done, "", context),
        other => Ok(other),
    }
}

fn said(args: &Args, done: &serde_json::Value, words: &str, context: &Context) -> Result<Exit, Failure> {
    match args.format {
        Format::Json => context.screen.data(&format!("{done:#}\n"))?,
        Format::Text => context.screen.talk(words)?,
    }
    Ok(Exit::Done)
}

/// How many there are. The service's lock is held for the look alone.
fn guard(args: &Args, at: &At, to: u16) -> Result<u16, Failure> {
    let mut standing = at.open()?;
    refuse(args, at, to, &mut standing)
}

fn refuse(args: &Args, at: &At, to: u16, standing: &mut Standing) -> Result<u16, Failure> {
    let trouble = |why: String| Failure::environment(why);
    let all = standing.instances().map_err(trouble)?;
    let now = all.iter().filter(|one| one.state != InstanceState::Ending).count();
    if args.regardless {
        return Ok(now as u16);
    }
    let hint = "`--regardless` does it all the same";
    if usize::from(to) < now {
        let after = (callsheet_base::Timestamp::now().as_second() - LOOKED_AT).max(0) as u64;
        let seen = standing.traffic(after).map_err(trouble)?;
        let too_few = refuse_too_few(to, at.spec.capacity.map(u64::from), Load::of(&seen.slices));
        if let Some(why) = too_few {
            return Err(Failure::user(why).hint(hint).exit(Exit::Denied));
        }
    }
    let more = usize::from(to).saturating_sub(now) as u64;
    let each = at.spec.limits.memory_bytes.unwrap_or_else(|| standing::largest(&all));
    if let Some(why) = memory_for(more, each, standing::memory_left()) {
        return Err(Failure::user(why).hint(hint).exit(Exit::Denied));
    }
    Ok(now as u16)
}

/// Under the service's lock, which no rollout can take meanwhile.
fn carry_out(args: &Args, at: &At, to: u16, context: &Context) -> Result<Exit, Failure> {
    let mut standing = at.open()?;
    let before = refuse(args, at, to, &mut standing)?;
    let run = std::env::var("CALLSHEET_RUN").unwrap_or_default();
    context.screen.talk(&format!("{} in {}: {before} to {to}\n", at.service, at.environment))?;
    let mut told = Ok(());
    let mut tell =
        |words: &str| told = std::mem::replace(&mut told, Ok(())).and(context.screen.talk(&format!("{words}\n")));
    let who = actor::current().name;
    standing.scale(to, &who, &format!("run {run}"), &mut tell).map_err(Failure::environment)?;
    if args.as_configured {
        at.store().unscale(at.service, at.environment).map_err(|error| Failure::environment(error.to_string()))?;
    }
    told?;
    Ok(Exit::Done)
}
