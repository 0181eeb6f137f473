//! Clients of an event stream: each event has the next number.

use std::io;
use std::time::{Duration, Instant};

use super::Aim;
use super::book::Book;
use super::kind::Kind;
use super::pace::Pace;
use super::wire::Wire;
use crate::Seed;

/// Opens one stream after the other until the load is over.
pub(super) async fn client(aim: &Aim, book: &Book, mut pace: Pace, number: u64) {
    let mut choices = Seed::new(!aim.seed ^ (number << 32));
    while !book.is_over() {
        let began = Instant::now();
        let until = began + Duration::from_secs(1) + choices.pause(Duration::from_secs(5));
        pace.next().await;
        if let Err(error) = follow(aim, book, until).await {
            let why = format!("ended after {:.1} s: {error}", began.elapsed().as_secs_f64());
            book.failed(Kind::Events, began, why);
        }
    }
}

async fn follow(aim: &Aim, book: &Book, until: Instant) -> io::Result<()> {
    let mut wire = Wire::connect(aim.address).await?;
    book.opened(Kind::Events);
    let ask = format!("GET {}/events HTTP/1.1\r\nhost: assets.test\r\naccept: text/event-stream\r\n\r\n", aim.live);
    wire.send(ask.as_bytes()).await?;
    match wire.status().await? {
        200 => {}
        status => return Err(io::Error::other(format!("status {status}"))),
    }
    for number in 0_u64.. {
        if Instant::now() >= until || book.is_over() {
            break;
        }
        let due = Instant::now();
        let chunk = wire.chunk().await?.ok_or(io::ErrorKind::UnexpectedEof)?;
        if chunk != format!("data: {number}\n\n").into_bytes() {
            return Err(io::Error::other(format!("not event {number}: {}", String::from_utf8_lossy(&chunk))));
        }
        book.answered(Kind::Events, due);
    }
    Ok(())
}
