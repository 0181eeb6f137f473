//! Which documents are open on this instance: opened from PostgreSQL when first asked for, saved as they change, closed when idle.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use fleet_kit::Faults;
use fleet_kit::redis::Redis;
use tokio::sync::{Notify, OnceCell};
use yrs::sync::awareness::AwarenessUpdate;
use yrs::updates::encoder::Encode;
use yrs::{ReadTxn, StateVector, Transact};

use super::hub::{self, Kind, Note};
use super::room::Room;
use super::{BROADCAST_FAILURE, document};
use crate::ids::ProjectId;
use crate::store::{Store, StoreError};
use crate::timeline::Timeline;

/// Edits are gathered for so long before they are written; whoever made them still has them until then.
const SAVE_AFTER: Duration = Duration::from_millis(40);
/// A document with more rows is merged into one when it is opened.
const ROWS_MOST: usize = 32;
const IDLE_MOST: Duration = Duration::from_secs(30);

/// Why a document is not open.
#[derive(Debug, thiserror::Error)]
pub enum RoomsError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the document of project {0} cannot be read")]
    Unreadable(ProjectId),
}

type Slot = Arc<OnceCell<Arc<Room>>>;

/// The open documents; clones share them.
#[derive(Clone)]
pub struct Rooms(Arc<Shared>);

pub(super) struct Shared {
    pub(super) store: Store,
    pub(super) redis: Redis,
    pub(super) faults: Faults,
    /// Tells our own messages from others'.
    pub(super) instance: String,
    slots: Mutex<HashMap<ProjectId, Slot>>,
    pub(super) changed: Notify,
}

impl Rooms {
    /// Begins to listen to other instances and to save. Call within the runtime.
    pub fn open(store: Store, redis: Redis, faults: Faults) -> Rooms {
        let shared = Shared {
            store,
            redis,
            faults,
            instance: uuid::Uuid::now_v7().simple().to_string(),
            slots: Mutex::default(),
            changed: Notify::new(),
        };
        let rooms = Rooms(Arc::new(shared));
        tokio::spawn(hub::listen(rooms.clone()));
        tokio::spawn(hub::keep_in_step(rooms.clone()));
        tokio::spawn(rooms.clone().keep_saved());
        rooms
    }

    pub(super) fn shared(&self) -> &Shared {
        &self.0
    }

    fn slots(&self) -> MutexGuard<'_, HashMap<ProjectId, Slot>> {
        self.0.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The document, opened if it is not. The project must be there.
    pub async fn room(&self, project: ProjectId) -> Result<Arc<Room>, RoomsError> {
        let slot = self.slots().entry(project).or_default().clone();
        let room = slot.get_or_try_init(|| self.load(project)).await?.clone();
        metrics::gauge!("collaboration_documents_open").set(self.slots().len() as f64);
        Ok(room)
    }

    /// Every open document.
    pub(super) fn all(&self) -> Vec<Arc<Room>> {
        self.slots().values().filter_map(|slot| slot.get().cloned()).collect()
    }

    pub(super) fn if_open(&self, project: ProjectId) -> Option<Arc<Room>> {
        self.slots().get(&project)?.get().cloned()
    }

    async fn load(&self, project: ProjectId) -> Result<Arc<Room>, RoomsError> {
        let rows = self.0.store.updates(project).await?;
        let doc = document::of_updates(rows.iter().map(|(_, update)| update)).ok_or(RoomsError::Unreadable(project))?;
        let whole = doc.transact().encode_state_as_update_v1(&StateVector::default());
        if rows.len() > ROWS_MOST {
            let ids: Vec<i64> = rows.iter().map(|(id, _)| *id).collect();
            self.0.store.merge_updates(project, &ids, &whole).await?;
        }
        let room = Arc::new(Room::new(project, doc, whole.len()));
        // Another instance may have what is not saved yet.
        let asked = Note::new(Kind::Ask, project, &room.state_vector());
        self.publish(&room, asked).await;
        Ok(room)
    }

