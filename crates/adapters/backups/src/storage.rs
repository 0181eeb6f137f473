//! Where backups lie: a folder, or a bucket that speaks S3. An object is there whole, or not at all.

use std::path::PathBuf;
use std::sync::Arc;

use futures_util::TryStreamExt as _;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt as _, PutMode, PutOptions, PutPayload};
use tokio::runtime::Runtime;

use crate::BackupError;

/// Where backups lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// A folder of this machine.
    Folder(PathBuf),
    /// A bucket. Credentials come from the environment (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, …) or the machine's role.
    Bucket {
        /// Its name.
        bucket: String,
        /// What all names begin with.
        prefix: String,
        /// The server, where it is not Amazon's.
        endpoint: Option<String>,
        /// Its region.
        region: Option<String>,
    },
}

/// The storage. Calls block the thread; several threads may call.
#[derive(Clone)]
pub struct Storage {
    objects: Arc<dyn ObjectStore>,
    runtime: Arc<Runtime>,
    prefix: Path,
    shown: String,
}

impl Location {
    /// `s3://BUCKET/PREFIX`, or a folder.
    pub fn parse(text: &str, endpoint: Option<String>, region: Option<String>) -> Location {
        match text.strip_prefix("s3://") {
            Some(rest) => {
                let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
                Location::Bucket { bucket: bucket.to_owned(), prefix: prefix.to_owned(), endpoint, region }
            }
            None => Location::Folder(PathBuf::from(text)),
        }
    }
}

impl std::fmt::Debug for Storage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Storage").field(&self.shown).finish()
    }
}

impl Storage {
    /// Opens it to read. A folder that is not there is not made: what should lie there may be on a disk that is not mounted.
    pub fn there(location: &Location) -> Result<Storage, BackupError> {
        match location {
            Location::Folder(folder) if !folder.is_dir() => Err(BackupError::NoFolder(folder.display().to_string())),
            _ => Storage::open(location),
        }
    }

    /// Opens it; a folder is made, for us alone.
    pub fn open(location: &Location) -> Result<Storage, BackupError> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = Arc::new(runtime.map_err(BackupError::file("cannot start the network's runtime"))?);
        match location {
            Location::Folder(folder) => {
                let refused = format!("cannot make the folder `{}`", folder.display());
                use std::os::unix::fs::DirBuilderExt as _;
                let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
                made.map_err(BackupError::file(refused.as_str()))?;
                let objects = LocalFileSystem::new_with_prefix(folder)
                    .map_err(|cause| BackupError::Storage { what: refused, cause: Box::new(cause) })?
                    .with_fsync(true)
                    .with_automatic_cleanup(true);
                let shown = folder.display().to_string();
                Ok(Storage { objects: Arc::new(objects), runtime, prefix: Path::default(), shown })
            }
            Location::Bucket { bucket, prefix, endpoint, region } => {
                // The client takes the process' provider. One that is there already is the same one: there is no other in this program.
                let _installed_before = rustls::crypto::ring::default_provider().install_default();
                let mut builder = AmazonS3Builder::from_env().with_bucket_name(bucket);
                if let Some(endpoint) = endpoint {
                    builder = builder.with_endpoint(endpoint).with_allow_http(endpoint.starts_with("http://"));
                }
                if let Some(region) = region {
                    builder = builder.with_region(region);
                }
                let shown = format!("s3://{bucket}/{prefix}");
                let objects = builder.build().map_err(|cause| BackupError::Storage {
                    what: format!("cannot use {shown}"),
                    cause: Box::new(cause),
                })?;
                Ok(Storage { objects: Arc::new(objects), runtime, prefix: Path::from(prefix.as_str()), shown })
            }
        }
    }

    /// For people.
    pub fn describe(&self) -> &str {
        &self.shown
    }

    fn path(&self, name: &str) -> Path {
        name.split('/').filter(|part| !part.is_empty()).fold(self.prefix.clone(), |path, part| path.join(part))
    }

    fn failed(&self, what: &str, name: &str) -> impl FnOnce(Error) -> BackupError {
        let what = format!("cannot {what} `{name}` in {}", self.shown);
        move |cause| BackupError::Storage { what, cause: Box::new(cause) }
    }

    /// Keeps an object, in place of an older one of that name.
    pub fn put(&self, name: &str, bytes: Vec<u8>) -> Result<(), BackupError> {
        let path = self.path(name);
        let put = async { self.objects.put(&path, PutPayload::from(bytes)).await };
        self.runtime.block_on(put).map(drop).map_err(self.failed("store", name))
    }

    /// Keeps an object unless there is one of that name; whether it did.
    pub fn put_new(&self, name: &str, bytes: Vec<u8>) -> Result<bool, BackupError> {
        let path = self.path(name);
        let options = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
        let put = async { self.objects.put_opts(&path, PutPayload::from(bytes), options).await };
        match self.runtime.block_on(put) {
            Ok(_) => Ok(true),
            Err(Error::AlreadyExists { .. }) => Ok(false),
            Err(error) => Err(self.failed("store", name)(error)),
        }
    }

    /// An object's bytes; `None` if there is none.
    pub fn get(&self, name: &str) -> Result<Option<Vec<u8>>, BackupError> {
        let path = self.path(name);
        let got = async { self.objects.get(&path).await?.bytes().await };
        match self.runtime.block_on(got) {
            Ok(bytes) => Ok(Some(bytes.into())),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(self.failed("read", name)(error)),
        }
    }

    /// The names of the folders directly within one.
    pub fn folders(&self, within: &str) -> Result<Vec<String>, BackupError> {
        let path = self.path(within);
        let listed = async { self.objects.list_with_delimiter(Some(&path)).await };
        let listed = self.runtime.block_on(listed).map_err(self.failed("list", within))?;
        let mut names: Vec<String> =
            listed.common_prefixes.iter().filter_map(|path| path.filename().map(str::to_owned)).collect();
        names.sort();
        Ok(names)
    }

    /// The names of the objects directly within a folder.
    pub fn objects(&self, within: &str) -> Result<Vec<String>, BackupError> {
        let path = self.path(within);
        let listed = async { self.objects.list_with_delimiter(Some(&path)).await };
        let listed = self.runtime.block_on(listed).map_err(self.failed("list", within))?;
        let mut names: Vec<String> =
            listed.objects.iter().filter_map(|object| object.location.filename().map(str::to_owned)).collect();
        names.sort();
        Ok(names)
    }

    /// Removes one object; none of that name is no error.
    pub fn remove(&self, name: &str) -> Result<(), BackupError> {
        let path = self.path(name);
        match self.runtime.block_on(async { self.objects.delete(&path).await }) {
            Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(self.failed("remove", name)(error)),
        }
    }

    /// Removes all objects within a folder.
    pub fn remove_all(&self, within: &str) -> Result<(), BackupError> {
        let path = self.path(within);
        let all =
            async { self.objects.list(Some(&path)).map_ok(|object| object.location).try_collect::<Vec<_>>().await };
        for location in self.runtime.block_on(all).map_err(self.failed("list", within))? {
            match self.runtime.block_on(async { self.objects.delete(&location).await }) {
                Ok(()) | Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(self.failed("remove", location.as_ref())(error)),
            }
        }
        Ok(())
    }
}
