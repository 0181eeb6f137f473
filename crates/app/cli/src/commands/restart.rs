//! `callsheet restart`: ends instances and starts them again, one after the other.

use std::time::{Duration, Instant};

use callsheet_rollout::{Driver, InstanceSeen, InstanceState};

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::instances::{Which, driver, failure, may};
use crate::planning::DEFAULT_ENVIRONMENT;
use crate::settings::Settings;

/// Restart a service's instances, one after the other
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    which: Which,
    /// Ask nothing
    #[arg(long)]
    yes: bool,
    /// How long each may take to be ready again
    #[arg(long, value_name = "TIME", default_value = "5m")]
    timeout: callsheet_base::Duration,
}

/// Restarts what was named; the next one only when the one before is ready, so that one that does not come back stays alone.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    if args.which.service.is_none() && args.which.instance.is_none() {
        return Err(Failure::user("say what to restart").hint("`--service NAME`, or `--instance INSTANCE`"));
    }
    let settings = Settings::here(context)?;
    let mut all = args.which.list(&settings, context)?;
    all.retain(|seen| seen.state != InstanceState::Ending);
    if all.is_empty() {
        return Err(Failure::user("no such instance runs here").hint("`callsheet instances` lists what there is"));
    }
    if let Some((question, environment)) = question(&all)
        && !may(&question, environment, args.yes, context)?
    {
        return Ok(Exit::Denied);
    }
    let mut driver = driver(&settings, context)?;
    for seen in &all {
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
