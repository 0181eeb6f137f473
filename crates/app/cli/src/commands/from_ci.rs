//! `callsheet deploy --from-ci FILE`: what a CI job built and attested goes out, if everything is green, fresh and what it says it is.

use std::path::{Path, PathBuf};

use callsheet_access::{Actor, ActorSource};
use callsheet_base::Timestamp;
use callsheet_plan::{Automatic, ServiceSpec};
use callsheet_preflight::attestation::{Asked, Attestation};
use callsheet_releases::{NewRelease, ReleasesError, Store, digest_of};

use crate::actor;
use crate::commands::releasing;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::settings::Settings;

/// What was attested, and is right.
pub struct FromCi {
    /// Version, image if it is one, as words of a `callsheet deploy` line.
    pub words: String,
    /// For the change record.
    pub why: String,
    /// Whose job it was.
    pub actor: Actor,
}

/// What is to go out.
pub struct Wanted<'a> {
    /// Configuration and state.
    pub settings: &'a Settings,
    /// The service and how it runs.
    pub service: (&'a str, &'a ServiceSpec),
    /// The environment.
    pub environment: &'a str,
    /// The commit that is expected, if one is.
    pub commit: Option<&'a str>,
    /// Where the file or folder is, if not where the attestation says.
    pub artifact: Option<&'a Path>,
    /// Nothing is registered.
    pub dry_run: bool,
}

/// Reads and judges it; a file or folder that is right is registered, so that exactly what was looked at goes out.
pub fn accept(file: &Path, attestation: &Attestation, wanted: &Wanted) -> Result<FromCi, Failure> {
    let store = Store::new(&wanted.settings.state);
    known(wanted)?;
    let (service, spec) = wanted.service;
    let now = Timestamp::now();
    let automatic = wanted.settings.config.automatic_in(wanted.environment);
    may_be_automatic(automatic, &store, wanted.environment, now)?;
    let running = store.running(service, wanted.environment).map_err(failed)?;
    let current = running.current().map(|release| store.find(service, &release.version)).and_then(Result::ok);
    let turned_back = store.turned_back(service, wanted.environment).map_err(failed)?;
    let turned_back: Vec<_> = turned_back.into_iter().map(|ran| (ran.release.digest, ran.since, ran.run)).collect();
    let asked = Asked {
        service,
        commit: wanted.commit,
        checks: &automatic.checks,
        max_age: automatic.max_age,
        now,
        runs: current.as_ref().map(|manifest| (manifest.version.as_str(), manifest.when)),
        turned_back: &turned_back,
    };
    let refusals = attestation.refusals(&asked);
    if !refusals.is_empty() {
        let failure = Failure::user(format!("`{}` is not deployed", file.display())).exit(Exit::Denied);
        return Err(refusals.into_iter().fold(failure, Failure::cause));
    }
    let actor = whose(attestation);
    let version = releasing::quoted(&attestation.version)?;
    let words = match (&attestation.image, &spec.containers) {
        (Some(image), Some(_)) => {
            format!(
                "--version {version} --image {}",
                releasing::quoted(&format!("{image}@sha256:{}", attestation.digest))?
            )
        }
        (None, None) => {
            register(file, attestation, wanted, &store, &actor)?;
            format!("--version {version}")
        }
        (image, _) => {
            let (is, runs) = if image.is_some() { ("an image", "as processes") } else { ("a file", "in containers") };
            return Err(Failure::user(format!("`{}` is of {is}, and `{service}` runs {runs}", file.display())));
        }
    };
    Ok(FromCi { words, why: attestation.words(), actor })
}

/// Nothing is registered for an environment that there is not.
fn known(wanted: &Wanted) -> Result<(), Failure> {
    let environments = &wanted.settings.config.environments;
    if environments.is_empty() || environments.contains_key(wanted.environment) {
        return Ok(());
    }
    let names: Vec<&str> = environments.keys().map(String::as_str).collect();
    Err(Failure::configuration(format!("callsheet.toml names no environment `{}`", wanted.environment))
        .hint(format!("it names: {}", names.join(", "))))
}

/// Refused where automatic deployment is switched off, in the configuration or by hand.
fn may_be_automatic(automatic: &Automatic, store: &Store, environment: &str, now: Timestamp) -> Result<(), Failure> {
    if !automatic.enabled {
        return Err(Failure::user(format!(
            "automatic deployment is switched off for `{environment}` in `callsheet.toml`"
        ))
        .hint("a person may deploy: `callsheet deploy … --version V`; `[automatic] enabled = true` switches it on")
        .exit(Exit::Denied));
    }
    match store.automatic_frozen(now).map_err(failed)? {
        Some(freeze) => Err(Failure::user(format!("automatic deployment is switched off: {freeze}"))
            .hint("`callsheet freeze --automatic --lift` switches it on; a person may deploy meanwhile")
            .exit(Exit::Denied)),
        None => Ok(()),
    }
}

fn register(
    file: &Path,
    attestation: &Attestation,
    wanted: &Wanted,
    store: &Store,
    actor: &Actor,
) -> Result<(), Failure> {
    let named = attestation.artifact.as_deref().unwrap_or_default();
    let beside = file.parent().unwrap_or(Path::new("."));
    let path: PathBuf = wanted.artifact.map_or_else(|| beside.join(named), Path::to_owned);
    if !path.exists() {
        return Err(Failure::user(format!("there is nothing at `{}`", path.display()))
            .hint("`--artifact PATH` says where it was brought to"));
    }
    let found = digest_of(&path).map_err(failed)?;
    let mismatch = |found: callsheet_base::Digest| {
        Failure::user(format!("`{}` is not what was attested", path.display()))
            .cause(format!("its digest is sha256:{found}, not sha256:{}", attestation.digest))
            .hint("build it again: it was changed, or belongs to another job")
            .exit(Exit::Denied)
    };
    if found != attestation.digest {
        return Err(mismatch(found));
    }
    if wanted.dry_run {
        return Ok(());
    }
    let who = actor.to_string();
    let new = NewRelease {
        service: wanted.service.0,
        version: &attestation.version,
        artifact: &path,
        who: &who,
        when: Timestamp::now(),
        one_way: None,
    };
    let manifest = store.register(&new).map_err(failed)?;
    // It may have been changed between the two looks; then this version is of other contents, and stays undeployed.
    if manifest.digest == attestation.digest { Ok(()) } else { Err(mismatch(manifest.digest)) }
}

/// The job's own identity: of this process if it is one, else as attested. A claim either way, and recorded as one.
fn whose(attestation: &Attestation) -> Actor {
    let here = actor::current();
    match (&here.source, &attestation.by) {
        (ActorSource::OsUser { uid }, Some(by)) => {
            Actor { name: by.name.clone(), source: ActorSource::Ci { provider: by.provider.clone(), uid: Some(*uid) } }
        }
        _ => here,
    }
}

fn failed(error: ReleasesError) -> Failure {
    Failure::environment(error.to_string()).because_of(&error)
}
