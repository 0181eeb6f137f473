//! What shell acts find around them: directory, environment, secrets. Given anew at each start and resume; never journaled.

use std::path::PathBuf;

use callsheet_base::Secret;
use callsheet_plan::Plan;
use serde::{Deserialize, Serialize};

use crate::request::wire_secrets;

/// What the person who starts or resumes a run brings along.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Surroundings {
    /// Where the run's shell starts.
    pub directory: PathBuf,
    /// Environment variables that are no secrets.
    pub variables: Vec<(String, String)>,
    /// Environment variables that are: redacted wherever they would be written.
    #[serde(with = "wire_secrets")]
    pub secrets: Vec<(String, Secret<String>)>,
}

impl Surroundings {
    /// From a process's directory and environment. Variables are secrets if the plan says so; the keeper recognises more by
    /// their names and shapes.
    pub fn new(
        directory: PathBuf,
        environment: impl IntoIterator<Item = (String, String)>,
        plan: &Plan,
    ) -> Surroundings {
        let mut surroundings = Surroundings { directory, variables: Vec::new(), secrets: Vec::new() };
        for (name, value) in environment {
            if plan.secrets.contains(&name) {
                surroundings.secrets.push((name, Secret::new(value)));
            } else {
                surroundings.variables.push((name, value));
            }
        }
        surroundings
    }

    /// A variable that is not empty, secret or not.
    pub(crate) fn value(&self, name: &str) -> Option<String> {
        let secrets = self.secrets.iter().map(|(known, value)| (known, value.expose()));
        let mut all = secrets.chain(self.variables.iter().map(|(known, value)| (known, value)));
        all.find(|(known, value)| *known == name && !value.is_empty()).map(|(_, value)| value.clone())
    }

    /// Names of the plan's secrets that are not here: without them no shell act of the run may start.
    pub fn missing(&self, plan: &Plan) -> Vec<String> {
        let secret =
            |name: &String| self.secrets.iter().any(|(known, value)| known == name && !value.expose().is_empty());
        let plain = |name: &String| self.variables.iter().any(|(known, value)| known == name && !value.is_empty());
        plan.secrets.iter().filter(|name| !secret(name) && !plain(name)).cloned().collect()
    }

    /// The same, with the plan's secrets among the secrets: for a process that gave its environment before it knew the plan.
    pub fn sorted_by(self, plan: &Plan) -> Surroundings {
        let Surroundings { directory, variables, mut secrets } = self;
        let mut sorted = Surroundings::new(directory, variables, plan);
        sorted.secrets.append(&mut secrets);
        sorted
    }
}
