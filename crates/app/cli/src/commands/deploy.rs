//! `callsheet deploy SERVICE --version V`: brings a release out, as the same line in a runbook does.

use std::path::{Path, PathBuf};

use callsheet_base::{Duration, Timestamp};
use callsheet_node::engine_answers;
use callsheet_preflight::attestation::Attestation;
use callsheet_releases::Store;

use crate::commands::from_ci::{self, Wanted};
use crate::commands::releasing::{self, Beginning};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::settings::Settings;

/// Bring a release out: ready first, then traffic, judged step by step
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The release goes out as `[services.NAME.release]` says. A bad one is turned back by itself and the command \
exits 4. While the old instances stay warm the run goes on; a newer deploy takes over."
)]
pub struct Args {
    /// The service [default: the only one in `callsheet.toml`]
    #[arg(value_name = "SERVICE")]
    service: Option<String>,
    /// The version, as its health answer names it
    #[arg(long, value_name = "VERSION", required_unless_present = "from_ci")]
    version: Option<String>,
    /// What a CI job built and attested, as JSON: goes out only if its checks are green, and it is fresh and what it says it is
    #[arg(long, value_name = "FILE", conflicts_with_all = ["version", "image", "one_way"])]
    from_ci: Option<PathBuf>,
    /// With `--from-ci`: the commit that it must be of
    #[arg(long, value_name = "COMMIT", requires = "from_ci")]
    commit: Option<String>,
    /// A file or folder to register under that version first; without it the version must be registered, or be an image
    #[arg(long, value_name = "PATH")]
    artifact: Option<PathBuf>,
    /// For a service that runs in containers: the image to register under that version [default: as registered, or as configured]
    #[arg(long, value_name = "NAME", conflicts_with = "artifact")]
    image: Option<String>,
    /// Why one cannot go back from this release, if so: `callsheet rollback` then refuses
    #[arg(long, value_name = "WHY")]
    one_way: Option<String>,
    /// How long all traffic must do well before the command is done [default: as configured]
    #[arg(long, value_name = "DURATION", conflicts_with = "emergency")]
    soak: Option<Duration>,
    /// Go out without a soak; why, kept in the record. Refused with a release that cannot go back
    #[arg(long, value_name = "WHY")]
    emergency: Option<String>,
    /// The revisions of the database's schema that it runs on: `0007..` or `0007..0009` [default: as configured]
    #[arg(long, value_name = "REVS")]
    schema: Option<String>,
    /// PromQL that must hold while users meet it, beside what is configured; `PROMQL for 1m`: may fail for so long. May be given several times
    #[arg(long, value_name = "PROMQL")]
    condition: Vec<String>,
    #[command(flatten)]
    how: Beginning,
}

/// Makes the procedure and runs it.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    let settings = Settings::here(context)?;
    let attested = args.from_ci.as_deref().map(|file| Ok((file, attestation(file)?))).transpose()?;
    let named = args.service.as_deref().or(attested.as_ref().map(|(_, attested)| attested.service.as_str()));
    let (service, spec) = releasing::service(&settings, named, args.how.environment())?;
    let freeze = Store::new(&settings.state).frozen(Timestamp::now());
    let freeze = freeze.map_err(|error| Failure::environment(error.to_string()).because_of(&error))?;
    if let Some(freeze) = freeze {
        return Err(Failure::user(freeze.to_string())
            .hint("`callsheet freeze --lift` ends it; `callsheet rollback` works meanwhile")
            .exit(Exit::Denied));
    }
    if let Some(containers) = &spec.containers {
        engine_answers(containers, &service)
            .map_err(|trouble| Failure::environment(trouble.what).hint(trouble.hint))?;
    }
    if let Some((file, attested)) = attested {
        let wanted = Wanted {
            settings: &settings,
            service: (&service, &spec),
            environment: args.how.environment(),
            commit: args.commit.as_deref(),
            artifact: args.artifact.as_deref(),
            dry_run: args.how.dry_run,
        };
        let accepted = from_ci::accept(file, &attested, &wanted)?;
        context.screen.talk(&format!("{}: everything is green\n", file.display()))?;
        let mut how = args.how.clone();
        how.why = Some(how.why.map_or(accepted.why.clone(), |why| format!("{why}; {}", accepted.why)));
        how.actor = Some(accepted.actor);
        let line =
            format!("callsheet deploy {service} {}{}", accepted.words, going_out(&args, &service, &attested.version)?);
        return releasing::carry_out("Deploy", &service, &line, how, context);
    }
    let version = args.version.as_deref().unwrap_or_default();
    let mut line = format!("callsheet deploy {service} --version {}", releasing::quoted(version)?);
    if let Some(artifact) = &args.artifact {
        let path = std::path::absolute(artifact)
            .map_err(|error| Failure::environment(format!("cannot find `{}`", artifact.display())).because(&error))?;
        if !path.exists() {
            return Err(Failure::user(format!("there is nothing at `{}`", artifact.display())));
        }
        line.push_str(&format!(" --artifact {}", releasing::quoted(&path.to_string_lossy())?));
    }
    if let Some(image) = &args.image {
        line.push_str(&format!(" --image {}", releasing::quoted(image)?));
    }
    if let Some(why) = &args.one_way {
        line.push_str(&format!(" --one-way {}", releasing::quoted(why)?));
    }
    line.push_str(&going_out(&args, &service, version)?);
    releasing::carry_out("Deploy", &service, &line, args.how, context)
}

/// How it is to go out, if otherwise than configured, as words of the line.
fn going_out(args: &Args, service: &str, version: &str) -> Result<String, Failure> {
    let soak = args.soak.map(|soak| format!(" --soak {soak}")).unwrap_or_default();
    let emergency = match &args.emergency {
        Some(why) => format!(" --emergency {}", releasing::quoted(why)?),
        None => String::new(),
    };
    let schema = match &args.schema {
        Some(schema) => format!(" --schema {}", releasing::quoted(schema)?),
        None => String::new(),
    };
    let mut conditions = String::new();
    for condition in &args.condition {
        let known = [("{service}", service), ("{environment}", args.how.environment()), ("{version}", version)];
        let filled = known.iter().fold(condition.clone(), |text, (name, value)| text.replace(name, value));
        conditions.push_str(&format!(" --condition {}", expression(&filled)?));
    }
    Ok(soak + &emergency + &schema + &conditions)
}

/// A condition as a word of the line, which is read like a runbook's: what would be taken for a placeholder there is refused.
fn expression(text: &str) -> Result<String, Failure> {
    let angle = |(at, _): (usize, &str)| text[at + 1..].starts_with(char::is_alphabetic);
    if text.contains(['\'', '\n', '$']) || text.match_indices('<').any(angle) {
        return Err(Failure::user(format!("`--condition {text}` cannot be given here"))
            .hint("leave out `'`, `$` and line breaks, and write a blank after `<`")
            .hint("`[services.NAME.release] conditions` in `callsheet.toml` takes any PromQL"));
    }
    Ok(format!("'{text}'"))
}

fn attestation(file: &Path) -> Result<Attestation, Failure> {
    let shown = file.display();
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::user(format!("cannot read `{shown}`")).because(&error))?;
    Attestation::read(&text).map_err(|why| {
        Failure::user(format!("`{shown}` is no attestation of what was built"))
            .cause(why)
            .hint("`docs/guides/ci.md` shows what a job writes")
    })
}
