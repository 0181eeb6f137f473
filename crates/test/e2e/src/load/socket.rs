//! Clients of a WebSocket: words there and back. One that is cut before it lived through a whole window is a failure.

use std::io;
use std::time::{Duration, Instant};

use super::Aim;
use super::book::Book;
use super::kind::Kind;
use super::pace::Pace;
use super::wire::Wire;
use crate::Seed;

/// A release lets its sockets go on for so long before it ends; nobody may cut one earlier.
const WINDOW: Duration = Duration::from_secs(60);

/// Opens one socket after the other until the load is over.
pub(super) async fn client(aim: &Aim, book: &Book, mut pace: Pace, number: u64) {
    let mut choices = Seed::new(aim.seed ^ (number << 32));
    while !book.is_over() {
        let began = Instant::now();
        let until = began + life(&mut choices);
        if let Err(error) = live(aim, book, &mut pace, until).await {
            if began.elapsed() < WINDOW {
                let why = format!("cut after {:.1} s: {error}", began.elapsed().as_secs_f64());
                book.failed(Kind::Socket, began, why);
            } else {
                book.outlived();
            }
        }
    }
}

/// Most people leave soon; some stay for longer than any release lets them.
fn life(choices: &mut Seed) -> Duration {
    match choices.below(20) {
        0 => Duration::from_secs(90),
        1..4 => Duration::from_secs(5) + choices.pause(Duration::from_secs(15)),
        _ => Duration::from_millis(500) + choices.pause(Duration::from_secs(4)),
    }
}

async fn live(aim: &Aim, book: &Book, pace: &mut Pace, until: Instant) -> io::Result<()> {
    let mut wire = Wire::connect(aim.address).await?;
    book.opened(Kind::Socket);
    let ask = format!(
        "GET {}/socket HTTP/1.1\r\nhost: assets.test\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        aim.live
    );
    wire.send(ask.as_bytes()).await?;
    match wire.status().await? {
        101 => {}
        status => return Err(io::Error::other(format!("status {status}"))),
    }
    // A masked frame of 58 bytes; what comes back are the same bytes.
    let mut word = [7_u8; 64];
    word[..2].copy_from_slice(&[0x82, 0x80 | 58]);
    let mut back = [0_u8; 64];
    while Instant::now() < until && !book.is_over() {
        let due = pace.next().await;
        wire.send(&word).await?;
        wire.read(&mut back).await?;
        if back != word {
            return Err(io::Error::other("other bytes came back"));
        }
        book.answered(Kind::Socket, due);
    }
    Ok(())
}
