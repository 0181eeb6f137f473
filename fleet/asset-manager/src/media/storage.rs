//! Where files are kept: a folder of this machine, or a bucket that speaks S3. Objects are named by their component.

use std::path::PathBuf;
use std::sync::Arc;

use fleet_kit::Faults;
use fleet_kit::config::Secret;
use fleet_kit::health::{Checking, Dependency};
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{GetOptions, GetRange, GetResult, MultipartUpload, ObjectStore, ObjectStoreExt, PutPayload};
use serde_json::json;
use tokio::fs::File;
use tokio::io::AsyncReadExt;

use crate::story::ComponentId;

/// One part of an upload; S3 wants at least 5 MiB in all but the last.
const PART_BYTES: usize = 5 << 20;

/// Where the files lie, as configured.
#[derive(Clone, Debug)]
pub enum Place {
    /// `MEDIA_FOLDER`.
    Folder(PathBuf),
    /// `S3_BUCKET` and what belongs to it.
    Bucket {
        bucket: String,
        region: String,
        /// `S3_ENDPOINT`: another server than Amazon's.
        endpoint: Option<String>,
        /// `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`; without them the machine's own role.
        keys: Option<(String, Secret)>,
    },
}

/// Why a file was not kept, found or removed.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The folder cannot be made.
    #[error("making the media folder")]
    Folder(#[source] std::io::Error),
    /// The folder or bucket refused.
    #[error("using the media storage")]
    Store(#[from] object_store::Error),
    /// The staged file cannot be read back.
    #[error("reading the staged file")]
    Staged(#[from] std::io::Error),
    /// A drill.
    #[error("{0}")]
    Fault(#[from] fleet_kit::faults::Injected),
}

impl StorageError {
    /// Whether there is no such file.
    pub fn is_missing(&self) -> bool {
        matches!(self, StorageError::Store(object_store::Error::NotFound { .. }))
    }
}

/// The storage, whichever it is.
pub struct Storage {
    objects: Arc<dyn ObjectStore>,
    word: &'static str,
    faults: Faults,
}

/// The two objects that a component may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    File,
    Thumbnail,
}

impl Storage {
    /// Opens it; a folder is made.
    pub fn open(place: &Place, faults: Faults) -> Result<Storage, StorageError> {
        match place {
            Place::Folder(folder) => {
                std::fs::create_dir_all(folder).map_err(StorageError::Folder)?;
                let files = LocalFileSystem::new_with_prefix(folder)?.with_automatic_cleanup(true).with_fsync(true);
                Ok(Storage { objects: Arc::new(files), word: "folder", faults })
            }
            Place::Bucket { bucket, region, endpoint, keys } => {
                let mut builder = AmazonS3Builder::new().with_bucket_name(bucket).with_region(region);
                if let Some(endpoint) = endpoint {
                    builder = builder.with_endpoint(endpoint).with_allow_http(endpoint.starts_with("http://"));
                }
                if let Some((id, secret)) = keys {
                    builder = builder.with_access_key_id(id).with_secret_access_key(secret.expose());
                }
                Ok(Storage { objects: Arc::new(builder.build()?), word: "bucket", faults })
            }
        }
    }

    /// Keeps a staged file, whole or not at all; `file` is read from where it stands.
    pub async fn keep_file(&self, id: ComponentId, mut file: File) -> Result<(), StorageError> {
        self.faults.disk_write()?;
        let mut part = read_part(&mut file).await?;
        if part.len() < PART_BYTES {
            self.objects.put(&path(id, Which::File), PutPayload::from(part)).await?;
            return Ok(());
        }
        let mut upload = self.objects.put_multipart(&path(id, Which::File)).await?;
        loop {
            if let Err(error) = upload.put_part(PutPayload::from(part)).await {
                return Err(abandoned(upload, error.into()).await);
            }
            part = match read_part(&mut file).await {
                Ok(part) if part.is_empty() => break,
                Ok(part) => part,
                Err(error) => return Err(abandoned(upload, error.into()).await),
            };
        }
        match upload.complete().await {
            Ok(_) => Ok(()),
            Err(error) => Err(abandoned(upload, error.into()).await),
        }
    }

    /// Keeps a small object.
    pub async fn keep_bytes(&self, id: ComponentId, which: Which, bytes: Vec<u8>) -> Result<(), StorageError> {
        self.faults.disk_write()?;
        self.objects.put(&path(id, which), PutPayload::from(bytes)).await?;
        Ok(())
    }

    /// Opens an object, or a range of it, for streaming.
    pub async fn open_object(
        &self,
        id: ComponentId,
        which: Which,
        range: Option<GetRange>,
    ) -> Result<GetResult, StorageError> {
        self.faults.query("storage").await?;
        Ok(self.objects.get_opts(&path(id, which), GetOptions { range, ..GetOptions::default() }).await?)
    }

    /// Removes both objects of each component. What cannot be removed is logged: its row is gone, so nobody misses it.
    pub async fn remove(&self, ids: &[ComponentId]) {
        for (id, which) in ids.iter().flat_map(|id| [(*id, Which::File), (*id, Which::Thumbnail)]) {
            match self.objects.delete(&path(id, which)).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => tracing::warn!(component = %id, ?which, %error, "a file could not be removed"),
            }
        }
    }
}

async fn abandoned(mut upload: Box<dyn MultipartUpload>, error: StorageError) -> StorageError {
    if let Err(error) = upload.abort().await {
        tracing::warn!(%error, "an unfinished upload could not be abandoned");
    }
    error
}

async fn read_part(file: &mut File) -> Result<Vec<u8>, std::io::Error> {
    let mut part = Vec::new();
    file.take(PART_BYTES as u64).read_to_end(&mut part).await?;
    Ok(part)
}

fn path(id: ComponentId, which: Which) -> Path {
    Path::from_iter([
        "components",
        &id.to_string(),
        match which {
            Which::File => "file",
            Which::Thumbnail => "thumbnail",
        },
    ])
}

/// The storage as readiness sees it: whether it answers.
impl Dependency for Storage {
    fn name(&self) -> &'static str {
        "media"
    }

    fn check(&self) -> Checking<'_> {
        Box::pin(async {
            match self.objects.head(&Path::from("components/probe")).await {
                Ok(_) | Err(object_store::Error::NotFound { .. }) => Ok(json!({"kind": self.word})),
                Err(error) => {
                    tracing::error!(%error, "the media storage's check failed");
                    Err("it does not answer; the log says more".to_owned())
                }
            }
        })
    }
}
