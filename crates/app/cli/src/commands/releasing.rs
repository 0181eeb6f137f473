//! What the commands about releases share: which service is meant, which rollout is under way, and a procedure of one line.

use callsheet_access::Actor;
use callsheet_diag::SourceText;
use callsheet_engine::{Run, RunRollout};
use callsheet_node::StateFolder;
use callsheet_plan::{ServiceSpec, Work};

use crate::commands::run;
use crate::context::Context;
use crate::execution::node_failure;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::flow_files;
use crate::planning::{DEFAULT_ENVIRONMENT, Opened};
use crate::runbooks;
use crate::settings::Settings;
use crate::state;
use crate::target::Target;

/// What every command that begins a run takes.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Beginning {
    /// The environment [default: dev]
    #[arg(long, value_name = "ENV")]
    pub env: Option<String>,
    /// Why; kept in the change record
    #[arg(long, value_name = "WHY")]
    pub why: Option<String>,
    /// Agree to the plan
    #[arg(long, short)]
    pub yes: bool,
    /// Show the plan and check everything, but start nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Let the server execute it and return at once
    #[arg(long, conflicts_with = "dry_run")]
    pub detach: bool,
    /// Who asks, if another than who sits here.
    #[arg(skip)]
    pub actor: Option<Actor>,
}

impl Beginning {
    /// The environment's name.
    pub fn environment(&self) -> &str {
        self.env.as_deref().unwrap_or(DEFAULT_ENVIRONMENT)
    }
}

/// The service that is named; without a name, the only one that Callsheet runs.
pub fn service(settings: &Settings, named: Option<&str>, environment: &str) -> Result<(String, ServiceSpec), Failure> {
    let config = &settings.config;
    let runs = |name: &&String| config.service_in(name, environment).is_some();
    let known: Vec<&String> = config.services.keys().filter(runs).collect();
    let listed = || known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let name = match (named, known.as_slice()) {
        (Some(name), _) => name.to_owned(),
        (None, [only]) => (*only).clone(),
        (None, []) => {
            return Err(Failure::configuration("`callsheet.toml` says of no service how it runs")
                .hint("write `[services.NAME]` with `command = [\"…\"]`: `docs/guides/releases.md` shows it"));
        }
        (None, _) => return Err(Failure::user("name a service").hint(format!("there are {}", listed()))),
    };
    match config.service_in(&name, environment) {
        Some(spec) => Ok((name, spec.clone())),
        None => {
            let failure = Failure::configuration(format!("`callsheet.toml` does not say how `{name}` runs"))
                .hint(format!("write `[services.{name}]` with `command = [\"…\"]`"));
            Err(if known.is_empty() { failure } else { failure.hint(format!("it says so of {}", listed())) })
        }
    }
}

/// Runs a procedure of one line, as from a runbook.
pub fn carry_out(title: &str, service: &str, line: &str, how: Beginning, context: &Context) -> Result<Exit, Failure> {
    carry_out_with(title, service, line, &[], how, context)
}

/// The same with secrets of this process's environment, by their names.
pub fn carry_out_with(
    title: &str,
    service: &str,
    line: &str,
    secrets: &[String],
    how: Beginning,
    context: &Context,
) -> Result<Exit, Failure> {
    let settings = Settings::here(context)?;
    let slug = title.to_lowercase();
    // One that is a file is read by whoever needs it.
    let given: Vec<&str> = secrets.iter().map(String::as_str).filter(|name| std::env::var_os(name).is_some()).collect();
    let secrets = if given.is_empty() { String::new() } else { format!("secrets: [{}]\n", given.join(", ")) };
    let section = format!("## {title}\n\n```bash {{name={slug}}}\n{line}\n```\n");
    let runbook = match title {
        "Deploy" => runbook_with_hooks(&settings, service, how.environment())?,
        _ => None,
    };
    let (source, reading, slug) = match runbook {
        Some(runbook) => {
            // What the release has run stands in the runbook: the line is a procedure of it.
            let own = format!("{title} {service} by command").to_lowercase();
            let section = section.replacen(&format!("## {title}"), &format!("## {own}"), 1);
            let text = format!("{}\n\n{section}", runbook.text().trim_end());
            let source = SourceText::new(runbook.file.as_str(), text.as_str());
            let reading = flow_files::read(&source, &settings.root)?;
            let slug = reading.runbook.procedures.last().map_or(slug, |procedure| procedure.slug.clone());
            (source, reading, slug)
        }
        None => {
            let text = format!("---\nservice: {service}\n{secrets}---\n\n# {service}\n\n{section}");
            let source = SourceText::new("callsheet", text.as_str());
            let reading = callsheet_runbook::read(&source);
            (source, reading, slug)
        }
    };
    let target = Target { file: source.file.as_str().into(), procedure: Some(slug) };
    run::execute_opened(run::Args::of(target, how), Opened { settings, source, reading }, context)
}

