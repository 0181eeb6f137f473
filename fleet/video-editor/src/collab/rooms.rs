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
use super::taken::Taken;
use super::{BROADCAST_FAILURE, document};
use crate::ids::ProjectId;
use crate::store::{Store, StoreError};
use crate::timeline::Timeline;

/// Edits are gathered for so long before they are written; whoever made them still has them until then.
const SAVE_AFTER: Duration = Duration::from_millis(40);
/// A document with more rows is merged into one when it is opened.
const ROWS_MOST: usize = 32;
const IDLE_MOST: Duration = Duration::from_secs(30);

/// Why a document is not open, or an edit not kept.
#[derive(Debug, thiserror::Error)]
pub enum RoomsError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the document of project {0} cannot be read")]
    Unreadable(ProjectId),
    /// The edit was made and may have been told to others, but whether PostgreSQL has it is not known. It is tried again as long as this
    /// instance runs.
    #[error("the edit is not known to be kept")]
    NotKept(#[source] StoreError),
}

/// An edit that is made and kept.
pub struct Made {
    /// The timeline as it is now.
    pub timeline: Timeline,
    /// It was made when somebody sent it before.
    pub is_old: bool,
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

    /// Edits a project's timeline, for everybody who edits it, too. An edit that is not kept ([`RoomsError::NotKept`]) may be asked for again by
    /// the same id, at any instance: it is made once.
    pub async fn edit<E: From<RoomsError>>(
        &self,
        project: ProjectId,
        id: &str,
        edit: impl FnOnce(&Timeline) -> Result<Timeline, E>,
    ) -> Result<Made, E> {
        let room = self.room(project).await?;
        let edited = room.edit(id, edit)?;
        let is_old = edited.update.is_none();
        self.keep(room, edited.update).await.map_err(RoomsError::NotKept)?;
        Ok(Made { timeline: edited.timeline, is_old })
    }

    /// Saves an edit and tells the other instances. In a task of its own: who asked may go away meanwhile, the edit does not.
    async fn keep(&self, room: Arc<Room>, update: Option<Vec<u8>>) -> Result<(), StoreError> {
        let rooms = self.clone();
        let kept = tokio::spawn(async move {
            let saved = rooms.save(&room).await;
            if let Some(update) = update {
                rooms.publish(&room, Note::new(Kind::Update, room.id, &update)).await;
            }
            saved
        });
        // Who asked is told that it is done only when it is kept.
        let ended =
            |error: tokio::task::JoinError| StoreError::Failed { doing: "keeping an edit", cause: error.to_string() };
        kept.await.map_err(ended)?
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

    /// Returns when everything that was edited before is kept, by whomever.
    async fn save(&self, room: &Room) -> Result<(), StoreError> {
        // One at a time: what another save took and has not kept yet is not kept.
        let _turn = room.saving.lock().await;
        let Some(taken) = Taken::from(room) else { return Ok(()) };
        match self.0.store.append_update(room.id, taken.update()).await {
            Ok(()) => {
                taken.arrived();
                Ok(())
            }
            // The project was deleted: its edits go with it.
            Err(StoreError::Missing) => {
                taken.arrived();
                self.slots().remove(&room.id);
                Err(StoreError::Missing)
            }
            Err(error) => Err(error),
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

#[cfg(test)]
mod tests {
    use fleet_kit::config::Secret;
    use tokio::net::TcpListener;
    use tokio::time::timeout;
    use yrs::Doc;

    use super::*;
    use crate::generation::Generation;

    const MOMENT: Duration = Duration::from_millis(50);

    #[tokio::test]
    async fn an_edit_whose_asker_went_away_is_not_lost_and_not_called_kept() {
        // A database that takes connections and says nothing.
        let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Secret::new(format!("postgres://u:p@{}/d", silent.local_addr().unwrap()));
        let faults = Faults::new(None, vec!["database", "redis"]);
        let store = Store::open(&url, 4, faults.clone(), Generation::Second).unwrap();
        let rooms = Rooms::open(store, Redis::in_process(faults.clone()), faults);
        let room = Arc::new(Room::new(ProjectId::fresh(), Doc::new(), 0));

        room.put_back(b"an edit".to_vec());
        assert!(timeout(MOMENT, rooms.keep(room.clone(), Some(b"an edit".to_vec()))).await.is_err(), "nothing answers");
        assert!(timeout(MOMENT, rooms.save(&room)).await.is_err(), "it is not kept while it is on its way");
        assert!(timeout(MOMENT, rooms.save(&room)).await.is_err(), "nor once whoever brought it has gone");
        drop(silent);
        let back = async {
            loop {
                let turn = room.saving.lock().await;
                if !room.is_saved() {
                    break;
                }
                drop(turn);
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(Duration::from_secs(30), back).await.expect("the edit is back in the room");
        assert_eq!(room.take_unsaved().as_deref(), Some(&b"an edit"[..]));
    }
}
