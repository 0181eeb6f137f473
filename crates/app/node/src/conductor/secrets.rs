//! Secrets of instances, asked for whenever one is started: without them none is.

use std::collections::BTreeMap;
use std::fmt;

use callsheet_base::Secret;
use callsheet_plan::ServiceSpec;

use crate::standing::Resolved;

/// Where the values of a service's secrets come from. May block for a moment.
pub trait Secrets: Send + fmt::Debug {
    /// Those that a service, so configured, gives to its instances; what is not known is left out.
    fn of(&self, spec: &ServiceSpec) -> Resolved;

    /// The value that a setting says: `$VARIABLE`, `secret://NAME`, or the text itself. `Err`: why there is none, in words.
    fn written(&self, text: &str) -> Result<Secret<String>, String>;
}

impl Secrets for BTreeMap<String, Secret<String>> {
    fn of(&self, spec: &ServiceSpec) -> Resolved {
        let found = self.iter().filter(|(name, _)| spec.secrets.contains(name));
        let secrets = found.map(|(name, value)| (name.clone(), Secret::new(value.expose().clone())));
        Resolved { secrets: secrets.collect(), faults: Vec::new() }
    }

    fn written(&self, text: &str) -> Result<Secret<String>, String> {
        let Some(name) = text.strip_prefix('$') else { return Ok(Secret::new(text.to_owned())) };
        self.get(name).cloned().ok_or_else(|| format!("the environment variable `{name}` is not set"))
    }
}

/// All of them, or why no instance can be started, in words.
pub(super) fn whole(resolved: Resolved, spec: &ServiceSpec) -> Result<BTreeMap<String, Secret<String>>, String> {
    if let Some(fault) = resolved.faults.into_iter().next() {
        return Err(format!("its secrets cannot be had: {fault}"));
    }
    let names: Vec<&str> = spec.secrets.iter().map(String::as_str).collect();
    let lacking: Vec<&str> = names.into_iter().filter(|name| !resolved.secrets.contains_key(*name)).collect();
    match lacking.as_slice() {
        [] => Ok(resolved.secrets),
        lacking => Err(format!("its secrets {} are not known here: set them and resume", lacking.join(", "))),
    }
}
