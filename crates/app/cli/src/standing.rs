//! Commands about what runs outside of rollouts: how they reach it, and what they ask first.

use std::path::PathBuf;
use std::time::Duration;

use callsheet_node::{HowItRuns, LocalGrounds, NotAtHand, Place, Standing, for_service};
use callsheet_plan::ServiceSpec;
use callsheet_releases::Store;
use callsheet_rollout::InstanceSeen;
use callsheet_secret_stores::Keyring;

use crate::commands::releasing;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::settings::Settings;
use crate::state;

/// A service in an environment.
pub struct At<'a> {
    /// Configuration and state.
    pub settings: &'a Settings,
    /// The service.
    pub service: &'a str,
    /// The environment.
    pub environment: &'a str,
    /// As it is configured now.
    pub spec: &'a ServiceSpec,
}

/// Whether a run called this command: then it does, and does not begin another run.
pub fn within_a_run() -> bool {
    std::env::var_os("CALLSHEET_RUN").is_some_and(|run| !run.is_empty())
}

impl At<'_> {
    /// The books.
    pub fn store(&self) -> Store {
        Store::new(&self.settings.state)
    }

    /// Refused while a rollout is under way.
    pub fn no_rollout(&self) -> Result<(), Failure> {
        if !self.settings.state.exists() {
            return Ok(());
        }
        let folder = state::open(self.settings)?;
        let under_way = releasing::under_way(&folder, Some(self.service), Some(self.environment))?;
        let Some(one) = under_way.first() else { return Ok(()) };
        let plan = one.rollout.rollout.plan();
        let stands = plan.stands(one.rollout.rollout.phase());
        Err(Failure::user(format!("{} is under way: {stands}", plan.name()))
            .hint("wait until it is over, which `callsheet status` shows, or `callsheet rollout abort`")
            .exit(Exit::Locked))
    }

    /// Takes the service's lock.
    pub fn open(&self) -> Result<Standing, Failure> {
        let grounds = LocalGrounds::new(&self.settings.state, &PathBuf::from("/proc/self/exe"));
        let otherwise = HowItRuns { spec: self.spec.clone(), directory: self.settings.root.clone() };
        let place = Place {
            state: &self.settings.state,
            service: self.service,
            environment: self.environment,
            grounds: &grounds,
            otherwise: Some(otherwise),
            role: "command",
            patience: Duration::from_secs(5),
        };
        let ground = self.settings.config.secrets.ground();
        let keyring = Keyring::new(&self.settings.root, self.environment, ground);
        let resolved = for_service(self.spec, &keyring, |name| std::env::var(name).ok());
        if let Some(fault) = resolved.faults.first() {
            return Err(Failure::environment(fault.clone()));
        }
        Standing::open(&place, resolved.secrets).map_err(|error| match error {
            NotAtHand::Busy { .. } => Failure::user(error.to_string())
                .hint("a rollout may be under way: `callsheet status` shows it")
                .exit(Exit::Locked),
            NotAtHand::UnderWay { run, .. } => Failure::user(error.to_string())
                .hint(format!(
                    "`callsheet resume {}` goes on with it, `callsheet rollout abort` turns it back",
                    run.short()
                ))
                .exit(Exit::Locked),
            NotAtHand::NothingRuns { .. } => {
                Failure::user(error.to_string()).hint("`callsheet deploy` brings the first release out")
            }
            NotAtHand::Trouble(why) => Failure::environment(why),
        })
    }
}

/// The most memory that one of these takes, bytes.
pub fn largest(all: &[InstanceSeen]) -> u64 {
    let of = |pid: u32| kibibytes(&format!("/proc/{pid}/status"), "VmRSS:");
    all.iter().filter_map(|one| of(one.pid?)).max().unwrap_or(0)
}

/// What this machine has left, bytes. Where that cannot be read, everything.
pub fn memory_left() -> u64 {
    kibibytes("/proc/meminfo", "MemAvailable:").unwrap_or(u64::MAX)
}

/// The value of a line `NAME   123 kB`, bytes.
fn kibibytes(file: &str, name: &str) -> Option<u64> {
    let text = std::fs::read_to_string(file).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|value| value << 10)
}
