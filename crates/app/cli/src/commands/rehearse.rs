//! `callsheet rehearse FILE#procedure`: runs a procedure in a scratch copy of the repository, and dates it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::{fs, io};

use callsheet_node::NewRun;
use callsheet_runbook::{Act, ActKind, Procedure, Step, StepKind};

use crate::actor;
use crate::commands::run::new_id;
use crate::context::Context;
use crate::execution::{self, Begin, Watch, closing, setup, surroundings};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::planning::{Opened, Values};
use crate::rehearsals::{ENVIRONMENT, reason};
use crate::state;
use crate::target::{ParamArg, Target};

/// Run a procedure in a scratch copy of the repository, and date it
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Dangerous steps and messages are not done; they are listed. Parameters come from `[environments.rehearsal]` of \
callsheet.toml. The run is on record like any other, in the environment `rehearsal`; `callsheet check --probe` reads it. \
Files are a copy; hosts, databases and services that the steps name are real. Exits as `run` does."
)]
pub struct Args {
    /// The procedure; the file alone if it holds only one
    #[arg(value_name = "FILE#PROCEDURE")]
    target: Target,
    /// A parameter's value; may be given often
    #[arg(long = "param", value_name = "NAME=VALUE")]
    params: Vec<ParamArg>,
    /// Do dangerous steps, too: for a rehearsal against systems that exist for it
    #[arg(long)]
    with_dangerous: bool,
    /// Leave a step out: its id; may be given often
    #[arg(long, value_name = "STEP")]
    without: Vec<String>,
    /// Agree to plain confirmations
    #[arg(long, short)]
    yes: bool,
}

/// Copies, runs, and ends with the run's state.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    let opened = Opened::open(&args.target, context)?;
    let procedure = opened.procedure(&args.target)?;
    let mut values = Values::gather(Some(ENVIRONMENT.to_owned()), &args.params, &args.without);
    let skipped = skipped(procedure, args.with_dangerous);
    values.leave_out.extend(skipped.iter().map(|step| step.id.to_string()));
    let mut not_done = args.without.clone();
    for step in &skipped {
        context.screen.talk(&format!("would do, line {}: {}\n", step.at.line, step.title))?;
        not_done.push(step.id.to_string());
    }
    let plan = opened.plan_asking(procedure, &mut values, context)?;
    let scratch = Scratch::of(&opened.settings.root)?;
    context.screen.talk(&format!("rehearsing in {}\n", scratch.0.display()))?;
    let new = NewRun {
        id: new_id()?,
        plan: Arc::new(plan),
        runbook: opened.source.text().to_owned(),
        actor: actor::current(),
        why: reason(procedure, &not_done),
        surroundings: surroundings(&scratch.0, values.variables.clone()),
    };
    let watch = Watch { run: new.id, actor: new.actor.clone(), yes: args.yes, state: opened.settings.state.clone() };
    let setup = setup(&opened.settings, "rehearse", new.surroundings.clone());
    execution::execute(setup, Begin::Start(Box::new(new)), &watch, context)?;
    let run = state::replay(&state::open(&opened.settings)?, watch.run)?.run;
    let (words, exit) = closing(&run, false, context.screen.err);
    context.screen.talk(&words)?;
    Ok(exit)
}

/// Steps that a rehearsal does not do: dangerous ones, and those that tell people.
fn skipped(procedure: &Procedure, with_dangerous: bool) -> Vec<&Step> {
    let tells = |act: &Act| act.kind == ActKind::Run && act.command.trim_start().starts_with("callsheet notify");
    let dangerous = |step: &Step| !step.danger.is_empty() || step.attributes.approve.is_some();
    let is_skipped = |step: &&Step| {
        step.kind == StepKind::Notify || step.acts.iter().any(tells) || dangerous(step) && !with_dangerous
    };
    procedure.steps.iter().filter(is_skipped).collect()
}

/// A copy of the working tree. Gone when dropped.
struct Scratch(PathBuf);

impl Scratch {
    /// Copies what Git keeps and what is new; without Git, everything but state and built folders.
    fn of(root: &Path) -> Result<Scratch, Failure> {
        let unable = |error: io::Error| Failure::environment("cannot copy the working tree").because(&error);
        let folder = std::env::temp_dir().join(format!("callsheet-rehearsal-{}", new_id()?));
        fs::create_dir_all(&folder).map_err(unable)?;
        let scratch = Scratch(folder);
        match kept_by_git(root) {
            Some(files) => files.iter().try_for_each(|file| copy(root, &scratch.0, file)).map_err(unable)?,
            None => copy_folder(root, &scratch.0).map_err(unable)?,
        }
        Ok(scratch)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A folder that cannot be removed is only room on the disk for temporary files.
        let _left = fs::remove_dir_all(&self.0);
    }
}

fn kept_by_git(root: &Path) -> Option<Vec<PathBuf>> {
    let mut git = Command::new("git");
    git.args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"]).current_dir(root);
    let output =
        git.stdin(Stdio::null()).stderr(Stdio::null()).output().ok().filter(|output| output.status.success())?;
    let names = String::from_utf8(output.stdout).ok()?;
    Some(names.split('\0').filter(|name| !name.is_empty()).map(PathBuf::from).collect())
}

/// Copies one file; what was deleted but is still in the index is passed over, links stay links.
fn copy(root: &Path, to: &Path, file: &Path) -> io::Result<()> {
    let (from, to) = (root.join(file), to.join(file));
    let Ok(about) = fs::symlink_metadata(&from) else { return Ok(()) };
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    if about.is_symlink() {
        return std::os::unix::fs::symlink(fs::read_link(&from)?, &to);
    }
    if about.is_file() {
        fs::copy(&from, &to)?;
    }
    Ok(())
}

fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    const LEFT: [&str; 5] = [".callsheet", ".git", "target", "node_modules", ".venv"];
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        if entry.file_type()?.is_dir() {
            if !LEFT.iter().any(|left| name == *left) {
                fs::create_dir_all(to.join(&name))?;
                copy_folder(&entry.path(), &to.join(&name))?;
            }
        } else {
            copy(from, to, Path::new(&name))?;
        }
    }
    Ok(())
}
