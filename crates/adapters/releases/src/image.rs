//! Releases that are images: the Engine keeps them, the store knows their digest.

use std::path::{Path, PathBuf};

use callsheet_base::{Digest, Timestamp};

use crate::{Manifest, ReleasesError, Store, files};

/// Where a release's contents are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// A file or folder of the store, proved to be what was registered.
    Files(PathBuf),
    /// An image of this name, which the Engine holds by the release's digest.
    Image(String),
}

/// An image as its Engine knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundImage {
    /// Without tag and digest: `registry.example.org/shop`.
    pub name: String,
    /// Of the registry's manifest; of an image that came from no registry, its id.
    pub digest: Digest,
    /// Its size, bytes.
    pub bytes: u64,
}

/// An image to be registered as a release.
#[derive(Clone, Debug)]
pub struct NewImage<'a> {
    /// The service.
    pub service: &'a str,
    /// The version.
    pub version: &'a str,
    /// As it was asked for: `registry.example.org/shop:1.4.0`.
    pub reference: &'a str,
    /// What was found.
    pub found: &'a FoundImage,
    /// Who registers it.
    pub who: &'a str,
    /// When.
    pub when: Timestamp,
    /// Why one cannot go back from it, if so.
    pub one_way: Option<&'a str>,
}

impl Kept {
    /// The file or folder, if it is one.
    pub fn files(&self) -> Option<&Path> {
        match self {
            Kept::Files(path) => Some(path),
            Kept::Image(_) => None,
        }
    }
}

impl Store {
    /// Registers an image. The same one again changes nothing; another one under a known version is refused.
    pub fn register_image(&self, new: &NewImage) -> Result<Manifest, ReleasesError> {
        let path = self.manifest_path(new.service, new.version)?;
        if let Some(known) = files::read::<Manifest>(&path)? {
            return match known.digest == new.found.digest {
                true => Ok(known),
                false => Err(ReleasesError::Changed {
                    service: new.service.to_owned(),
                    version: new.version.to_owned(),
                    known: known.digest,
                    given: new.found.digest,
                }),
            };
        }
        let manifest = Manifest {
            version: new.version.to_owned(),
            digest: new.found.digest,
            name: new.found.name.clone(),
            image: true,
            bytes: new.found.bytes,
            source: new.reference.to_owned(),
            when: new.when,
            who: new.who.to_owned(),
            one_way: new.one_way.map(str::to_owned),
            schema: None,
        };
        files::write(&path, &manifest)?;
        Ok(manifest)
    }
}
