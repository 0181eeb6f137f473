//! `callsheet secrets scan`: searches what is written for what must not be there. It shows where, never the value.

use std::path::PathBuf;

use callsheet_base::Secret;
use callsheet_secret_stores::scan::{Finding, Scan};
use callsheet_secret_stores::{FOLDER, Keyring, StoreError};
use callsheet_secrets::scan::Allowed;
use serde_json::json;

use super::Which;
use super::desk::{self, Desk};
use crate::commands::called::Format;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::report::plural;

/// Search logs, journal, records and Git for values and what looks like one
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Searched are the state folder (journal, output, instances' logs, file names), the working tree and Git's history, for the values of every \
environment that this machine's identity can read, in all their encodings, and for what looks like a credential. What is known and meant to be there stands \
in `secrets/allowed`: lines of `fingerprint 0123456789ab` or `path tests/*`. A known value is never allowed. Exit status 1: something was found."
)]
pub(super) struct Args {
    /// Also this file or folder; may be given often
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Not Git's history
    #[arg(long)]
    no_history: bool,
    /// Known values alone, not what only looks like a credential
    #[arg(long)]
    known: bool,
    /// Only the paths that are named
    #[arg(long, requires = "paths")]
    only: bool,
}

/// The file of what may be there.
const ALLOWED: &str = "secrets/allowed";

pub(super) fn execute(args: &Args, which: &Which, context: &Context) -> Result<Exit, Failure> {
    let desk = desk::open(which, context)?;
    let (values, unread) = values(&desk, which)?;
    let scan = Scan::new(&values, allowed(&desk)?);
    let mut scan = if args.known { scan.for_values_alone() } else { scan };
    for path in &args.paths {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
        if !path.exists() {
            return Err(Failure::user(format!("there is no `{}`", path.display())));
        }
        if path.is_dir() { scan.folder(&desk.settings.root, &path) } else { scan.file(&desk.settings.root, &path) }
    }
    if !args.only {
        whole(&mut scan, args, &desk, context)?;
    }
    scan.findings.sort();
    scan.findings.dedup();
    for name in &scan.too_short {
        context
            .screen
            .warn(&format!("the value of {name} is too short to be told from ordinary text: not searched for"))?;
    }
    for why in unread.iter().chain(&scan.unread) {
        context.screen.warn(&format!("not searched: {why}"))?;
    }
    say(&scan, values.len(), args.known, which, context)?;
    Ok(if scan.findings.is_empty() { Exit::Done } else { Exit::Failed })
}

/// State folder, tree and history.
fn whole(scan: &mut Scan, args: &Args, desk: &Desk, context: &Context) -> Result<(), Failure> {
    let (root, state) = (&desk.settings.root, &desk.settings.state);
    let is_tree = root.join(".git").exists();
    if state.exists() {
        // Without Git everything below the root is searched, once.
        if is_tree || !state.starts_with(root) {
            scan.folder(root, state);
        }
        let journal = state.join(callsheet_journal_sqlite::JOURNAL_FILE);
        if journal.exists() {
            scan.sqlite(root, &journal);
        }
    }
    if !is_tree {
        scan.folder(root, root);
        context.screen.talk("no Git repository: all files below the root were searched\n")?;
        return Ok(());
    }
    let failed = |why: String| Failure::environment("Git cannot be searched").cause(why);
    scan.tree(root).map_err(failed)?;
    if args.no_history { Ok(()) } else { scan.history(root).map_err(failed) }
}

/// The values of every book here, or of one environment; and whose could not be read.
#[allow(clippy::type_complexity, reason = "names with their values, and sentences")]
fn values(desk: &Desk, which: &Which) -> Result<(Vec<(String, Secret<String>)>, Vec<String>), Failure> {
    let mut environments = vec![desk.environment.clone()];
    if which.env.is_none() {
        let books = std::fs::read_dir(desk.settings.root.join(FOLDER)).into_iter().flatten();
        let names =
            books.filter_map(|entry| entry.ok()?.file_name().to_str()?.strip_suffix(".toml").map(str::to_owned));
        environments.extend(names.filter(|name| !name.starts_with('.')));
        environments.sort();
        environments.dedup();
    }
    let (mut all, mut unread) = (Vec::new(), Vec::new());
    for environment in environments {
        let keyring = Keyring::new(&desk.settings.root, &environment, desk.settings.config.secrets.ground());
        match keyring.all_values() {
            Ok(values) => all.extend(values),
            Err(error @ StoreError::NoIdentity { .. }) => {
                unread.push(format!("values of {environment}: {}", callsheet_secret_stores::rotate::words(&error)));
            }
            Err(error) => return Err(desk::failure(error)),
        }
    }
    Ok((all, unread))
}

/// What is meant to be there. Books are: what looks random in them is sealed.
fn allowed(desk: &Desk) -> Result<Allowed, Failure> {
    let path = desk.settings.root.join(ALLOWED);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(Failure::environment(format!("cannot read `{ALLOWED}`")).because(&error)),
    };
    let text = format!("{text}\npath {FOLDER}/*.toml\n");
    text.parse().map_err(|error: callsheet_secrets::scan::AllowError| {
        Failure::configuration(format!("`{ALLOWED}` is not understood")).because(&error)
    })
}

fn say(scan: &Scan, values: usize, only_known: bool, which: &Which, context: &Context) -> Result<(), Failure> {
    let found = scan.findings.len();
    if let Format::Json = which.format {
        let findings = scan.findings.iter().map(|one| {
            json!({ "place": one.place, "line": one.line, "what": one.what, "known": one.fingerprint.is_none(), "fingerprint": one.fingerprint })
        });
        let findings: Vec<_> = findings.collect();
        let whole = json!({
            "schema": "callsheet.secrets-scan/1", "values": values, "looked_at": scan.looked_at, "bytes": scan.bytes,
            "findings": findings,
        });
        return context.screen.data(&format!("{whole:#}\n"));
    }
    context.screen.data(&scan.findings.iter().map(line).collect::<String>())?;
    let searched = format!("{} ({} MiB)", plural(scan.looked_at as usize, "place"), scan.bytes >> 20);
    let whose = plural(values, "value");
    match found {
        0 => {
            let guesses = if only_known { "" } else { " and for what looks like one" };
            context.screen.talk(&format!("searched {searched} for {whose}{guesses}: nothing found\n"))
        }
        _ => {
            let known = scan.findings.iter().filter(|one| one.fingerprint.is_none()).count();
            context.screen.talk(&format!(
                "searched {searched} for {whose}: {} found, {known} of them known values\n",
                plural(found, "place")
            ))?;
            let hint = "rotate what stands there; what is no secret goes into `secrets/allowed` by its fingerprint";
            context.screen.talk(&format!("{}: {hint}\n", context.screen.err.bold_cyan("hint")))
        }
    }
}

fn line(one: &Finding) -> String {
    let what = match &one.fingerprint {
        None => format!("the value of {}", one.what),
        Some(print) => format!("looks like a secret ({}), fingerprint {print}", one.what),
    };
    format!("{}:{}: {what}\n", one.place, one.line)
}
