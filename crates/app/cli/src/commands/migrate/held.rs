//! Migrations that take something away wait until no release that needs it runs any more.

use std::collections::BTreeSet;

use callsheet_migrations::compatible::{Candidate, Held, Needs, held};
use callsheet_releases::{ReleasesError, Store};

use super::Which;
use super::open::{Known, Opened};
use crate::context::Context;
use crate::failure::Failure;
use crate::instances;
use crate::planning::DEFAULT_ENVIRONMENT;
use crate::settings::Settings;

/// The first migration that waits, if one does. Nobody's releases are asked for where no service says that it rests on the database. A database
/// whose environment nobody named may be any environment's.
pub(super) fn first(opened: &Opened, known: &Known, which: &Which, context: &Context) -> Result<Option<Held>, Failure> {
    let settings = Settings::here(context)?;
    let store = Store::new(&settings.state);
    let environments = match which.env.clone().or_else(instances::of_the_run) {
        Some(environment) => vec![environment],
        None => environments(&settings, &store)?,
    };
    let mut running: Vec<(String, Option<Needs>)> = Vec::new();
    for environment in environments {
        for service in services(&settings, &environment, which.database.as_deref()) {
            running.extend(releases(&settings, &store, service, &environment, context)?);
        }
    }
    let running: Vec<Candidate> =
        running.iter().map(|(version, needs)| Candidate { version, needs: needs.as_ref() }).collect();
    Ok(held(&opened.set, &known.history, &running))
}

fn failed(error: ReleasesError) -> Failure {
    Failure::environment(error.to_string()).because_of(&error)
}

/// All that anything was released in, and those that are configured.
fn environments(settings: &Settings, store: &Store) -> Result<Vec<String>, Failure> {
    let mut all: BTreeSet<String> = settings.config.environments.keys().cloned().collect();
    all.insert(DEFAULT_ENVIRONMENT.to_owned());
    for service in settings.config.services.keys() {
        all.extend(store.environments(service).map_err(failed)?);
    }
    Ok(all.into_iter().collect())
}

/// Services whose releases rest on the database.
fn services<'s>(settings: &'s Settings, environment: &str, database: Option<&str>) -> Vec<&'s str> {
    let config = &settings.config;
    let rests = |name: &&String| {
        let spec = config.service_in(name, environment);
        let schema = spec.and_then(|spec| spec.release.schema.as_ref());
        schema.is_some_and(|schema| {
            schema.database.is_none() || database.is_none() || schema.database.as_deref() == database
        })
    };
    config.services.keys().filter(rests).map(String::as_str).collect()
}

/// What runs of a service, and what is gone back to if what comes next is turned back.
fn releases(
    settings: &Settings,
    store: &Store,
    service: &str,
    environment: &str,
    context: &Context,
) -> Result<Vec<(String, Option<Needs>)>, Failure> {
    let which = instances::Which {
        service: Some(service.to_owned()),
        environment: Some(environment.to_owned()),
        ..instances::Which::default()
    };
    let mut versions: Vec<String> =
        which.list(settings, context)?.into_iter().map(|instance| instance.release.version).collect();
    versions.extend(store.running(service, environment).map_err(failed)?.current().map(|one| one.version.clone()));
    versions.sort();
    versions.dedup();
    let needs = |version: String| {
        let said = match store.find(service, &version) {
            Ok(manifest) => manifest.schema,
            // What was never registered said nothing.
            Err(ReleasesError::Unknown { .. }) => None,
            Err(error) => return Err(failed(error)),
        };
        let needs = said.map(|text| text.parse::<Needs>()).transpose().map_err(Failure::environment)?;
        Ok((version, needs))
    };
    versions.into_iter().map(needs).collect()
}
