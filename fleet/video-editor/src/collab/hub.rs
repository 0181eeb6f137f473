//! What instances tell each other through Redis, and how they come into step again after it was lost.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use fleet_kit::redis::Message;
use serde::{Deserialize, Serialize};
use yrs::StateVector;
use yrs::sync::awareness::AwarenessUpdate;
use yrs::updates::decoder::Decode;

use super::BROADCAST_FAILURE;
use super::room::Room;
use super::rooms::Rooms;
use crate::ids::ProjectId;

/// The Redis channel.
pub(super) const CHANNEL: &str = "video-editor:documents";
/// How often what was not told is told.
const STEP: Duration = Duration::from_secs(1);
/// How often instances compare what they have although nothing seems lost: Redis promises no delivery.
const COMPARE_STEPS: u64 = 15;
/// How often an instance speaks to itself, to know whether it is heard.
const ECHO_STEPS: u64 = 2;

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// An update of the document.
    Update,
    /// What the sender has (a state vector): tell what it lacks, and say what you have.
    Ask,
    /// The same, in answer to an `Ask`: tell what it lacks.
    Answer,
    /// Who is there.
    Presence,
    /// To oneself.
    Echo,
}

/// A message before it is sent.
pub(super) struct Note {
    kind: Kind,
    project: Option<ProjectId>,
    data: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
struct Envelope {
    from: String,
    kind: Kind,
    project: Option<ProjectId>,
    data: String,
}

impl Note {
    pub(super) fn new(kind: Kind, project: ProjectId, data: &[u8]) -> Note {
        Note { kind, project: Some(project), data: data.to_vec() }
    }

    pub(super) fn text(&self, from: &str, encode: impl Fn(&[u8]) -> String) -> String {
        let envelope =
            Envelope { from: from.to_owned(), kind: self.kind, project: self.project, data: encode(&self.data) };
        // Texts and numbers can always be written.
        serde_json::to_string(&envelope).unwrap_or_default()
    }
}

/// When the instance last heard itself, in milliseconds since it began to listen.
static HEARD_MS: AtomicU64 = AtomicU64::new(0);

/// Hears the other instances, as long as the process runs.
pub(super) async fn listen(rooms: Rooms) {
    let began = Instant::now();
    let mut listener = rooms.shared().redis.listen(CHANNEL);
    tokio::spawn(tell_age(began));
    loop {
        match listener.next().await {
            Message::Text(text) => match serde_json::from_str::<Envelope>(&text) {
                Ok(envelope) if envelope.from == rooms.shared().instance => {
                    if envelope.kind == Kind::Echo {
                        HEARD_MS.store(began.elapsed().as_millis() as u64, Ordering::Relaxed);
                    }
                }
                Ok(envelope) => hear(&rooms, envelope).await,
                Err(error) => tracing::warn!(%error, "another instance sent what cannot be read"),
            },
            Message::Gap => {
                tracing::info!("messages of other instances may be lost: asking for what we lack");
                for room in rooms.all() {
                    ask(&rooms, &room).await;
                }
            }
        }
    }
}

/// For whoever watches: how long ago the instance last heard itself through Redis.
async fn tell_age(began: Instant) {
    loop {
        tokio::time::sleep(STEP).await;
        // An echo may be heard between the two looks.
        let age_ms = (began.elapsed().as_millis() as u64).saturating_sub(HEARD_MS.load(Ordering::Relaxed));
        metrics::gauge!("collaboration_echo_age_seconds").set(age_ms as f64 / 1000.0);
    }
}

async fn hear(rooms: &Rooms, envelope: Envelope) {
    let Some(room) = envelope.project.and_then(|project| rooms.if_open(project)) else { return };
    let Ok(data) = BASE64_STANDARD.decode(&envelope.data) else { return };
    match envelope.kind {
        Kind::Update => {
            if let Err(error) = room.take(0, &data) {
                tracing::warn!(%error, "another instance sent an update that cannot be read");
            }
        }
        Kind::Presence => {
            if let Ok(update) = AwarenessUpdate::decode_v1(&data) {
                room.take_presence(update);
            }
        }
        Kind::Ask | Kind::Answer => {
            let Ok(known) = StateVector::decode_v1(&data) else { return };
            // Deletions stand in no state vector, so what is lacking is told even if it looks like nothing.
            rooms.publish(&room, Note::new(Kind::Update, room.id, &room.lacking(&known))).await;
            if envelope.kind == Kind::Ask {
                rooms.publish(&room, Note::new(Kind::Answer, room.id, &room.state_vector())).await;
            }
        }
        Kind::Echo => {}
    }
}

async fn ask(rooms: &Rooms, room: &Room) {
    rooms.publish(room, Note::new(Kind::Ask, room.id, &room.state_vector())).await;
}

/// Compares with other instances whatever may not have reached them.
pub(super) async fn keep_in_step(rooms: Rooms) {
    let shared = rooms.shared();
    for step in 1_u64.. {
        tokio::time::sleep(STEP).await;
        if step % ECHO_STEPS == 0 && !shared.faults.is_on(BROADCAST_FAILURE) {
            let echo = Note { kind: Kind::Echo, project: None, data: Vec::new() };
            if let Err(error) = shared.redis.publish(CHANNEL, &echo.text(&shared.instance, |_| String::new())).await {
                tracing::debug!(%error, "Redis takes no message");
            }
        }
        for room in rooms.all() {
            let is_due = step % COMPARE_STEPS == 0 && room.browsers.receiver_count() > 0;
            if room.take_unsent() || is_due {
                ask(&rooms, &room).await;
            }
        }
    }
}
