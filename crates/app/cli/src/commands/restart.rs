//! `callsheet restart`: ends instances and starts them again, one after the other, each without users meanwhile; as a run with its record.

use std::time::{Duration, Instant};

use callsheet_releases::Store;
use callsheet_rollout::{Driver, InstanceSeen, InstanceState};
use serde_json::json;

use crate::commands::called::Format;
use crate::commands::releasing::{self, Beginning};
use crate::context::Context;
use crate::dependencies;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::instances::{Which, driver, failure, may};
use crate::planning::DEFAULT_ENVIRONMENT;
use crate::settings::Settings;
use crate::standing::{At, within_a_run};

/// Restart a service's instances, one after the other
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Each gets no new requests, ends those under way, starts again and is ready before the next. Refused where no other \
could serve meanwhile, and where a command of `dependencies` fails."
)]
pub struct Args {
    #[command(flatten)]
    which: Which,
    /// Why; kept in the change record
    #[arg(long, value_name = "WHY")]
    why: Option<String>,
    /// Also where no other instance could serve: requests wait at the edge meanwhile
    #[arg(long)]
    alone: bool,
    /// Also where a dependency is not healthy
    #[arg(long)]
    regardless: bool,
    /// Replace each by a new one that gets its secrets as they are now
    #[arg(long, conflicts_with_all = ["instance", "version"])]
    renew: bool,
    /// Ask nothing
    #[arg(long)]
    yes: bool,
    /// Say what would be, but change nothing
    #[arg(long)]
    dry_run: bool,
    /// How long each may take to be ready again
    #[arg(long, value_name = "TIME", default_value = "5m")]
    timeout: callsheet_base::Duration,
    /// How to print the result: text or json
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: Format,
}

/// Restarts what was named; the next one only when the one before is ready, so that one that does not come back stays alone.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    if args.which.service.is_none() && args.which.instance.is_none() {
        return Err(Failure::user("say what to restart").hint("`--service NAME`, or `--instance INSTANCE`"));
    }
    let settings = Settings::here(context)?;
    let mut all = args.which.list(&settings, context)?;
    all.retain(|seen| seen.state != InstanceState::Ending);
    let Some(first) = all.first().cloned() else {
        return Err(Failure::user("no such instance runs here").hint("`callsheet instances` lists what there is"));
    };
    let one_place = all.iter().all(|one| (&one.service, &one.environment) == (&first.service, &first.environment));
    let spec = settings.config.service_in(&first.service, &first.environment);
    let running = Store::new(&settings.state).running(&first.service, &first.environment);
    let released = running.is_ok_and(|running| running.current().is_some());
    let (true, true, Some(spec)) = (one_place, released, spec) else {
        return unreleased(&args, &all, &settings, context);
    };
    let at = At { settings: &settings, service: &first.service, environment: &first.environment, spec };
    if within_a_run() {
        return carry_out(&args, &at, &all, context);
    }
    at.no_rollout()?;
    alone(&args, &at, &all)?;
    if args.dry_run {
        if !args.regardless {
            dependencies::healthy(&spec.dependencies, &settings.root)?;
        }
        return said(
            &args,
            &at,
            &all,
            "would be restarted, one after the other\ndry run: nothing was changed",
            context,
        );
    }
    if let Some((question, environment)) = question(&all)
        && !may(&question, environment, args.yes, context)?
    {
        return Ok(Exit::Denied);
    }
    let line = line(&args, &at)?;
    let how =
        Beginning { env: Some(first.environment.clone()), why: args.why.clone(), yes: true, ..Beginning::default() };
    match releasing::carry_out_with("Restart", at.service, &line, &spec.secrets, how, context)? {
        Exit::Done => said(&args, &at, &all, "restarted", context),
        other => Ok(other),
    }
}

/// The same as a line of a runbook.
fn line(args: &Args, at: &At) -> Result<String, Failure> {
    let quoted = releasing::quoted;
    let mut line = format!("callsheet restart --service {} --environment {}", at.service, quoted(at.environment)?);
    for (name, value) in [("--version", &args.which.version), ("--instance", &args.which.instance)] {
        if let Some(value) = value {
            line.push_str(&format!(" {name} {}", quoted(value)?));
        }
    }
    for (name, said) in [("--alone", args.alone), ("--regardless", args.regardless), ("--renew", args.renew)] {
        if said {
            line.push_str(&format!(" {name}"));
        }
    }
    Ok(format!("{line} --timeout {} --yes", args.timeout))
}

fn said(args: &Args, at: &At, all: &[InstanceSeen], done: &str, context: &Context) -> Result<Exit, Failure> {
    let names: Vec<&str> = all.iter().map(|one| one.id.0.as_str()).collect();
    match args.format {
        Format::Json => {
            let whole = json!({
                "schema": "callsheet.restart/1", "service": at.service, "environment": at.environment, "instances": names,
                "changed": !args.dry_run,
            });
            context.screen.data(&format!("{whole:#}\n"))?;
        }
        Format::Text => context.screen.talk(&format!("{}: {done}\n", names.join(", ")))?,
    }
    Ok(Exit::Done)
}

