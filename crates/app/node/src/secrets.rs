//! Secrets at the moment of use: what a step or an instance is given, resolved anew each time, so that a rotation reaches whatever starts
//! after it. Nothing of it is journaled.

use std::collections::BTreeMap;
use std::path::Path;

use callsheet_base::Secret;
use callsheet_keeper::NamedSecret;
use callsheet_plan::{Plan, ServiceSpec};
use callsheet_secret_stores::rotate::words;
use callsheet_secret_stores::{Ground, Keyring, Readable};
use callsheet_secrets::{Reference, SecretName};

use crate::standing::{Resolved, resolve};
use crate::surroundings::Surroundings;

/// How often a book that changes meanwhile is read again.
const TRIES: usize = 10;

/// What instances of a service are given: what it names as `secrets`, from the environment's book where that has it, else from variables and
/// files; and the variables that refer to a secret. The book goes first: a variable that somebody set before a rotation is stale after it. All of
/// it is of one moment: a key and the one before it belong together.
pub fn for_service(spec: &ServiceSpec, keyring: &Keyring, variable: impl Fn(&str) -> Option<String>) -> Resolved {
    let mut tries = 0;
    loop {
        let before = keyring.book().page().ok();
        let resolved = at_one_time(spec, keyring, &variable);
        tries += 1;
        if tries == TRIES || before == keyring.book().page().ok() {
            return resolved;
        }
    }
}

fn at_one_time(spec: &ServiceSpec, keyring: &Keyring, variable: impl Fn(&str) -> Option<String>) -> Resolved {
    let named = spec.secrets.iter().filter_map(|name| Some((name, kept(name, keyring)?)));
    let wanted: BTreeMap<&String, Reference> = spec.references().chain(named).collect();
    let mut resolved = resolve(spec.secrets.iter().filter(|name| !wanted.contains_key(name)), variable);
    for (name, reference) in wanted {
        match keyring.resolve(&reference) {
            Ok(Some(value)) => drop(resolved.secrets.insert(name.clone(), value)),
            // No other version is accepted now.
            Ok(None) => {}
            Err(error) => resolved.faults.push(format!("{name} ({reference}): {}", words(&error))),
        }
    }
    resolved
}

/// A reference to what the environment's book keeps under that name.
fn kept(name: &str, keyring: &Keyring) -> Option<Reference> {
    let name: SecretName = name.parse().ok()?;
    // A book that cannot be read is said where a value of it is needed by its reference.
    keyring.entry(&name).ok().flatten().map(|_| Reference::current(name))
}

/// What the environment's book adds to a run's surroundings.
pub(crate) struct OfRun {
    keyring: Keyring,
}

impl OfRun {
    pub(crate) fn new(plan: &Plan, root: &Path, ground: &Ground) -> OfRun {
        OfRun { keyring: Keyring::new(root, &plan.environment, ground.clone()) }
    }

    pub(crate) fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// The plan's secrets that neither `around` nor the book has.
    pub(crate) fn missing(&self, plan: &Plan, around: &Surroundings) -> Vec<String> {
        let mut missing = around.missing(plan);
        missing.retain(|name| kept(name, &self.keyring).is_none());
        missing
    }

    /// The plan's secrets that `around` lacks, from the book.
    pub(crate) fn given(&self, plan: &Plan, around: &Surroundings) -> Result<Vec<(String, Secret<String>)>, String> {
        let mut given = Vec::new();
        for name in around.missing(plan) {
            let Some(reference) = kept(&name, &self.keyring) else { continue };
            let value = self.keyring.resolve(&reference).map_err(|error| words(&error))?;
            given.extend(value.map(|value| (name, value)));
        }
        Ok(given)
    }

    /// Every value of the environment's book, so that no step's output shows one. Whoever cannot read them cannot give them away.
    pub(crate) fn redacted(&self) -> Vec<NamedSecret> {
        match self.keyring.readable_values() {
            Ok(Readable { values, altered }) => {
                for name in altered {
                    tracing::warn!(%name, "a value of the environment's book was altered, so it is not hidden in output");
                }
                let named = |(name, value): (SecretName, _)| NamedSecret { name: name.to_string(), value };
                values.into_iter().map(named).collect()
            }
            Err(error) => {
                tracing::debug!(why = words(&error), "the environment's secrets cannot be read here");
                Vec::new()
            }
        }
    }
}
