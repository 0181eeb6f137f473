//! Takes a file in: streamed to a nameless file on disk, counted, hashed and examined before anything is kept. A nameless file
//! is gone with its last handle, whether the request fails, its client leaves or the process dies.

use std::fs;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::multipart::{Field, MultipartError};
use fleet_kit::Faults;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncSeekExt, AsyncWriteExt};
use tokio::sync::Semaphore;

use super::kinds::{self, FileType, HEAD_BYTES};

use super::picture::{self, Picture, PictureError};
use crate::story::Media;

/// A client that sends nothing for so long is given up.
const SILENCE_MOST: Duration = Duration::from_secs(30);

/// Where files lie until they are found sound.
#[derive(Clone)]
pub struct Staging {
    folder: PathBuf,
    faults: Faults,
    decoding: Arc<Semaphore>,
}

/// A file that is whole and what it says.
pub struct Received {
    pub kind: &'static str,
    pub media: Media,
    /// Stands at its start.
    pub file: tokio::fs::File,
    /// Of a picture.
    pub thumbnail: Option<Vec<u8>>,
}

/// Why a file was not taken.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// Nothing was sent.
    #[error("the file is empty")]
    Empty,
    /// Its bytes are of no type we take.
    #[error("the file is none of the types taken here: {}", kinds::TAKEN)]
    Type,
    /// Larger than its kind may be.
    #[error("the file is larger than {most} bytes, the most for its kind ({kind})")]
    Size { kind: &'static str, most: u64 },
    /// The body ended early or is no form.
    #[error("the upload broke off: {0}")]
    Broken(String),
    /// Nothing came for too long.
    #[error("nothing was sent for {} s", SILENCE_MOST.as_secs())]
    Silent,
    /// Its bytes are damaged.
    #[error("{0}")]
    Damaged(String),
    /// The disk is full.
    #[error("there is no room for the file")]
    Full,
    /// Our side failed.
    #[error("staging a file: {0}")]
    Failed(String),
}

impl From<std::io::Error> for Refused {
    fn from(error: std::io::Error) -> Refused {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Refused::Full,
            _ => Refused::Failed(error.to_string()),
        }
    }
}

impl From<MultipartError> for Refused {
    fn from(error: MultipartError) -> Refused {
        Refused::Broken(error.body_text())
    }
}

impl Staging {
    /// In this folder, which is made.
    pub fn open(folder: &Path, faults: Faults) -> Result<Staging, std::io::Error> {
        fs::create_dir_all(folder)?;
        let decoding = Arc::new(Semaphore::new(picture::AT_ONCE.get()));
        Ok(Staging { folder: folder.to_owned(), faults, decoding })
    }

    /// Takes one field of a form in.
    pub async fn receive(&self, mut field: Field<'_>) -> Result<Received, Refused> {
        let given = field.file_name().unwrap_or_default().to_owned();
        let mut incoming = Incoming::begin(self).await?;
        while let Some(chunk) = next(&mut field).await? {
            incoming.add(&chunk).await?;
        }
        self.examined(incoming, &given).await
    }

    /// Takes bytes that are already here.
    pub async fn take(&self, bytes: &[u8], name: &str) -> Result<Received, Refused> {
        let mut incoming = Incoming::begin(self).await?;
        incoming.add(bytes).await?;
        self.examined(incoming, name).await
    }

    async fn examined(&self, incoming: Incoming, given: &str) -> Result<Received, Refused> {
        let (file_type, size_bytes, sha256, mut file) = incoming.finish().await?;
        let mut media = Media {
            file_name: fleet_kit::file_names::safe(given, file_type.ending),
            media_type: file_type.media_type.to_owned(),
            size_bytes,
            sha256,
            width: None,
            height: None,
            prompt: None,
            provider: None,
        };
        let mut thumbnail = None;
        match file_type.kind {
            "image" => {
                let picture = self.decoded(file.try_clone().await?).await?;
                (media.width, media.height) = (Some(picture.width), Some(picture.height));
                thumbnail = Some(picture.thumbnail);
            }
            "model_3d" if file_type.ending == "glb" => {
                check_glb(&mut file.try_clone().await?.into_std().await, size_bytes)?
            }
            _ => {}
        }
        file.seek(SeekFrom::Start(0)).await?;
        Ok(Received { kind: file_type.kind, media, file, thumbnail })
    }

