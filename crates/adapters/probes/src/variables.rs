//! Environment variables: whether anything in the repository sets them.

use callsheet_rot::Answer;
use callsheet_rot::defined;

use crate::Surroundings;
use crate::repository::Repository;

/// Whether a variable is set here or in a configuration file. Only names are looked at, never values.
pub(crate) fn variable(name: &str, repository: &Repository, surroundings: &Surroundings) -> Answer {
    if surroundings.variables.contains(name) {
        return Answer::There;
    }
    let mut candidates = Vec::new();
    for file in repository.files().iter().filter(|file| is_configuration(file)) {
        let names = repository.text(&repository.at("", file)).map(|text| defined::variables(&text)).unwrap_or_default();
        if names.contains(name) {
            return Answer::There;
        }
        candidates.extend(names.into_iter().filter(|name| name.bytes().all(|byte| !byte.is_ascii_lowercase())));
    }
    Answer::gone_near(candidates)
}

fn is_configuration(file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or_default();
    let ends = [".env", ".yml", ".yaml", ".toml", ".service", ".tf", ".tfvars", ".conf", ".ini", ".properties", ".mk"];
    let starts = [".env", "env.", "Dockerfile", "Containerfile", "Makefile", "justfile", "Procfile"];
    ends.iter().any(|end| name.ends_with(end)) || starts.iter().any(|start| name.starts_with(start))
}
