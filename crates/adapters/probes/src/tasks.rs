//! Tasks of make, npm, just, poetry and cargo; services of compose files.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use callsheet_rot::defined;
use callsheet_rot::{Answer, Runner};

use crate::repository::Repository;
use crate::{Surroundings, machine};

/// Whether a runner knows a task.
pub(crate) fn task(
    runner: Runner,
    name: &str,
    folder: &str,
    file: Option<&str>,
    repository: &Repository,
    surroundings: &Surroundings,
) -> Answer {
    if !repository.at("", folder).is_dir() {
        return Answer::Unknown(format!("the step's folder `{folder}` is gone"));
    }
    let named = file.map(|file| repository.at(folder, file));
    let file = |names: &[&str]| named.clone().or_else(|| repository.above(folder, names));
    let answer = match runner {
        Runner::Make => {
            let usual = ["GNUmakefile", "makefile", "Makefile"].iter().map(|name| repository.at(folder, name));
            make(name, folder, named.or_else(|| usual.into_iter().find(|path| path.is_file())), repository)
        }
        Runner::Npm => file(&["package.json"]).and_then(|file| {
            let scripts = defined::npm_scripts(&repository.text(&file)?)?;
            Some(Answer::there_if(scripts.contains(name), scripts))
        }),
        Runner::Just => file(&["justfile", "Justfile", ".justfile"]).and_then(|file| {
            let (recipes, open) = defined::recipes(&repository.text(&file)?);
            (!open || recipes.contains(name)).then(|| Answer::there_if(recipes.contains(name), recipes))
        }),
        Runner::Poetry => file(&["pyproject.toml"]).and_then(|file| {
            let (scripts, needs) = defined::poetry_scripts(&repository.text(&file)?)?;
            let known = scripts.contains(name) || needs.contains(name) || machine::is_known(name, surroundings);
            Some(Answer::there_if(known, scripts))
        }),
        Runner::CargoProgram => {
            cargo_programs(folder, repository).map(|names| Answer::there_if(names.contains(name), names))
        }
        Runner::CargoAlias => Some(cargo_alias(name, folder, repository, surroundings)),
    };
    answer
        .unwrap_or_else(|| Answer::Unknown("the file that defines it is not here, or hides what it defines".to_owned()))
}

fn make(target: &str, folder: &str, file: Option<PathBuf>, repository: &Repository) -> Option<Answer> {
    let mut made = defined::makefile(&repository.text(&file?)?);
    for include in std::mem::take(&mut made.includes) {
        match repository.text(&repository.at(folder, &include)) {
            Some(text) => {
                let more = defined::makefile(&text);
                made.open |= more.open || !more.includes.is_empty();
                made.targets.extend(more.targets);
                made.patterns.extend(more.patterns);
            }
            None => made.open = true,
        }
    }
    let is_file = repository.at(folder, target).exists();
    if made.has(target) || is_file && target.contains('.') {
        return Some(Answer::There);
    }
    (!made.open).then(|| Answer::gone_near(made.targets))
}

/// Programs of the workspace around `folder`; `None`: there is no Cargo.toml.
fn cargo_programs(folder: &str, repository: &Repository) -> Option<BTreeSet<String>> {
    repository.above(folder, &["Cargo.toml"])?;
    let mut names = BTreeSet::new();
    for file in repository.files() {
        let path = Path::new(file);
        let stem = |path: &Path| path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        if path.file_name().is_some_and(|name| name == "Cargo.toml") {
            let Some(manifest) = repository.text(&repository.at("", file)).and_then(|text| defined::manifest(&text))
            else {
                continue;
            };
            names.extend(manifest.programs);
            let has_main =
                path.parent().is_some_and(|folder| repository.root().join(folder).join("src/main.rs").exists());
            names.extend(manifest.package.filter(|_| has_main));
        } else if let Some(below) = file.split_once("src/bin/").map(|(_, below)| Path::new(below)) {
            match below.components().count() {
                1 => names.extend(stem(below)),
                2 if below.ends_with("main.rs") => names.extend(below.parent().and_then(stem)),
                _ => {}
            }
        }
    }
    Some(names)
}

fn cargo_alias(name: &str, folder: &str, repository: &Repository, surroundings: &Surroundings) -> Answer {
    if machine::program(&format!("cargo-{name}"), surroundings) == Answer::There {
        return Answer::There;
    }
    let file = repository.above(folder, &[".cargo/config.toml", ".cargo/config"]);
    match file.and_then(|file| repository.text(&file)).and_then(|text| defined::aliases(&text)) {
        Some(aliases) => Answer::there_if(aliases.contains(name), aliases),
        None => Answer::gone(),
    }
}

/// Whether a compose file has a service.
pub(crate) fn compose_service(files: &[String], folder: &str, name: &str, repository: &Repository) -> Answer {
    let usual = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];
    let paths: Vec<PathBuf> = match files {
        [] => repository.above(folder, &usual).into_iter().collect(),
        files => files.iter().map(|file| repository.at(folder, file)).collect(),
    };
    let read = |path: &PathBuf| repository.text(path).and_then(|text| defined::compose(&text));
    let Some(read) = paths.iter().map(read).collect::<Option<Vec<_>>>().filter(|read| !read.is_empty()) else {
        return Answer::Unknown("the compose file is not here, or cannot be read".to_owned());
    };
    let services: Vec<&String> = read.iter().flat_map(|one| &one.services).collect();
    if services.iter().any(|service| *service == name) {
        Answer::There
    } else if read.iter().any(|one| one.open) {
        Answer::Unknown("the compose file takes in others".to_owned())
    } else {
        Answer::gone_near(services)
    }
}
