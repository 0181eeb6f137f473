//! The folder where media is kept, shared by all instances: a folder for each asset and each job, named by its id.

use std::io;
use std::path::{Path, PathBuf};

use fleet_kit::Faults;

use crate::ids::{AssetId, JobId};
use crate::store::Asset;

/// Where media lies.
#[derive(Clone)]
pub struct MediaFolder {
    folder: PathBuf,
    faults: Faults,
}

impl MediaFolder {
    /// Makes it if it is missing.
    pub fn open(folder: &Path, faults: Faults) -> io::Result<MediaFolder> {
        std::fs::create_dir_all(folder.join("assets"))?;
        std::fs::create_dir_all(folder.join("jobs"))?;
        // FFmpeg is given whole paths, so none can be taken for an option or an address.
        Ok(MediaFolder { folder: folder.canonicalize()?, faults })
    }

    fn asset_folder(&self, id: AssetId) -> PathBuf {
        self.folder.join("assets").join(id.to_string())
    }

    /// The file as it was uploaded.
    pub fn original(&self, asset: &Asset) -> PathBuf {
        self.asset_folder(asset.id).join(format!("original.{}", asset.ending))
    }

    pub fn thumbnail(&self, id: AssetId) -> PathBuf {
        self.asset_folder(id).join("thumbnail.jpg")
    }

    pub fn waveform(&self, id: AssetId) -> PathBuf {
        self.asset_folder(id).join("waveform.json")
    }

    /// What a job made.
    pub fn rendered(&self, id: JobId, ending: &str) -> PathBuf {
        self.folder.join("jobs").join(format!("{id}.{ending}"))
    }

    /// Where a job works until it is done.
    pub fn workshop(&self, id: JobId, attempt: i32) -> PathBuf {
        self.folder.join("jobs").join(format!("{id}.{attempt}.part"))
    }

    /// Keeps an uploaded file.
    pub async fn keep(&self, id: AssetId, ending: &str, mut file: tokio::fs::File) -> io::Result<()> {
        self.faults.disk_write().map_err(|fault| io::Error::new(io::ErrorKind::StorageFull, fault.to_string()))?;
        let folder = self.asset_folder(id);
        tokio::fs::create_dir_all(&folder).await?;
        let mut kept = tokio::fs::File::create(folder.join(format!("original.{ending}"))).await?;
        tokio::io::copy(&mut file, &mut kept).await?;
        kept.sync_all().await
    }

    /// Removes everything of these assets and jobs. What is gone already is no fault; what stays is told in the log.
    pub async fn remove(&self, assets: &[AssetId], jobs: &[(JobId, String)]) {
        for id in assets {
            note(tokio::fs::remove_dir_all(self.asset_folder(*id)).await);
        }
        for (id, ending) in jobs {
            note(tokio::fs::remove_file(self.rendered(*id, ending)).await);
        }
    }

    /// Where free space is measured.
    pub fn path(&self) -> &Path {
        &self.folder
    }
}

fn note(removed: io::Result<()>) {
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => tracing::warn!(%error, "media stays behind"),
        _ => {}
    }
}