/// Refused where users would meet nobody. One that serves nobody itself may be restarted at any time, and is before those that serve.
fn alone(args: &Args, at: &At, all: &[InstanceSeen]) -> Result<(), Failure> {
    if args.alone || args.renew || !all.iter().any(serves) {
        return Ok(());
    }
    let instances = at.open()?.instances().map_err(Failure::environment)?;
    let again = |one: &&InstanceSeen| serves(one) || all.iter().any(|other| other.id == one.id);
    if instances.iter().filter(again).count() > 1 { Ok(()) } else { Err(nobody_else(at)) }
}

fn serves(one: &InstanceSeen) -> bool {
    one.state == InstanceState::Ready
}

fn nobody_else(at: &At) -> Failure {
    let (service, environment) = (at.service, at.environment);
    Failure::user(format!("no other instance of {service} in {environment} could serve meanwhile"))
        .hint(format!("start another first: `callsheet scale {service} 2 --env {environment}`"))
        .hint("`--alone` restarts it all the same; requests wait at the edge until it is ready again")
        .exit(Exit::Denied)
}

/// Under the service's lock, which no rollout can take meanwhile.
fn carry_out(args: &Args, at: &At, all: &[InstanceSeen], context: &Context) -> Result<Exit, Failure> {
    if !args.regardless {
        dependencies::healthy(&at.spec.dependencies, &at.settings.root)?;
    }
    alone(args, at, all)?;
    let mut standing = at.open()?;
    if args.renew {
        let mut told = Ok(());
        let mut tell =
            |words: &str| told = std::mem::replace(&mut told, Ok(())).and(context.screen.talk(&format!("{words}\n")));
        standing.renew(None, args.timeout.to_std(), &mut tell).map_err(Failure::environment)?;
        return told.map(|()| Exit::Done);
    }
    let (serving, others): (Vec<&InstanceSeen>, Vec<&InstanceSeen>) = all.iter().partition(|one| serves(one));
    for seen in others.into_iter().chain(serving) {
        if serves(seen) && !args.alone && !standing.another_serves(&seen.id).map_err(Failure::environment)? {
            return Err(nobody_else(at));
        }
        let mut told = Ok(());
        let mut tell =
            |words: &str| told = std::mem::replace(&mut told, Ok(())).and(context.screen.talk(&format!("{words}\n")));
        standing.restart(&seen.id, args.timeout.to_std(), &mut tell).map_err(|why| {
            Failure::environment(format!("{} was not restarted well; the others were left alone", seen.id.0))
                .cause(why)
                .hint(format!("callsheet logs --instance {}", seen.id.0))
        })?;
        told?;
    }
    Ok(Exit::Done)
}

/// Instances that no release of this state folder brought: nothing is known of their users.
fn unreleased(args: &Args, all: &[InstanceSeen], settings: &Settings, context: &Context) -> Result<Exit, Failure> {
    if args.dry_run {
        let names: Vec<&str> = all.iter().map(|one| one.id.0.as_str()).collect();
        context.screen.talk(&format!("{}: would be restarted\ndry run: nothing was changed\n", names.join(", ")))?;
        return Ok(Exit::Done);
    }
    if let Some((question, environment)) = question(all)
        && !may(&question, environment, args.yes, context)?
    {
        return Ok(Exit::Denied);
    }
    let mut driver = driver(settings, context)?;
    for seen in all {
        restart(&mut driver, seen, args.timeout.to_std())?;
        context.screen.talk(&format!("{} is ready again\n", seen.id.0))?;
    }
    Ok(Exit::Done)
}

/// What a person is asked first, and about which environment; `None` where nothing can go wrong for users.
fn question(all: &[InstanceSeen]) -> Option<(String, &str)> {
    let elsewhere = all.iter().find(|seen| seen.environment != DEFAULT_ENVIRONMENT)?;
    let alone = match all {
        [_] => ": if no other runs, requests fail until it is ready again",
        _ => ", one after the other",
    };
    let count = if all.len() == 1 { "1 instance".to_owned() } else { format!("{} instances", all.len()) };
    let InstanceSeen { service, environment, .. } = elsewhere;
    Some((format!("restart {count} of {service} in {environment}{alone}?"), environment))
}

fn restart(driver: &mut dyn Driver, before: &InstanceSeen, patience: Duration) -> Result<(), Failure> {
    driver.restart(&before.id).map_err(|error| failure(&error))?;
    let until = Instant::now() + patience;
    let mut last = before.clone();
    while Instant::now() < until {
        std::thread::sleep(Duration::from_millis(50));
        let all = driver.instances(&before.service, &before.environment).map_err(|error| failure(&error))?;
        let Some(now) = all.into_iter().find(|seen| seen.id == before.id) else {
            return Err(Failure::environment(format!("{} ended and is gone", before.id.0)));
        };
        if now.state == InstanceState::Ready && now.pid != before.pid {
            return Ok(());
        }
        if let (InstanceState::CrashLooping { last }, true) = (&now.state, now.since != before.since) {
            return Err(Failure::environment(format!("{} does not come back: {last}", before.id.0)));
        }
        last = now;
    }
    let why = last.not_ready.or(last.last_end).unwrap_or_else(|| "it has not answered".into());
    let message = format!("{} is not ready again in time; the others were left alone", before.id.0);
    Err(Failure::environment(message).cause(why).hint(format!("callsheet logs --instance {}", before.id.0)))
}
