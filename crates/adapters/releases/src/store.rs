//! The store: registering, finding, proving, pruning.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use callsheet_base::{Digest, Timestamp};
use callsheet_rollout::Release;

use crate::error::file;
use crate::{Freeze, Kept, Manifest, Ran, ReleasesError, Running, content, files};

/// More are not remembered.
const MOST_TURNED_BACK: usize = 100;

/// The releases of one state folder.
#[derive(Clone, Debug)]
pub struct Store {
    root: PathBuf,
}

/// A release to be registered.
#[derive(Clone, Debug)]
pub struct NewRelease<'a> {
    /// The service.
    pub service: &'a str,
    /// The version.
    pub version: &'a str,
    /// A file or folder.
    pub artifact: &'a Path,
    /// Who registers it.
    pub who: &'a str,
    /// When.
    pub when: Timestamp,
    /// Why one cannot go back from it, if so.
    pub one_way: Option<&'a str>,
}

impl Store {
    /// Of the state folder `state`; nothing is made before it is needed.
    pub fn new(state: &Path) -> Store {
        Store { root: state.join("releases") }
    }

    /// Keeps a copy under its digest. The same contents again change nothing; other contents under a known version are refused.
    pub fn register(&self, new: &NewRelease) -> Result<Manifest, ReleasesError> {
        let folder = self.service(new.service)?;
        let path = self.manifest_path(new.service, new.version)?;
        if !new.artifact.exists() {
            return Err(ReleasesError::NoArtifact(new.artifact.to_owned()));
        }
        let artifact = new.artifact.canonicalize().map_err(file("look at", new.artifact))?;
        let name = artifact.file_name().and_then(|name| name.to_str()).unwrap_or("artifact").to_owned();
        let digest = content::digest(&artifact)?;
        if let Some(known) = files::read::<Manifest>(&path)? {
            if known.digest != digest {
                let (service, version) = (new.service.to_owned(), new.version.to_owned());
                return Err(ReleasesError::Changed { service, version, known: known.digest, given: digest });
            }
            let kept = self.artifact(new.service, &known)?;
            if kept.exists() && content::digest(&kept)? == digest {
                return Ok(known);
            }
        }
        let manifest = Manifest {
            version: new.version.to_owned(),
            digest,
            image: false,
            bytes: content::size(&artifact)?,
            source: artifact.display().to_string(),
            when: new.when,
            who: new.who.to_owned(),
            one_way: new.one_way.map(str::to_owned),
            schema: None,
            name,
        };
        self.keep(&folder, &artifact, &manifest)?;
        files::write(&path, &manifest)?;
        Ok(manifest)
    }

    /// Keeps what a release says of the schema it runs on; its last word counts. Nothing said leaves what was said before.
    pub fn declare_schema(&self, service: &str, version: &str, schema: Option<&str>) -> Result<(), ReleasesError> {
        let manifest = self.find(service, version)?;
        match schema {
            Some(schema) if manifest.schema.as_deref() != Some(schema) => {
                let said = Manifest { schema: Some(schema.to_owned()), ..manifest };
                files::write(&self.manifest_path(service, version)?, &said)
            }
            _ => Ok(()),
        }
    }

    /// Copies beside, proves the copy, then names it: a crash leaves nothing that looks whole. What is there already is proved too,
    /// and replaced if it is not what it should be.
    fn keep(&self, folder: &Path, artifact: &Path, manifest: &Manifest) -> Result<(), ReleasesError> {
        let artifacts = folder.join("artifacts");
        let kept = artifacts.join(manifest.digest.to_string());
        if only(&kept)?.is_some_and(|path| content::digest(&path).is_ok_and(|found| found == manifest.digest)) {
            return Ok(());
        }
        let beside = artifacts.join(format!("new-{}-{}", files::unique(), manifest.digest.short()));
        fs::create_dir_all(&beside).map_err(file("make", &beside))?;
        let copy = beside.join(&manifest.name);
        content::copy(artifact, &copy)?;
        let found = content::digest(&copy)?;
        if found != manifest.digest {
            remove(&beside)?;
            let why = "it changed while it was copied";
            return Err(ReleasesError::Unfit { path: artifact.to_owned(), why });
        }
        files::sync_folder(&beside)?;
        let damaged = artifacts.join(format!("old-{}-{}", files::unique(), manifest.digest.short()));
        if kept.exists() {
            fs::rename(&kept, &damaged).map_err(file("move", &kept))?;
        }
        match fs::rename(&beside, &kept) {
            // Another process was quicker; it proved its copy as well.
            Err(_) if kept.exists() => remove(&beside)?,
            renamed => renamed.map_err(file("make", &kept))?,
        }
        remove(&damaged)?;
        files::sync_folder(&artifacts)
    }

