//! One browser of a collaboration, as `y-websocket` speaks: a document of its own, kept in step over a WebSocket.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use yrs::sync::awareness::{AwarenessUpdate, AwarenessUpdateEntry};
use yrs::sync::{Message, SyncMessage};
use yrs::types::ToJson;
use yrs::updates::decoder::Decode;
use yrs::updates::encoder::Encode;
use yrs::{Doc, Map, MapPrelim, ReadTxn, Transact, Update, WriteTxn};

pub struct Member {
    pub doc: Doc,
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub heard_of: Vec<String>,
}

pub async fn connection(port: u16, project: &str, token: &str) -> Option<WebSocketStream<MaybeTlsStream<TcpStream>>> {
    let mut request = format!("ws://127.0.0.1:{port}/collab/{project}").into_client_request().unwrap();
    request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    connect_async(request).await.ok().map(|(socket, _)| socket)
}

impl Member {
    pub async fn join(port: u16, project: &str, token: &str) -> Member {
        let socket = connection(port, project, token).await.expect("the socket opens");
        let mut member = Member { doc: Doc::new(), socket, heard_of: Vec::new() };
        member.ask().await;
        member
    }

    /// Tells what this one has; the other side tells what it lacks.
    pub async fn ask(&mut self) {
        let known = self.doc.transact().state_vector();
        self.say(Message::Sync(SyncMessage::SyncStep1(known))).await;
    }

    pub async fn say(&mut self, message: Message) {
        self.socket.send(Frame::Binary(message.encode_v1().into())).await.unwrap();
    }

    pub async fn say_bytes(&mut self, bytes: Vec<u8>) {
        self.socket.send(Frame::Binary(bytes.into())).await.unwrap();
    }

    /// Puts a text clip and tells it.
    pub async fn write(&mut self, key: &str, at: f64) {
        let update = {
            let mut transaction = self.doc.transact_mut();
            let tracks = transaction.get_or_insert_map("tracks");
            if tracks.get(&transaction, "t").is_none() {
                tracks.insert(&mut transaction, "t", MapPrelim::from([("kind", "text"), ("name", "Titles")]));
            }
            let clips = transaction.get_or_insert_map("clips");
            let clip = clips.insert(&mut transaction, key, MapPrelim::from([("track", "t"), ("text", key)]));
            clip.insert(&mut transaction, "start_ms", at);
            clip.insert(&mut transaction, "duration_ms", 1000.0);
            transaction.encode_update_v1()
        };
        self.say(Message::Sync(SyncMessage::Update(update))).await;
    }

    pub async fn introduce(&mut self, name: &str) {
        let entry = AwarenessUpdateEntry { clock: 1, json: format!("{{\"name\":\"{name}\"}}").into() };
        let clients = std::collections::HashMap::from([(self.doc.client_id(), entry)]);
        self.say(Message::Awareness(AwarenessUpdate { clients })).await;
    }

    /// Hears whatever comes within `quiet` of each other; the close code if the connection ended.
    pub async fn hear(&mut self, quiet: Duration) -> Option<u16> {
        while let Ok(frame) = tokio::time::timeout(quiet, self.socket.next()).await {
            match frame {
                Some(Ok(Frame::Binary(bytes))) => self.take(&bytes).await,
                Some(Ok(Frame::Close(close))) => return Some(close.map_or(1005, |close| close.code.into())),
                Some(Ok(_)) => {}
                None | Some(Err(_)) => return Some(1006),
            }
        }
        None
    }

    async fn take(&mut self, bytes: &[u8]) {
        match Message::decode_v1(bytes).unwrap() {
            Message::Sync(SyncMessage::SyncStep1(known)) => {
                let lacking = self.doc.transact().encode_state_as_update_v1(&known);
                self.say(Message::Sync(SyncMessage::SyncStep2(lacking))).await;
            }
            Message::Sync(SyncMessage::SyncStep2(update) | SyncMessage::Update(update)) => {
                self.doc.transact_mut().apply_update(Update::decode_v1(&update).unwrap()).unwrap();
            }
            Message::Awareness(update) => {
                self.heard_of.extend(update.clients.into_values().map(|one| one.json.to_string()))
            }
            _ => {}
        }
    }

    /// What the document holds, in one order.
    pub fn content(&self) -> String {
        let transaction = self.doc.transact();
        let Some(clips) = transaction.get_map("clips") else { return String::new() };
        let mut text = String::new();
        clips.to_json(&transaction).to_json(&mut text);
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let mut lines: Vec<String> =
            value.as_object().unwrap().iter().map(|(key, clip)| format!("{key}@{}", clip["start_ms"])).collect();
        lines.sort();
        lines.join(" ")
    }
}

/// All hear until all have the same; how many clips that is.
pub async fn converge(members: &mut [Member], wanted: usize) {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
    loop {
        for member in members.iter_mut() {
            assert_eq!(member.hear(Duration::from_millis(5)).await, None, "a connection ended");
        }
        let contents: Vec<String> = members.iter().map(Member::content).collect();
        let first = &contents[0];
        if first.split_whitespace().count() == wanted && contents.iter().all(|content| content == first) {
            return;
        }
        let counts: Vec<usize> = contents.iter().map(|content| content.split_whitespace().count()).collect();
        assert!(tokio::time::Instant::now() < deadline, "they do not converge to {wanted}: {counts:?}");
    }
}