/// The runbook of the service that holds the procedures that a release has run, or whose parameters its commands may use; `None`: nothing of
/// that is run.
fn runbook_with_hooks(settings: &Settings, service: &str, environment: &str) -> Result<Option<SourceText>, Failure> {
    let config = &settings.config;
    let Some(spec) = config.service_in(service, environment) else { return Ok(None) };
    let hooks = &spec.release.hooks;
    let works = || hooks.migrate.iter().chain(&hooks.smoke).chain(hooks.later.iter().map(|later| &later.work));
    let wanted = works().filter_map(|work| match work {
        Work::Procedure(slug) => Some(slug.as_str()),
        Work::Command(_) => None,
    });
    let wanted: Vec<&str> = wanted.collect();
    let listed = config.services.get(service).map_or(&[][..], |one| one.runbooks.as_slice());
    if wanted.is_empty() {
        let commands = works().filter_map(|work| match work {
            Work::Command(command) => Some(command.as_str()),
            Work::Procedure(_) => None,
        });
        return Ok(runbook_with_parameters(settings, listed, &commands.collect::<Vec<_>>()));
    }
    for path in listed {
        let source = runbooks::load(&settings.root.join(path))?;
        let procedures = callsheet_runbook::read(&source).runbook.procedures;
        if wanted.iter().all(|slug| procedures.iter().any(|procedure| procedure.slug == *slug)) {
            return Ok(Some(source));
        }
    }
    let names: Vec<String> = wanted.iter().map(|slug| format!("`#{slug}`")).collect();
    Err(Failure::configuration(format!("no runbook of `{service}` has the procedures {}", names.join(", "))).hint(
        format!("list the runbook that has them: `[services.{service}]` with `runbooks = [\"runbooks/{service}.md\"]`"),
    ))
}

/// The first of these runbooks that declares a parameter which one of the commands uses. One that cannot be read declares none: the commands
/// do without it.
fn runbook_with_parameters(settings: &Settings, listed: &[String], commands: &[&str]) -> Option<SourceText> {
    let uses = |name: &String| {
        commands.iter().any(|one| [format!("${name}"), format!("${{{name}")].iter().any(|it| one.contains(it)))
    };
    let read = listed.iter().filter_map(|path| runbooks::load(&settings.root.join(path)).ok());
    read.into_iter().find(|source| callsheet_runbook::read(source).runbook.front_matter.parameters.keys().any(uses))
}

/// A word of a `callsheet …` line.
pub fn quoted(word: &str) -> Result<String, Failure> {
    match word.contains(['\'', '\n', '<', '$', '{']) {
        true => Err(Failure::user(format!("`{word}` cannot be given here"))
            .hint("leave out quotes, line breaks, `<`, `$` and `{`")),
        false => Ok(format!("'{word}'")),
    }
}

/// A rollout that is under way, with its run.
pub struct UnderWay {
    /// The run.
    pub run: Run,

    /// The rollout.
    pub rollout: RunRollout,
}

/// Rollouts under way, of this service if one is named, the newest run first.
pub fn under_way(
    folder: &StateFolder,
    service: Option<&str>,
    environment: Option<&str>,
) -> Result<Vec<UnderWay>, Failure> {
    let open = folder.runs(true, usize::MAX).map_err(|error| state::journal_failure(&error))?;
    let mut found = Vec::new();
    for summary in open {
        let Some(replayed) = folder.replay(summary.run, |_, _, _| {}).map_err(node_failure)? else { continue };
        let run = replayed.run;
        for (_, one) in run.open_rollouts() {
            let plan = one.rollout.plan();
            let meant = service.is_none_or(|name| plan.service == name)
                && environment.is_none_or(|name| plan.environment == name);
            if meant {
                found.push(UnderWay { run: run.clone(), rollout: one.clone() });
            }
        }
    }
    Ok(found)
}