    /// A registered release.
    pub fn find(&self, service: &str, version: &str) -> Result<Manifest, ReleasesError> {
        let unknown = || ReleasesError::Unknown { service: service.to_owned(), version: version.to_owned() };
        files::read(&self.manifest_path(service, version)?)?.ok_or_else(unknown)
    }

    /// All registered releases of a service, the newest first.
    pub fn list(&self, service: &str) -> Result<Vec<Manifest>, ReleasesError> {
        let folder = self.service(service)?.join("versions");
        let mut all = Vec::new();
        for path in names(&folder)? {
            if path.extension().is_some_and(|extension| extension == "json") {
                all.extend(files::read::<Manifest>(&path)?);
            }
        }
        all.sort_by(|one, other| (other.when, &other.version).cmp(&(one.when, &one.version)));
        Ok(all)
    }

    /// Services with a release or a running record.
    pub fn services(&self) -> Result<Vec<String>, ReleasesError> {
        let folders = names(&self.root)?.into_iter();
        Ok(folders.filter_map(|path| Some(path.file_name()?.to_str()?.to_owned())).collect())
    }

    /// Environments with a running record.
    pub fn environments(&self, service: &str) -> Result<Vec<String>, ReleasesError> {
        let files = names(&self.service(service)?.join("running"))?.into_iter();
        Ok(files.filter_map(|path| path.file_name()?.to_str()?.strip_suffix(".json").map(str::to_owned)).collect())
    }

    /// Where a release's contents are, after proving that they are what was registered. Of an image only its Engine can say whether it
    /// is still there.
    pub fn verified(&self, service: &str, release: &Release) -> Result<Kept, ReleasesError> {
        let manifest = self.find(service, &release.version)?;
        let path = self.artifact(service, &manifest)?;
        let damaged = |found| ReleasesError::Damaged {
            service: service.to_owned(),
            version: release.version.clone(),
            wanted: release.digest,
            found,
        };
        if manifest.digest != release.digest {
            return Err(damaged(manifest.digest));
        }
        if manifest.image {
            return Ok(Kept::Image(manifest.name));
        }
        if !path.exists() {
            return Err(damaged(Digest::ZERO));
        }
        let found = content::digest(&path)?;
        if found == release.digest { Ok(Kept::Files(path)) } else { Err(damaged(found)) }
    }

    /// What runs in an environment.
    pub fn running(&self, service: &str, environment: &str) -> Result<Running, ReleasesError> {
        Ok(files::read(&self.running_path(service, environment)?)?.unwrap_or_default())
    }

    /// Says that `ran` runs now. Durable when it returns; saying it twice changes nothing.
    pub fn runs_now(&self, service: &str, environment: &str, ran: Ran) -> Result<(), ReleasesError> {
        self.change_running(service, environment, |running| running.with(ran))
    }

    /// Says that the release that `ran.run` brought was turned back at `ran.since`. Durable when it returns; saying it twice changes nothing.
    pub fn was_turned_back(&self, service: &str, environment: &str, ran: Ran) -> Result<(), ReleasesError> {
        let path = self.turned_back_path(service, environment)?;
        let mut all = self.turned_back(service, environment)?;
        if !all.iter().any(|one| one.run == ran.run) {
            all.insert(0, ran.clone());
            all.truncate(MOST_TURNED_BACK);
            files::write(&path, &all)?;
        }
        self.change_running(service, environment, |running| running.without(&ran.run))
    }

    /// Releases that were turned back, newest first, each with when and by which run it had come.
    pub fn turned_back(&self, service: &str, environment: &str) -> Result<Vec<Ran>, ReleasesError> {
        Ok(files::read(&self.turned_back_path(service, environment)?)?.unwrap_or_default())
    }

    /// Says that `ran` runs again, and what came after it is over. Durable when it returns; saying it twice changes nothing.
    pub fn went_back(&self, service: &str, environment: &str, ran: Ran) -> Result<(), ReleasesError> {
        self.change_running(service, environment, |running| running.back_at(ran))
    }

    fn change_running(
        &self,
        service: &str,
        environment: &str,
        change: impl FnOnce(Running) -> Running,
    ) -> Result<(), ReleasesError> {
        let before = self.running(service, environment)?;
        let after = change(before.clone());
        if after == before { Ok(()) } else { files::write(&self.running_path(service, environment)?, &after) }
    }

    /// Lets nothing new go out. Durable when it returns.
    pub fn freeze(&self, freeze: &Freeze) -> Result<(), ReleasesError> {
        files::write(&self.freeze_path(), freeze)
    }

