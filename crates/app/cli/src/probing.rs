//! `check --probe`: reads a runbook's claims, has the world answer them, and judges.

mod databases;

use std::path::Path;
use std::time::Duration;

use callsheet_base::Timestamp;
use callsheet_diag::{Diagnostic, SourceText};
use callsheet_probes::{Repository, Surroundings};
use callsheet_rot::{Answer, Asked, Claim, Claimed, OwnCommand, claims, judge};
use callsheet_runbook::Reading;

use crate::context::Context;
use crate::failure::Failure;
use crate::planning::environment_variables;
use crate::rehearsals;
use crate::report::Unchecked;
use crate::runbooks::current_folder;
use crate::settings::Settings;

/// Each look at the network is given up after this long.
const PATIENCE: Duration = Duration::from_millis(1500);
/// All looks at the network together.
const WITHIN: Duration = Duration::from_secs(5);
const DAY_MS: i64 = 86_400_000;
/// Verbs that only steps have.
const VERBS: [&str; 3] = ["wait", "notify", "keeper"];

/// How far a probe may reach.
#[derive(Clone, Copy, Debug)]
pub struct Reach {
    /// Files only.
    pub offline: bool,
    /// The cluster, too.
    pub cluster: bool,
}

/// What a probe gave.
pub struct Looked {
    /// What is wrong.
    pub diagnostics: Vec<Diagnostic>,
    /// What could not be told.
    pub unchecked: Vec<Unchecked>,
}

/// Probes one runbook.
pub fn look(
    path: &Path,
    source: &SourceText,
    reading: &Reading,
    reach: Reach,
    context: &Context,
) -> Result<Looked, Failure> {
    let settings = Settings::for_runbook(context, path)?;
    let own = own_commands(&crate::cli::command());
    let claims = claims(&Asked { source, reading, own: &own });
    let repository = Repository::new(&settings.root, &current_folder()?.join(path));
    let surroundings = surroundings(&settings, reading, reach);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::environment("cannot start the network's runtime").because(&error))?;
    let (mut answers, catalogues) = runtime.block_on(async {
        let answers = callsheet_probes::answer(&claims, &repository, &surroundings);
        tokio::join!(answers, databases::catalogues(&claims, &settings, reach.offline, PATIENCE))
    });
    // A name that is still being looked up must not keep the program.
    runtime.shutdown_background();
    let rehearsals = rehearsals::read(&settings)?;
    let now = Timestamp::now();
    let today = now.as_millisecond().div_euclid(DAY_MS);
    for (claim, answer) in claims.iter().zip(&mut answers) {
        match &claim.what {
            Claimed::Table { .. } | Claimed::Column { .. } => *answer = databases::answer(&claim.what, &catalogues),
            Claimed::Review { due, .. } => *answer = if *due < today { Answer::gone() } else { Answer::There },
            Claimed::Rehearsal { slug } => *answer = rehearsals.answer(reading, slug, now),
            _ => {}
        }
    }
    Ok(judged(source, &claims, &answers))
}

fn judged(source: &SourceText, claims: &[Claim], answers: &[Answer]) -> Looked {
    let mut looked = Looked { diagnostics: Vec::new(), unchecked: Vec::new() };
    for (claim, answer) in claims.iter().zip(answers) {
        looked.diagnostics.extend(judge(source, claim, answer));
        if let Answer::Unknown(why) = answer {
            let words = source.slice(claim.span).to_owned();
            looked.unchecked.push(Unchecked { line: source.line_of(claim.span.start), words, why: why.clone() });
        }
    }
    // Two claims of one place may come to the same words.
    looked.diagnostics.dedup_by(|a, b| a.at.line == b.at.line && a.code == b.code && a.message == b.message);
    looked
}

fn surroundings(settings: &Settings, reading: &Reading, reach: Reach) -> Surroundings {
    let front = &reading.runbook.front_matter;
    let config = &settings.config;
    let mut variables: std::collections::BTreeSet<String> = environment_variables().into_keys().collect();
    variables.extend(front.parameters.keys().chain(&front.secrets).cloned());
    variables.extend(config.services.values().flat_map(|service| service.parameters.keys().cloned()));
    variables.extend(config.environments.values().flat_map(|environment| environment.parameters.keys().cloned()));
    // A secret may be declared in words and given in capitals.
    variables.extend(variables.iter().map(|name| callsheet_plan::secret_variable(name)).collect::<Vec<_>>());
    let path = std::env::var_os("PATH").unwrap_or_default();
    Surroundings {
        path: std::env::split_paths(&path).collect(),
        variables,
        offline: reach.offline,
        cluster: reach.cluster,
        timeout: PATIENCE,
        within: WITHIN,
    }
}

/// What this program understands, from its own command line.
fn own_commands(command: &clap::Command) -> OwnCommand {
    let options = command.get_arguments().filter_map(|argument| argument.get_long()).map(|long| format!("--{long}"));
    let mut own = OwnCommand {
        name: command.get_name().to_owned(),
        options: options.chain(["--help".to_owned(), "--version".to_owned()]).collect(),
        commands: command.get_subcommands().map(own_commands).collect(),
    };
    if own.name == "callsheet" {
        let verb = |name: &&str| OwnCommand { name: (*name).to_owned(), ..OwnCommand::default() };
        own.commands.extend(VERBS.iter().map(verb));
    }
    own
}
