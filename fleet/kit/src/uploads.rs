//! Takes a form's file in: streamed to a nameless file on disk, counted and hashed, its type told by its first bytes, before
//! anything is kept. A nameless file is gone with its last handle, whether the request fails, its client leaves or the process dies.

use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::extract::multipart::{Field, MultipartError};
use axum::http::{StatusCode, header};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncSeekExt, AsyncWriteExt};

use crate::faults::Faults;
use crate::problem::Problem;

/// A client that sends nothing for so long is given up.
const SILENCE_MOST: Duration = Duration::from_secs(30);
/// How many of a file's first bytes its type is told by.
pub const HEAD_BYTES: usize = 64;

/// A type of file that a service takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileType {
    /// As answered with the file.
    pub media_type: &'static str,
    /// The ending of its name.
    pub ending: &'static str,
    /// The most bytes it may have.
    pub size_most: u64,
}

/// Tells a file's type by its first bytes; `None` if it is nothing that is taken.
pub type Tell = fn(&[u8]) -> Option<FileType>;

/// Where files lie until they are found sound.
#[derive(Clone)]
pub struct Staging {
    folder: PathBuf,
    faults: Faults,
}

/// A file that is whole.
#[derive(Debug)]
pub struct Staged {
    /// What it is.
    pub file_type: FileType,
    /// The client's name for it, made safe.
    pub file_name: String,
    /// Its length.
    pub size_bytes: u64,
    /// Its SHA-256, in hexadecimal digits.
    pub sha256: String,
    /// Stands at its start.
    pub file: tokio::fs::File,
}

/// Why a file was not taken.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// Nothing was sent.
    #[error("the file is empty")]
    Empty,
    /// Its bytes are of no type we take.
    #[error("the file is none of the types taken here")]
    Type,
    /// Larger than its type may be.
    #[error("the file is larger than {0} bytes, the most for its type")]
    Size(u64),
    /// The body ended early or is no form.
    #[error("the upload broke off: {0}")]
    Broken(String),
    /// Nothing came for too long.
    #[error("nothing was sent for {} s", SILENCE_MOST.as_secs())]
    Silent,
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

impl From<Refused> for Problem {
    fn from(why: Refused) -> Problem {
        let detail = why.to_string();
        let (status, slug) = match why {
            Refused::Size(_) => {
                // The rest of the body is not waited for.
                return Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", detail)
                    .with_header(header::CONNECTION, header::HeaderValue::from_static("close"));
            }
            Refused::Type => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type"),
            Refused::Empty => (StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
            Refused::Broken(_) => (StatusCode::BAD_REQUEST, "malformed"),
            Refused::Silent => (StatusCode::REQUEST_TIMEOUT, "timeout"),
            Refused::Full => (StatusCode::INSUFFICIENT_STORAGE, "storage"),
            Refused::Failed(_) => return Problem::internal("taking a file in", &detail),
        };
        Problem::new(status, slug, detail)
    }
}

impl Staging {
    /// In this folder, which is made.
    pub fn open(folder: &Path, faults: Faults) -> Result<Staging, std::io::Error> {
        std::fs::create_dir_all(folder)?;
        Ok(Staging { folder: folder.to_owned(), faults })
    }

    /// Takes one field of a form in; what is no type of ours ends with its first bytes.
    pub async fn receive(&self, mut field: Field<'_>, tell: Tell) -> Result<Staged, Refused> {
        let given = field.file_name().unwrap_or_default().to_owned();
        let folder = self.folder.clone();
        let made = tokio::task::spawn_blocking(move || tempfile::tempfile_in(folder)).await;
        let mut file = tokio::fs::File::from_std(made.map_err(|error| Refused::Failed(error.to_string()))??);
        let (mut head, mut known, mut size_bytes, mut hash) = (Vec::new(), None, 0, Sha256::new());
        while let Some(chunk) = next(&mut field).await? {
            self.faults.disk_write().map_err(|_| Refused::Full)?;
            size_bytes += chunk.len() as u64;
            if known.is_none() {
                let missing = HEAD_BYTES - head.len();
                head.extend_from_slice(&chunk[..chunk.len().min(missing)]);
                if head.len() == HEAD_BYTES {
                    known = Some(tell(&head).ok_or(Refused::Type)?);
                }
            }
            check_size(known, size_bytes)?;
            hash.update(&chunk);
            file.write_all(&chunk).await?;
        }
        if size_bytes == 0 {
            return Err(Refused::Empty);
        }
        let file_type = known.or_else(|| tell(&head)).ok_or(Refused::Type)?;
        check_size(Some(file_type), size_bytes)?;
        file.flush().await?;
        file.seek(std::io::SeekFrom::Start(0)).await?;
        let file_name = crate::file_names::safe(&given, file_type.ending);
        Ok(Staged { file_type, file_name, size_bytes, sha256: hex::encode(hash.finalize()), file })
    }
}

fn check_size(file_type: Option<FileType>, size_bytes: u64) -> Result<(), Refused> {
    match file_type {
        Some(known) if size_bytes > known.size_most => Err(Refused::Size(known.size_most)),
        _ => Ok(()),
    }
}

async fn next(field: &mut Field<'_>) -> Result<Option<axum::body::Bytes>, Refused> {
    let chunk = tokio::time::timeout(SILENCE_MOST, field.chunk()).await.map_err(|_| Refused::Silent)?;
    Ok(chunk?)
}
