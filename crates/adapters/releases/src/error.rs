//! What can go wrong with the store.

use std::io;
use std::path::PathBuf;

use callsheet_base::Digest;

/// Why the store could not do as told.
#[derive(Debug, thiserror::Error)]
pub enum ReleasesError {
    /// A name that cannot be a file's.
    #[error(
        "`{name}` cannot name a {what}: use letters, digits, `.`, `_`, `+` and `-`, and begin with a letter or digit"
    )]
    BadName {
        /// As given.
        name: String,
        /// `service`, `version` or `environment`.
        what: &'static str,
    },
    /// Nothing to register.
    #[error("there is nothing at {}", .0.display())]
    NoArtifact(PathBuf),
    /// A version never changes.
    #[error("version {version} of {service} is registered with other contents ({}, not {})", known.short(), given.short())]
    Changed {
        /// The service.
        service: String,
        /// The version.
        version: String,
        /// What is registered.
        known: Digest,
        /// What was given now.
        given: Digest,
    },
    /// Not registered, or pruned.
    #[error("there is no version {version} of {service}")]
    Unknown {
        /// The service.
        service: String,
        /// The version.
        version: String,
    },
    /// The copy is not what was registered.
    #[error("the copy of {service} {version} is damaged: its digest is {}, not {}", found.short(), wanted.short())]
    Damaged {
        /// The service.
        service: String,
        /// The version.
        version: String,
        /// What the manifest says.
        wanted: Digest,
        /// What is there.
        found: Digest,
    },
    /// Something in a folder that cannot be kept.
    #[error("{} cannot be kept in a release: {why}", path.display())]
    Unfit {
        /// What.
        path: PathBuf,
        /// Why.
        why: &'static str,
    },
    /// A file could not be read or written.
    #[error("cannot {operation} {}", path.display())]
    File {
        /// Verb phrase.
        operation: &'static str,
        /// Which.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
}

pub(crate) fn file<'p>(
    operation: &'static str,
    path: &'p std::path::Path,
) -> impl FnOnce(io::Error) -> ReleasesError + 'p {
    move |source| ReleasesError::File { operation, path: path.to_owned(), source }
}
