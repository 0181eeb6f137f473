//! Clients of system A over HTTP/1.1: reads, writes, uploads.

use std::io;
use std::time::{Duration, Instant};

use super::Aim;
use super::book::Book;
use super::kind::Kind;
use super::pace::Pace;
use super::wire::{Answer, Wire};

/// What is read, in turn.
pub(super) const READS: [&str; 4] = ["/api/universes?limit=2", "/login", "/assets/style.css", "/health/live"];
/// An upload's pieces, and the pause between two of them.
const PIECES: usize = 4;
const PIECE: usize = 8 << 10;
const PAUSE: Duration = Duration::from_millis(40);

/// Asks until the load is over.
pub(super) async fn client(kind: Kind, aim: &Aim, book: &Book, mut pace: Pace) {
    let mut kept: Option<Wire> = None;
    for number in 0_usize.. {
        let due = pace.next().await;
        if book.is_over() {
            return;
        }
        let began = Instant::now();
        match ask(kind, aim, book, &mut kept, number).await {
            Ok(Answer { status, closes, .. }) if status == wanted(kind) => {
                book.answered(kind, due);
                if closes || kind == Kind::Close {
                    kept = None;
                }
            }
            Ok(Answer { status, body, .. }) => {
                book.failed(kind, began, format!("status {status}: {}", String::from_utf8_lossy(&body)));
                kept = None;
            }
            Err(error) => {
                book.failed(kind, began, error);
                kept = None;
            }
        }
    }
}

fn wanted(kind: Kind) -> u16 {
    if matches!(kind, Kind::Write | Kind::Upload) { 201 } else { 200 }
}

async fn ask(kind: Kind, aim: &Aim, book: &Book, kept: &mut Option<Wire>, number: usize) -> io::Result<Answer> {
    let wire = match kept {
        Some(wire) => wire,
        None => {
            book.opened(kind);
            kept.insert(Wire::connect(aim.address).await?)
        }
    };
    let element = &aim.element;
    match kind {
        Kind::Write => {
            let body = r#"{"kind":"text","title":"Watch","text":"All is well."}"#;
            wire.send(
                post(aim, &format!("/api/elements/{element}/components"), "application/json", body.len()).as_bytes(),
            )
            .await?;
            wire.send(body.as_bytes()).await?;
        }
        Kind::Upload => upload(aim, wire).await?,
        _ => {
            let path = READS[number % READS.len()];
            let close = if kind == Kind::Close { "connection: close\r\n" } else { "" };
            wire.send(format!("GET {path} HTTP/1.1\r\nhost: assets.test\r\n{close}\r\n").as_bytes()).await?;
        }
    }
    wire.answer().await
}

fn post(aim: &Aim, path: &str, kind: &str, length: usize) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nhost: assets.test\r\nauthorization: Bearer {}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n",
        aim.token
    )
}

/// A sound, as a browser's form sends it.
async fn upload(aim: &Aim, wire: &mut Wire) -> io::Result<()> {
    let path = format!("/api/elements/{}/media", aim.element);
    let head = "--part\r\ncontent-disposition: form-data; name=\"file\"; filename=\"bell.wav\"\r\n\r\n";
    let sound = sound();
    let tail = "\r\n--part--\r\n";
    let length = head.len() + sound.len() + tail.len();
    wire.send(post(aim, &path, "multipart/form-data; boundary=part", length).as_bytes()).await?;
    wire.send(head.as_bytes()).await?;
    for piece in sound.chunks(PIECE) {
        tokio::time::sleep(PAUSE).await;
        wire.send(piece).await?;
    }
    wire.send(tail.as_bytes()).await
}

/// Silence, 8 bits, one channel.
fn sound() -> Vec<u8> {
    let samples = (PIECES * PIECE - 44) as u32;
    let mut bytes = Vec::from(*b"RIFF");
    bytes.extend((samples + 36).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    bytes.extend(8000_u32.to_le_bytes());
    bytes.extend(8000_u32.to_le_bytes());
    bytes.extend(b"\x01\0\x08\0data");
    bytes.extend(samples.to_le_bytes());
    bytes.resize(PIECES * PIECE, 128);
    bytes
}