    /// Edits a project's timeline, for everybody who edits it, too.
    pub async fn edit<E: From<RoomsError>>(
        &self,
        project: ProjectId,
        edit: impl FnOnce(&Timeline) -> Result<Timeline, E>,
    ) -> Result<Timeline, E> {
        let room = self.room(project).await?;
        let edited = room.edit(edit)?;
        // Who asked is told that it is done only when it is kept.
        self.save(&room).await.map_err(RoomsError::from)?;
        self.publish(&room, Note::new(Kind::Update, project, &edited.update)).await;
        Ok(edited.timeline)
    }

    /// A browser's update, to be saved and told to the other instances.
    pub(super) async fn pass_on(&self, room: &Room, update: &[u8]) {
        self.0.changed.notify_one();
        self.publish(room, Note::new(Kind::Update, room.id, update)).await;
    }

    pub(super) async fn pass_on_presence(&self, room: &Room, news: &AwarenessUpdate) {
        self.publish(room, Note::new(Kind::Presence, room.id, &news.encode_v1())).await;
    }

    /// Tells the other instances. What Redis does not take is asked for again once it does.
    pub(super) async fn publish(&self, room: &Room, note: Note) {
        let sent = if self.0.faults.is_on(BROADCAST_FAILURE) {
            Err("no message leaves this instance (fault `broadcast-failure` is switched on)".to_owned())
        } else {
            let text = note.text(&self.0.instance, |bytes| BASE64_STANDARD.encode(bytes));
            self.0.redis.publish(hub::CHANNEL, &text).await.map_err(|error| error.to_string())
        };
        if let Err(error) = sent {
            room.note_unsent();
            metrics::counter!("collaboration_publish_failures_total").increment(1);
            tracing::debug!(error, project = %room.id, "an edit was not told to other instances; they get it later");
        }
    }

    async fn save(&self, room: &Room) -> Result<(), StoreError> {
        let Some(update) = room.take_unsaved() else { return Ok(()) };
        match self.0.store.append_update(room.id, &update).await {
            Ok(()) => Ok(()),
            // The project was deleted: its edits go with it.
            Err(StoreError::Missing) => {
                self.slots().remove(&room.id);
                Err(StoreError::Missing)
            }
            Err(error) => {
                room.put_back(update);
                Err(error)
            }
        }
    }

    /// Saves every document; gives how many could not be.
    pub async fn save_all(&self) -> usize {
        let mut failed = 0;
        for room in self.all() {
            match self.save(&room).await {
                Ok(()) | Err(StoreError::Missing) => {}
                Err(error) => {
                    failed += 1;
                    tracing::warn!(%error, project = %room.id, "edits are not saved yet; they are kept and tried again");
                }
            }
        }
        failed
    }

    async fn keep_saved(self) {
        let mut pause = SAVE_AFTER;
        loop {
            tokio::select! {
                () = self.0.changed.notified() => {}
                () = tokio::time::sleep(Duration::from_secs(5)) => {}
            }
            tokio::time::sleep(pause).await;
            let failed = self.save_all().await;
            metrics::gauge!("collaboration_documents_unsaved").set(failed as f64);
            pause = if failed == 0 { SAVE_AFTER } else { (pause * 2).min(Duration::from_secs(2)) };
            if failed > 0 {
                self.0.changed.notify_one();
            }
            self.close_idle();
        }
    }

    fn close_idle(&self) {
        let mut slots = self.slots();
        // Whoever holds the room, or is about to, goes on with it: then it is not closed.
        slots.retain(|_, slot| {
            let is_used =
                |room: &Arc<Room>| Arc::strong_count(room) > 1 || !room.is_idle(IDLE_MOST) || !room.is_saved();
            Arc::strong_count(slot) > 1 || slot.get().is_some_and(is_used)
        });
        metrics::gauge!("collaboration_documents_open").set(slots.len() as f64);
    }
}
