//! The instances that this state folder's releases run as.

use std::path::PathBuf;

use callsheet_node::{Drivers, LocalGrounds};
use callsheet_rollout::{Driver, DriverError, InstanceEnded, InstanceId, InstanceSeen, InstanceState, Release};

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::planning::DEFAULT_ENVIRONMENT;
use crate::prompt;
use crate::settings::Settings;
use crate::view::line::Tone;

/// The drivers of a state folder. Processes are supervised by this program. Of an Engine that does not answer a warning is said.
pub fn driver(settings: &Settings, context: &Context) -> Result<Drivers, Failure> {
    // Also after the file was replaced by a newer one.
    let program = PathBuf::from("/proc/self/exe");
    let (drivers, missing) = Drivers::all_of(&settings.state, &program).map_err(|error| failure(&error))?;
    for error in missing {
        context.screen.warn(&format!("{error}: what runs there is not seen"))?;
    }
    Ok(drivers)
}

/// Which instances a command is about.
#[derive(Debug, Default, clap::Args)]
pub struct Which {
    /// Only this service's
    #[arg(long, value_name = "NAME")]
    pub service: Option<String>,
    /// Only those of this environment [default: in a step of a run, the run's; else all]
    #[arg(long, value_name = "NAME", alias = "env")]
    pub environment: Option<String>,
    /// Only those of this version
    #[arg(long, value_name = "VERSION")]
    pub version: Option<String>,
    /// Only this one: its name, or the end of its name
    #[arg(long, value_name = "INSTANCE")]
    pub instance: Option<String>,
}

impl Which {
    /// Whether anything was named.
    pub fn is_any(&self) -> bool {
        [&self.service, &self.environment, &self.version, &self.instance].iter().any(|named| named.is_some())
    }

    /// Those that fit, sorted by name. A state folder that does not exist has none, and is not made.
    pub fn list(&self, settings: &Settings, context: &Context) -> Result<Vec<InstanceSeen>, Failure> {
        if !LocalGrounds::instances(&settings.state).exists() {
            return Ok(Vec::new());
        }
        self.among(&mut driver(settings, context)?)
    }

    /// Those that fit among a driver's.
    pub fn among(&self, driver: &mut dyn Driver) -> Result<Vec<InstanceSeen>, Failure> {
        let mut all = driver.all().map_err(|error| failure(&error))?;
        all.retain(|seen| self.fits(&seen.id, &seen.service, &seen.environment, &seen.release));
        Ok(all)
    }

    /// Those that fit of the ones that ended, the last that did last.
    pub fn ended(&self, driver: &mut dyn Driver) -> Result<Vec<InstanceEnded>, Failure> {
        let mut all = driver.ended().map_err(|error| failure(&error))?;
        all.retain(|one| self.fits(&one.id, &one.service, &one.environment, &one.release));
        Ok(all)
    }

    fn fits(&self, id: &InstanceId, service: &str, environment: &str, release: &Release) -> bool {
        let fits = |wanted: &Option<String>, found: &str| wanted.as_ref().is_none_or(|wanted| wanted == found);
        fits(&self.service, service)
            && fits(&self.environment.clone().or_else(of_the_run), environment)
            && fits(&self.version, &release.version)
            && self.instance.as_ref().is_none_or(|end| id.0.ends_with(end.as_str()))
    }
}

/// The environment of the run of which this program is a step's child.
pub fn of_the_run() -> Option<String> {
    std::env::var("CALLSHEET_ENVIRONMENT").ok().filter(|name| !name.is_empty())
}

/// Whether a person lets it be done: outside `dev` they are asked, or must have said `--yes`.
pub fn may(question: &str, environment: &str, yes: bool, context: &Context) -> Result<bool, Failure> {
    if yes || environment == DEFAULT_ENVIRONMENT {
        return Ok(true);
    }
    if !context.screen.interactive {
        let failure = Failure::user(question).exit(Exit::Denied);
        return Err(failure.hint("say `--yes`, or run it on a terminal"));
    }
    prompt::yes(question, context)
}

/// A driver's refusal, for the person.
pub fn failure(error: &DriverError) -> Failure {
    let failure = match error {
        DriverError::Start { .. } | DriverError::Failed { .. } => Failure::environment(error.to_string()),
        DriverError::Used(_) | DriverError::Unknown(_) => Failure::user(error.to_string()),
    };
    failure.because_of(error).hint("`callsheet instances` lists what there is")
}

/// A state as one word, and how it looks.
pub fn word(state: &InstanceState) -> (&'static str, Tone) {
    match state {
        InstanceState::Starting => ("starting", Tone::Active),
        InstanceState::Ready => ("ready", Tone::Good),
        InstanceState::Ending => ("ending", Tone::Faint),
        InstanceState::BackingOff => ("backing-off", Tone::Attention),
        InstanceState::CrashLooping { .. } => ("crash-looping", Tone::Bad),
    }
}
