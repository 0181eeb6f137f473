//! `callsheet exec`: a command beside an instance, with what the instance has: its environment, secrets included, and its folder.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::process::Command;

use callsheet_driver_docker::{DockerDriver, Stream};
use callsheet_rollout::{InstanceSeen, InstanceState};

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::instances::{Which, driver, failure, may};
use crate::settings::Settings;

/// Run a command with an instance's environment and folder
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    which: Which,
    /// Ask nothing
    #[arg(long)]
    yes: bool,
    /// The command and its arguments, after `--`
    #[arg(value_name = "COMMAND", required = true, last = true)]
    command: Vec<String>,
}

/// Runs it on this terminal, beside the first instance that fits and is ready.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    let settings = Settings::here(context)?;
    if !args.which.is_any() {
        return Err(Failure::user("say beside which instance").hint("`--service NAME`, or `--instance INSTANCE`"));
    }
    let all = args.which.list(&settings, context)?;
    let chosen = all.iter().find(|seen| seen.state == InstanceState::Ready).or(all.first());
    let Some((seen, pid)) = chosen.and_then(|seen| Some((seen, seen.pid?))) else {
        let failure = Failure::user("no such instance has a process now");
        return Err(failure.hint("`callsheet instances` lists what there is"));
    };
    let question =
        format!("run `{}` with the secrets of {} in {}?", args.command.join(" "), seen.id.0, seen.environment);
    if !may(&question, &seen.environment, args.yes, context)? {
        return Ok(Exit::Denied);
    }
    context.screen.talk(&format!("beside {}, version {}\n", seen.id.0, seen.release.version))?;
    let drivers = driver(&settings, context)?;
    if let Some((engine, container)) = drivers.container(&seen.id) {
        return within(engine, &container, &args.command, context);
    }
    let status = beside(seen, pid, &args.command)?
        .status()
        .map_err(|error| Failure::user(format!("cannot start `{}`", args.command[0])).because(&error))?;
    if status.success() {
        return Ok(Exit::Done);
    }
    context.screen.talk(&format!("`{}` ended with {status}\n", args.command[0]))?;
    Ok(Exit::Failed)
}

/// In its container, without standard input: `docker exec -it` is for conversations.
fn within(engine: &DockerDriver, container: &str, command: &[String], context: &Context) -> Result<Exit, Failure> {
    let mut written = Ok(());
    let code = engine.exec(container, command, |stream, part| {
        let told = match stream {
            Stream::Out => context.screen.bytes(part),
            Stream::Err => context.screen.talk(&String::from_utf8_lossy(part)),
        };
        written = std::mem::replace(&mut written, Ok(())).and(told);
    });
    let code = code.map_err(|error| failure(&error))?;
    written?;
    if code == 0 {
        return Ok(Exit::Done);
    }
    context.screen.talk(&format!("`{}` ended with exit code {code}\n", command[0]))?;
    Ok(Exit::Failed)
}

fn beside(seen: &InstanceSeen, pid: u32, words: &[String]) -> Result<Command, Failure> {
    let failed = |error: std::io::Error| {
        let failure = Failure::environment(format!("cannot read the environment of {}", seen.id.0)).because(&error);
        failure.hint("only root and the user that the instance runs as can")
    };
    let environment = std::fs::read(format!("/proc/{pid}/environ")).map_err(failed)?;
    let folder = std::fs::read_link(format!("/proc/{pid}/cwd")).map_err(failed)?;
    let (program, arguments) = words.split_first().ok_or_else(|| Failure::user("no command was given"))?;
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).env_clear();
    for entry in environment.split(|byte| *byte == 0) {
        let Some(end) = entry.iter().position(|byte| *byte == b'=') else { continue };
        let (name, value) = (&entry[..end], &entry[end + 1..]);
        // It is the person's process, not one of the instance's, which end with it.
        if name != b"CALLSHEET_INSTANCE" {
            command.env(OsStr::from_bytes(name), OsStr::from_bytes(value));
        }
    }
    // A person's terminal is not the instance's.
    command.envs(std::env::var_os("TERM").map(|term| ("TERM", term)));
    Ok(command)
}
