//! Which image a name means now.

use bollard::models::ImageInspect;
use bollard::query_parameters::CreateImageOptions;
use callsheet_base::Digest;
use futures_util::TryStreamExt;

use crate::driver::DockerDriver;
use crate::engine::{is_missing, refusal};

/// An image on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Without tag and digest: `registry.example.org/shop`.
    pub name: String,
    /// Of the registry's manifest, so that it means the same on every machine; of an image that came from no registry, its id.
    pub digest: Digest,
    /// Bytes.
    pub bytes: u64,
}

/// Why no image was found, in words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// It is not on this machine, and no registry gives it.
    #[error("the image `{reference}` is not on this machine and cannot be pulled: {why}")]
    Missing {
        /// As it was asked for.
        reference: String,
        /// The Engine's words.
        why: String,
    },
    /// The Engine says something else than was asked.
    #[error("the image `{reference}` cannot be looked at: {why}")]
    Unseen {
        /// As it was asked for.
        reference: String,
        /// What happened.
        why: String,
    },
}

impl DockerDriver {
    /// The image that `reference` (`NAME[:TAG][@DIGEST]`) names now: the one on this machine, or else the registry's, which is pulled.
    pub fn image_of(&self, reference: &str) -> Result<Image, ImageError> {
        let name = repository(reference);
        let asked = match reference.len() == name.len() {
            true => format!("{reference}:latest"),
            false => reference.to_owned(),
        };
        let docker = &self.engine.docker;
        let unseen = |why: String| ImageError::Unseen { reference: reference.to_owned(), why };
        let inspected = match self.engine.wait(docker.inspect_image(&asked)) {
            Ok(inspected) => inspected,
            Err(error) if is_missing(&error) => {
                let options = CreateImageOptions { from_image: Some(asked.clone()), ..Default::default() };
                let pulled = docker.create_image(Some(options), None, None).try_collect::<Vec<_>>();
                self.engine.wait(pulled).map_err(|error| {
                    let why = refusal(&error).map_or_else(|| error.to_string(), |(_, words)| words.to_owned());
                    ImageError::Missing { reference: reference.to_owned(), why }
                })?;
                self.engine.wait(docker.inspect_image(&asked)).map_err(|error| unseen(error.to_string()))?
            }
            Err(error) => return Err(unseen(error.to_string())),
        };
        let digest = digest(&inspected, name).ok_or_else(|| unseen("the Engine names no digest of it".into()))?;
        let bytes = inspected.size.unwrap_or_default().max(0) as u64;
        Ok(Image { name: name.to_owned(), digest, bytes })
    }
}

/// The registry's digest of this name, or the id.
fn digest(image: &ImageInspect, name: &str) -> Option<Digest> {
    let of_registry = image.repo_digests.iter().flatten().find_map(|one| {
        let (repository, digest) = one.split_once('@')?;
        (repository == name || repository.ends_with(&format!("/{name}"))).then_some(digest)
    });
    let text = of_registry.or(image.id.as_deref())?;
    text.strip_prefix("sha256:")?.parse().ok()
}

/// A reference without tag and digest. A colon before a slash is a port's.
fn repository(reference: &str) -> &str {
    let name = reference.split('@').next().unwrap_or(reference);
    match name.rsplit_once(':') {
        Some((before, tag)) if !tag.contains('/') => before,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::repository;

    #[test]
    fn names_are_found_in_references() {
        for (reference, name) in [
            ("shop", "shop"),
            ("shop:1.4", "shop"),
            ("hub.test:5000/shop", "hub.test:5000/shop"),
            ("hub.test:5000/shop:1.4", "hub.test:5000/shop"),
            ("hub.test/shop:1.4@sha256:00", "hub.test/shop"),
        ] {
            assert_eq!(repository(reference), name);
        }
    }
}
