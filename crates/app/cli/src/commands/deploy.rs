//! `callsheet deploy SERVICE --version V`: brings a release out, as the same line in a runbook does.

use std::path::PathBuf;

use callsheet_base::Timestamp;
use callsheet_node::engine_answers;
use callsheet_releases::Store;

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
    #[arg(long, value_name = "VERSION")]
    version: String,
    /// A file or folder to register under that version first; without it the version must be registered, or be an image
    #[arg(long, value_name = "PATH")]
    artifact: Option<PathBuf>,
    /// For a service that runs in containers: the image to register under that version [default: as registered, or as configured]
    #[arg(long, value_name = "NAME", conflicts_with = "artifact")]
    image: Option<String>,
    /// Why one cannot go back from this release, if so: `callsheet rollback` then refuses
    #[arg(long, value_name = "WHY")]
    one_way: Option<String>,
    #[command(flatten)]
    how: Beginning,
}

/// Makes the procedure and runs it.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    let settings = Settings::here(context)?;
    let (service, spec) = releasing::service(&settings, args.service.as_deref(), args.how.environment())?;
    let freeze = Store::new(&settings.state).frozen(Timestamp::now());
    let freeze = freeze.map_err(|error| Failure::environment(error.to_string()).because_of(&error))?;
    if let Some(freeze) = freeze {
        return Err(Failure::user(freeze.to_string())
            .hint("`callsheet freeze --lift` ends it; `callsheet rollback` works meanwhile")
            .exit(Exit::Denied));
    }
    let mut line = format!("callsheet deploy {} --version {}", service, releasing::quoted(&args.version)?);
    if let Some(artifact) = &args.artifact {
        let path = std::path::absolute(artifact)
            .map_err(|error| Failure::environment(format!("cannot find `{}`", artifact.display())).because(&error))?;
        if !path.exists() {
            return Err(Failure::user(format!("there is nothing at `{}`", artifact.display())));
        }
        line.push_str(&format!(" --artifact {}", releasing::quoted(&path.to_string_lossy())?));
    }
    if let Some(containers) = &spec.containers {
        engine_answers(containers, &service)
            .map_err(|trouble| Failure::environment(trouble.what).hint(trouble.hint))?;
    }
    if let Some(image) = &args.image {
        line.push_str(&format!(" --image {}", releasing::quoted(image)?));
    }
    if let Some(why) = &args.one_way {
        line.push_str(&format!(" --one-way {}", releasing::quoted(why)?));
    }
    releasing::carry_out("Deploy", &service, &line, args.how, context)
}
