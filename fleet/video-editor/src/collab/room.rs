//! One project's document on this instance, and whoever edits it here.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use tokio::sync::broadcast;
use yrs::sync::awareness::AwarenessUpdate;
use yrs::sync::{Message, SyncMessage};
use yrs::updates::decoder::Decode;
use yrs::updates::encoder::Encode;
use yrs::{ClientID, Doc, ReadTxn, StateVector, Transact, Update};

use super::document;
use super::presence::Presence;
use crate::ids::ProjectId;
use crate::timeline::Timeline;

/// A browser that is so many messages behind is told everything anew.
const QUEUE: usize = 512;
/// What a document may grow to while it is open.
const DOCUMENT_BYTES_MOST: usize = 32 << 20;
/// Updates that build on what nobody has sent may take this much: a browser sends what it has in order.
const WAITING_BYTES_MOST: usize = 4 << 20;
/// An update that changes nothing.
const NOTHING: [u8; 2] = [0, 0];

/// A message for the browsers of this room.
#[derive(Clone)]
pub(super) struct Told {
    /// The socket it came from, which is not told; 0: from elsewhere.
    pub(super) by: u64,
    pub(super) message: Bytes,
}

/// A document that is open on this instance.
pub struct Room {
    pub(super) id: ProjectId,
    doc: Mutex<Doc>,
    presence: Mutex<Presence>,
    pub(super) browsers: broadcast::Sender<Told>,
    /// What PostgreSQL does not have yet, and nobody is bringing to it.
    unsaved: Mutex<Vec<Vec<u8>>>,
    /// Held by whoever brings it.
    pub(super) saving: tokio::sync::Mutex<()>,
    /// What other instances were not told, because Redis did not take it.
    unsent: AtomicBool,
    bytes: AtomicUsize,
    /// Bytes of updates that wait for others which came never yet.
    waiting: AtomicUsize,
    used: Mutex<Instant>,
    sockets: AtomicU64,
}

/// Why a message of a browser was not taken; said to it as the reason of the close.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Misheard {
    #[error("the message is no message of the sync protocol")]
    Unreadable,
    #[error("the document has grown too large")]
    TooLarge,
}

/// What became of a message.
#[derive(Default)]
pub(super) struct Heard {
    /// For whoever sent it.
    pub(super) reply: Option<Bytes>,
    /// News for the other instances: an update of the document.
    pub(super) update: Option<Vec<u8>>,
    /// News for the other instances: who is there.
    pub(super) presence: Option<AwarenessUpdate>,
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn encoded(message: &Message) -> Bytes {
    Bytes::from(message.encode_v1())
}

fn update_message(update: Vec<u8>) -> Bytes {
    encoded(&Message::Sync(SyncMessage::Update(update)))
}

impl Room {
    pub(super) fn new(id: ProjectId, doc: Doc, bytes: usize) -> Room {
        Room {
            id,
            doc: Mutex::new(doc),
            presence: Mutex::default(),
            browsers: broadcast::channel(QUEUE).0,
            unsaved: Mutex::default(),
            saving: tokio::sync::Mutex::default(),
            unsent: AtomicBool::new(false),
            bytes: AtomicUsize::new(bytes),
            waiting: AtomicUsize::new(0),
            used: Mutex::new(Instant::now()),
            sockets: AtomicU64::new(0),
        }
    }

    /// The timeline as it is now.
    pub fn timeline(&self) -> Timeline {
        *held(&self.used) = Instant::now();
        document::read(&held(&self.doc))
    }