    /// Ends a freeze; one that is no more is as wanted.
    pub fn thaw(&self) -> Result<(), ReleasesError> {
        let path = self.freeze_path();
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(file("remove", &path)(error)),
            _ => Ok(()),
        }
    }

    /// The freeze that holds at this instant.
    pub fn frozen(&self, now: Timestamp) -> Result<Option<Freeze>, ReleasesError> {
        Ok(files::read::<Freeze>(&self.freeze_path())?.filter(|freeze| freeze.holds(now)))
    }

    /// Lets nothing go out of CI by itself. Durable when it returns.
    pub fn freeze_automatic(&self, freeze: &Freeze) -> Result<(), ReleasesError> {
        files::write(&self.automatic_path(), freeze)
    }

    /// Ends that.
    pub fn thaw_automatic(&self) -> Result<(), ReleasesError> {
        let path = self.automatic_path();
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(file("remove", &path)(error)),
            _ => Ok(()),
        }
    }

    /// The freeze of what goes out by itself that holds at this instant.
    pub fn automatic_frozen(&self, now: Timestamp) -> Result<Option<Freeze>, ReleasesError> {
        Ok(files::read::<Freeze>(&self.automatic_path())?.filter(|freeze| freeze.holds(now)))
    }

    fn automatic_path(&self) -> PathBuf {
        self.root.with_file_name("freeze-automatic.json")
    }

    fn freeze_path(&self) -> PathBuf {
        self.root.with_file_name("freeze.json")
    }

    /// Forgets the oldest releases beyond `keep`, but none that runs somewhere, ran there last before, or is in `in_use`.
    /// Returns their versions.
    pub fn prune(&self, service: &str, keep: usize, in_use: &[Release]) -> Result<Vec<String>, ReleasesError> {
        let mut needed: BTreeSet<String> = in_use.iter().map(|release| release.version.clone()).collect();
        for path in names(&self.service(service)?.join("running"))? {
            let running = files::read::<Running>(&path)?.unwrap_or_default();
            needed.extend([running.current(), running.before()].into_iter().flatten().map(|one| one.version.clone()));
        }
        let all = self.list(service)?;
        let (old, mut kept): (Vec<_>, Vec<_>) = {
            let mut counted = 0;
            all.into_iter().partition(|manifest| {
                counted += 1;
                counted > keep && !needed.contains(&manifest.version)
            })
        };
        for manifest in &old {
            let path = self.manifest_path(service, &manifest.version)?;
            fs::remove_file(&path).map_err(file("remove", &path))?;
            kept.retain(|one| one.version != manifest.version);
            self.forget_how(service, manifest)?;
            if !kept.iter().any(|one| one.digest == manifest.digest) {
                remove(&self.service(service)?.join("artifacts").join(manifest.digest.to_string()))?;
            }
        }
        Ok(old.into_iter().map(|manifest| manifest.version).collect())
    }

    /// Where the contents are: under the name that they were kept with first, which an equal release of another name shares.
    fn artifact(&self, service: &str, manifest: &Manifest) -> Result<PathBuf, ReleasesError> {
        let folder = self.service(service)?.join("artifacts").join(manifest.digest.to_string());
        Ok(only(&folder)?.unwrap_or_else(|| folder.join(&manifest.name)))
    }

    pub(crate) fn service(&self, service: &str) -> Result<PathBuf, ReleasesError> {
        Ok(self.root.join(name(service, "service")?))
    }

    pub(crate) fn manifest_path(&self, service: &str, version: &str) -> Result<PathBuf, ReleasesError> {
        Ok(self.service(service)?.join("versions").join(format!("{}.json", name(version, "version")?)))
    }

    fn turned_back_path(&self, service: &str, environment: &str) -> Result<PathBuf, ReleasesError> {
        Ok(self.service(service)?.join("turned-back").join(format!("{}.json", name(environment, "environment")?)))
    }

    pub(crate) fn running_path(&self, service: &str, environment: &str) -> Result<PathBuf, ReleasesError> {
        Ok(self.service(service)?.join("running").join(format!("{}.json", name(environment, "environment")?)))
    }
}

/// A name that is one path component and nothing special.
fn name<'n>(name: &'n str, what: &'static str) -> Result<&'n str, ReleasesError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._+-".contains(&byte);
    let begins = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    match begins && name.len() <= 100 && name.bytes().all(plain) {
        true => Ok(name),
        false => Err(ReleasesError::BadName { name: name.to_owned(), what }),
    }
}

pub(crate) fn names(folder: &Path) -> Result<Vec<PathBuf>, ReleasesError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(file("list", folder)(error)),
    };
    let mut paths = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(file("list", folder))?;
    paths.sort();
    Ok(paths)
}

/// The one file or folder in it.
fn only(folder: &Path) -> Result<Option<PathBuf>, ReleasesError> {
    Ok(names(folder)?.into_iter().next())
}

fn remove(folder: &Path) -> Result<(), ReleasesError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(file("remove", folder)(error)),
        _ => Ok(()),
    }
}