    async fn decoded(&self, file: tokio::fs::File) -> Result<Picture, Refused> {
        let turn = self.decoding.clone().acquire_owned().await.map_err(|error| Refused::Failed(error.to_string()))?;
        let mut file = file.into_std().await;
        let decoding = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            file.seek(SeekFrom::Start(0))?;
            picture::examine(BufReader::new(file)).map_err(|error: PictureError| Refused::Damaged(error.to_string()))
        });
        // A decoder that panics has met a damaged picture.
        decoding.await.unwrap_or_else(|_| Err(Refused::Damaged("the picture cannot be decoded".to_owned())))
    }
}

async fn next(field: &mut Field<'_>) -> Result<Option<axum::body::Bytes>, Refused> {
    let chunk = tokio::time::timeout(SILENCE_MOST, field.chunk()).await.map_err(|_| Refused::Silent)?;
    Ok(chunk?)
}

/// The length that the header states must be the file's: a model cut off would pass otherwise.
fn check_glb(file: &mut fs::File, size_bytes: u64) -> Result<(), Refused> {
    let mut header = [0; 12];
    file.seek(SeekFrom::Start(0))?;
    let stated =
        file.read_exact(&mut header).map(|()| u32::from_le_bytes([header[8], header[9], header[10], header[11]]));
    match stated {
        Ok(stated) if u64::from(stated) == size_bytes => Ok(()),
        _ => Err(Refused::Damaged("the model is not as long as its header says".to_owned())),
    }
}

/// A file that is still coming.
struct Incoming {
    file: tokio::fs::File,
    faults: Faults,
    head: Vec<u8>,
    file_type: Option<FileType>,
    size_bytes: u64,
    hash: Sha256,
}

impl Incoming {
    async fn begin(staging: &Staging) -> Result<Incoming, Refused> {
        let folder = staging.folder.clone();
        let made = tokio::task::spawn_blocking(move || tempfile::tempfile_in(folder)).await;
        let file = made.map_err(|error| Refused::Failed(error.to_string()))??;
        Ok(Incoming {
            file: tokio::fs::File::from_std(file),
            faults: staging.faults.clone(),
            head: Vec::with_capacity(HEAD_BYTES),
            file_type: None,
            size_bytes: 0,
            hash: Sha256::new(),
        })
    }

    async fn add(&mut self, chunk: &[u8]) -> Result<(), Refused> {
        self.faults.disk_write().map_err(|_| Refused::Full)?;
        if self.file_type.is_none() {
            let missing = HEAD_BYTES - self.head.len();
            self.head.extend_from_slice(&chunk[..chunk.len().min(missing)]);
            if self.head.len() == HEAD_BYTES {
                // Known before much is written: what is nothing we take ends here.
                self.file_type = Some(kinds::told_by(&self.head).ok_or(Refused::Type)?);
            }
        }
        self.size_bytes += chunk.len() as u64;
        self.check_size()?;
        self.hash.update(chunk);
        self.file.write_all(chunk).await?;
        Ok(())
    }

    fn check_size(&self) -> Result<(), Refused> {
        let Some(file_type) = self.file_type else { return Ok(()) };
        let most = kinds::size_most(file_type.kind);
        if self.size_bytes > most { Err(Refused::Size { kind: file_type.kind, most }) } else { Ok(()) }
    }

    async fn finish(mut self) -> Result<(FileType, u64, String, tokio::fs::File), Refused> {
        if self.size_bytes == 0 {
            return Err(Refused::Empty);
        }
        let file_type = self.file_type.or_else(|| kinds::told_by(&self.head)).ok_or(Refused::Type)?;
        self.file.flush().await?;
        Ok((file_type, self.size_bytes, hex::encode(self.hash.finalize()), self.file))
    }
}