    /// Edits the timeline: `edit` makes a new one of what is there. Gives the new one and the news for other instances. An edit whose id was
    /// made already is not made again, and is no news.
    pub(super) fn edit<E>(&self, id: &str, edit: impl FnOnce(&Timeline) -> Result<Timeline, E>) -> Result<Edited, E> {
        *held(&self.used) = Instant::now();
        let doc = held(&self.doc);
        let before = document::read(&doc);
        if document::has_made(&doc, id) {
            return Ok(Edited { timeline: before, update: None });
        }
        let after = edit(&before)?;
        let mut transaction = doc.transact_mut();
        if let Err(error) = document::write(&mut transaction, &before, &after) {
            tracing::error!(%error, "an edit cannot be written down");
        }
        document::note_made(&mut transaction, id);
        let update = transaction.encode_update_v1();
        drop(transaction);
        drop(doc);
        self.tell(0, update_message(update.clone()));
        held(&self.unsaved).push(update.clone());
        Ok(Edited { timeline: after, update: Some(update) })
    }

    /// A number for a socket of this room, from 1.
    pub(super) fn next_socket(&self) -> u64 {
        self.sockets.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// What a browser is told when it comes: what we have, so that it sends what we lack, and who is there.
    pub(super) fn greeting(&self) -> [Bytes; 2] {
        let known = held(&self.doc).transact().state_vector();
        let here = held(&self.presence).all();
        [encoded(&Message::Sync(SyncMessage::SyncStep1(known))), encoded(&Message::Awareness(here))]
    }

    /// The whole document, for a browser that missed something.
    pub(super) fn everything(&self) -> Bytes {
        update_message(self.lacking(&StateVector::default()))
    }

    /// What somebody lacks who has that much.
    pub(super) fn lacking(&self, known: &StateVector) -> Vec<u8> {
        held(&self.doc).transact().encode_state_as_update_v1(known)
    }

    pub(super) fn state_vector(&self) -> Vec<u8> {
        held(&self.doc).transact().state_vector().encode_v1()
    }

    /// Takes a browser's message; `browsers` learns under which ids the socket speaks.
    pub(super) fn hear(&self, by: u64, message: &[u8], browsers: &mut Vec<ClientID>) -> Result<Heard, Misheard> {
        let message = Message::decode_v1(message).map_err(|_| Misheard::Unreadable)?;
        let mut heard = Heard::default();
        match message {
            Message::Sync(SyncMessage::SyncStep1(known)) => {
                heard.reply = Some(encoded(&Message::Sync(SyncMessage::SyncStep2(self.lacking(&known)))));
            }
            Message::Sync(SyncMessage::SyncStep2(update) | SyncMessage::Update(update)) => {
                if self.bytes.load(Ordering::Relaxed) + update.len() > DOCUMENT_BYTES_MOST {
                    return Err(Misheard::TooLarge);
                }
                heard.update = self.take(by, &update)?;
                if let Some(update) = &heard.update {
                    held(&self.unsaved).push(update.clone());
                }
            }
            Message::Awareness(update) => {
                let news = held(&self.presence).hear(update);
                for browser in news.clients.keys().filter(|id| !browsers.contains(id)).copied().collect::<Vec<_>>() {
                    browsers.push(browser);
                }
                heard.presence = self.tell_presence(by, news);
            }
            Message::AwarenessQuery => heard.reply = Some(encoded(&Message::Awareness(held(&self.presence).all()))),
            Message::Auth(_) | Message::Custom(..) => return Err(Misheard::Unreadable),
        }
        Ok(heard)
    }

    /// Brings an update into the document and tells the browsers what was new of it.
    pub(super) fn take(&self, by: u64, update: &[u8]) -> Result<Option<Vec<u8>>, Misheard> {
        if self.waiting.load(Ordering::Relaxed) > WAITING_BYTES_MOST {
            return Err(Misheard::TooLarge);
        }
        let length = update.len();
        let update = Update::decode_v1(update).map_err(|_| Misheard::Unreadable)?;
        let news = {
            let doc = held(&self.doc);
            let mut transaction = doc.transact_mut();
            transaction.apply_update(update).map_err(|_| Misheard::Unreadable)?;
            if transaction.has_missing_updates() {
                self.waiting.fetch_add(length, Ordering::Relaxed);
            } else {
                self.waiting.store(0, Ordering::Relaxed);
            }
            transaction.encode_update_v1()
        };
        if news == NOTHING {
            return Ok(None);
        }
        *held(&self.used) = Instant::now();
        self.bytes.fetch_add(news.len(), Ordering::Relaxed);
        self.tell(by, update_message(news.clone()));
        Ok(Some(news))
    }

    /// Hears from another instance who is there.
    pub(super) fn take_presence(&self, update: AwarenessUpdate) {
        let news = held(&self.presence).hear(update);
        self.tell_presence(0, news);
    }

    /// A socket is gone, and the browsers that spoke through it.
    pub(super) fn leave(&self, browsers: &[ClientID]) -> Option<AwarenessUpdate> {
        let gone = held(&self.presence).leave(browsers);
        self.tell_presence(0, gone)
    }

    fn tell_presence(&self, by: u64, news: AwarenessUpdate) -> Option<AwarenessUpdate> {
        if news.clients.is_empty() {
            return None;
        }
        self.tell(by, encoded(&Message::Awareness(news.clone())));
        Some(news)
    }

    fn tell(&self, by: u64, message: Bytes) {
        // Nobody is here: then nobody needs it.
        let _ = self.browsers.send(Told { by, message });
    }

    /// Takes what is not saved yet, as one update.
    pub(super) fn take_unsaved(&self) -> Option<Vec<u8>> {
        let unsaved = std::mem::take(&mut *held(&self.unsaved));
        match unsaved.len() {
            0 | 1 => unsaved.into_iter().next(),
            _ => Some(yrs::merge_updates_v1(&unsaved).unwrap_or_else(|_| self.lacking(&StateVector::default()))),
        }
    }

    /// Puts back what could not be saved.
    pub(super) fn put_back(&self, update: Vec<u8>) {
        held(&self.unsaved).insert(0, update);
    }

    pub(super) fn is_saved(&self) -> bool {
        held(&self.unsaved).is_empty()
    }

    pub(super) fn note_unsent(&self) {
        self.unsent.store(true, Ordering::Release);
    }

    pub(super) fn take_unsent(&self) -> bool {
        self.unsent.swap(false, Ordering::AcqRel)
    }

    /// Nobody edits here, and nobody asked for so long.
    pub(super) fn is_idle(&self, least: Duration) -> bool {
        self.browsers.receiver_count() == 0 && held(&self.used).elapsed() >= least
    }
}

/// An edit that was made.
pub(super) struct Edited {
    pub(super) timeline: Timeline,
    /// `None`: it was made before.
    pub(super) update: Option<Vec<u8>>,
}

#[cfg(test)]
mod tests {
    use yrs::{GetString as _, Text as _};

    use super::*;

    #[test]
    fn what_builds_on_nothing_is_kept_up_to_a_bound() {
        let browser = Doc::new();
        let text = browser.get_or_insert_text("words");
        text.insert(&mut browser.transact_mut(), 0, "first ");
        let first = browser.transact().encode_state_as_update_v1(&StateVector::default());
        let known = browser.transact().state_vector();
        text.insert(&mut browser.transact_mut(), 6, &"x".repeat(1 << 20));
        let second = browser.transact().encode_state_as_update_v1(&known);

        let room = Room::new(ProjectId::fresh(), Doc::new(), 0);
        let refused = (0..100).position(|_| matches!(room.take(1, &second), Err(Misheard::TooLarge)));
        assert!(refused.is_some_and(|times| (4..8).contains(&times)), "{refused:?}");

        // In order, or soon put in order, nothing is refused.
        let room = Room::new(ProjectId::fresh(), Doc::new(), 0);
        assert!(matches!(room.take(1, &second), Ok(None)));
        assert!(matches!(room.take(1, &first), Ok(Some(_))));
        let doc = held(&room.doc);
        let heard = doc.get_or_insert_text("words").get_string(&doc.transact());
        assert_eq!(heard.len(), 6 + (1 << 20));
    }
}
