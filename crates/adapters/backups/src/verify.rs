//! The proof that a backup can be restored: it is, into an instance that lives only as long as the proof.

use std::path::PathBuf;
use std::time::Instant;

use callsheet_backups::{Answer, Manifest, Measured, Objectives, Query, Verification, compare};
use callsheet_base::Duration;
use jiff::Timestamp;

use crate::create::Watch;
use crate::instance::{Instance, Upto};
use crate::{BackupError, Place, Repository, log, scratch};

/// How a backup is proved.
#[derive(Clone, Debug)]
pub struct Proof {
    /// Where it came from.
    pub place: Option<Place>,
    /// Up to when it is restored.
    pub upto: Upto,
    /// What the restored database is asked.
    pub queries: Vec<Query>,
    /// What was promised.
    pub objectives: Objectives,
    /// Where the instance may lie.
    pub folder: PathBuf,
    /// Who asks.
    pub by: String,
    /// Whether it is a drill.
    pub drill: bool,
}

/// Restores, compares, asks, records. An error: it could not even be restored, which is recorded, too, where the backup itself is damaged.
pub fn verify(
    repository: &Repository,
    manifest: &Manifest,
    proof: &Proof,
    watch: Watch<'_>,
) -> Result<Verification, BackupError> {
    let began_at = Timestamp::now();
    let began = Instant::now();
    let within = std::env::temp_dir();
    // Sockets have short names, so the instance lies where temporary files do unless that is full.
    let within = if proof.folder.as_os_str().is_empty() { within } else { proof.folder.clone() };
    let folder = scratch::folder(&within)?;
    let restored = Instance::restore(repository, manifest, proof.place.as_ref(), proof.upto, folder.path(), watch);
    let restored = restored.and_then(|instance| Ok((instance.contents()?, instance)));
    let (found, instance) = match restored {
        Ok(restored) => restored,
        Err(error) => {
            // A wrong key says nothing of the backup.
            if matches!(error, BackupError::Damaged { .. } | BackupError::Tampered { .. }) {
                // That it is damaged is the news, whether or not it can be written down.
                let _recorded = repository.record(&damaged(manifest, proof, began_at, began, &error));
            }
            return Err(error);
        }
    };
    // What was counted holds for the backup's own instant alone.
    let differences = match proof.upto {
        Upto::Backup if !manifest.contents.is_empty() => compare(&manifest.contents, &found),
        _ => Vec::new(),
    };
    let answers: Vec<_> = proof.queries.iter().map(|query| instance.ask(query)).collect();
    let rto = Duration::from_millis(began.elapsed().as_millis() as u64);
    let reached = match proof.upto {
        Upto::Backup => manifest.started,
        Upto::Newest => log::reaches(repository, manifest)?.unwrap_or(manifest.ended),
        Upto::Instant(instant) => instant,
    };
    let measured = Measured { rpo: Duration::between(reached, began_at), rto };
    let verification = Verification {
        backup: manifest.id.clone(),
        at: Timestamp::now(),
        by: proof.by.clone(),
        instant: match proof.upto {
            Upto::Instant(instant) => Some(instant),
            Upto::Backup | Upto::Newest => None,
        },
        scratch: instance.describe(manifest),
        measured,
        compared: found.len(),
        differences,
        answers,
        missed: proof.objectives.missed(&measured),
        drill: proof.drill,
    };
    repository.record(&verification)?;
    Ok(verification)
}

/// The record of a backup that cannot even be restored: what held of it before holds no more.
fn damaged(
    manifest: &Manifest,
    proof: &Proof,
    began_at: Timestamp,
    began: Instant,
    error: &BackupError,
) -> Verification {
    let rto = Duration::from_millis(began.elapsed().as_millis() as u64);
    let measured = Measured { rpo: Duration::between(manifest.started, began_at), rto };
    let said = error.to_string();
    let took = measured.rto;
    Verification {
        backup: manifest.id.clone(),
        at: Timestamp::now(),
        by: proof.by.clone(),
        instant: None,
        scratch: manifest.engine.name().to_owned(),
        measured,
        compared: 0,
        differences: Vec::new(),
        answers: vec![Answer { query: "restore".to_owned(), said, good: false, took }],
        missed: Vec::new(),
        drill: proof.drill,
    }
}
