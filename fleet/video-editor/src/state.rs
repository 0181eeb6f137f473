//! What every handler may use.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use fleet_kit::Faults;
use fleet_kit::passwords::Passwords;
use fleet_kit::sign_ins::SignIns;
use fleet_kit::tokens::Tokens;
use fleet_kit::uploads::Staging;

use crate::cache::Cache;
use crate::collab::Rooms;
use crate::config::{FfmpegConfig, JobsConfig, MediaLimits};
use crate::jobs::{Ffmpeg, Wake};
use crate::media::MediaFolder;
use crate::store::Store;

/// Shared by all requests.
pub type Shared = Arc<State>;

/// The service's parts.
pub struct State {
    pub store: Store,
    pub rooms: Rooms,
    pub cache: Cache,
    pub tokens: Tokens,
    pub passwords: Passwords,
    pub sign_ins: SignIns,
    pub staging: Staging,
    pub media: MediaFolder,
    pub limits: MediaLimits,
    pub ffmpeg: Arc<Ffmpeg>,
    pub ffmpeg_config: FfmpegConfig,
    pub jobs: JobsConfig,
    /// Wakes this instance's workers.
    pub wake: Wake,
    pub lock: WriteLock,
    pub faults: Faults,
    pub registration_open: bool,
    /// Origins of other sites that may open WebSockets.
    pub origins: Vec<String>,
    /// Cookies are sent by HTTPS only.
    pub secure_cookies: bool,
}

const ASK_EVERY_MS: u64 = 500;

/// Whether changes are locked, as the database said a moment ago.
#[derive(Clone, Default)]
pub struct WriteLock(Arc<AtomicBool>);

impl WriteLock {
    pub fn is_locked(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    /// What was heard of the database.
    pub fn hear(&self, is_locked: bool) {
        self.0.store(is_locked, Ordering::Release);
    }

    /// So long after changes were locked or allowed every instance that reaches the database has heard of it.
    pub const HEARD: Duration = Duration::from_millis(2 * ASK_EVERY_MS);

    /// Asks the database every half second, as long as the process runs. Only browsers that edit over WebSockets are refused by what was
    /// heard; requests ask the database, and rows of documents are held against it as they are written.
    pub async fn follow(self, store: Store) {
        loop {
            match store.maintenance().await {
                Ok(maintenance) => self.hear(maintenance.writes_locked),
                // Whoever edits a timeline is told by the database itself.
                Err(error) => tracing::debug!(%error, "whether changes are locked is not known"),
            }
            tokio::time::sleep(Duration::from_millis(ASK_EVERY_MS)).await;
        }
    }
}
