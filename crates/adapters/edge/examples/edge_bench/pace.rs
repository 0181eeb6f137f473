//! A steady rate, whatever comes back, by clients that keep their connections and take an end that was not announced for a failure.

use std::cell::Cell;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::Instant;

/// Connections at once.
const CONNECTIONS: u32 = 64;

#[derive(Default)]
struct Counts {
    answered: Cell<u64>,
    failed: Cell<u64>,
    reconnected: Cell<u64>,
}

/// JSON of what was answered and what was not.
pub async fn pace(address: SocketAddr, rate: u32, seconds: u64) -> io::Result<String> {
    let counts = Rc::new(Counts::default());
    let local = tokio::task::LocalSet::new();
    let began = Instant::now();
    let between = Duration::from_secs(1) * CONNECTIONS / rate.max(1);
    for index in 0..CONNECTIONS {
        let counts = counts.clone();
        let first = began + between * index / CONNECTIONS;
        local.spawn_local(client(address, first, between, began + Duration::from_secs(seconds), counts));
    }
    local.await;
    let (answered, failed, reconnected) = (counts.answered.get(), counts.failed.get(), counts.reconnected.get());
    Ok(serde_json::json!({ "answered": answered, "failed": failed, "reconnected": reconnected }).to_string())
}

async fn client(address: SocketAddr, first: Instant, between: Duration, until: Instant, counts: Rc<Counts>) {
    let mut stream: Option<TcpStream> = None;
    let mut due = first;
    while due < until {
        tokio::time::sleep_until(due).await;
        due += between;
        match ask(&mut stream, address).await {
            Ok(closes) => {
                counts.answered.set(counts.answered.get() + 1);
                if closes {
                    counts.reconnected.set(counts.reconnected.get() + 1);
                    stream = None;
                }
            }
            Err(_) => {
                counts.failed.set(counts.failed.get() + 1);
                stream = None;
            }
        }
    }
}

async fn ask(stream: &mut Option<TcpStream>, address: SocketAddr) -> io::Result<bool> {
    let stream = match stream {
        Some(stream) => stream,
        None => stream.insert(TcpStream::connect(address).await?),
    };
    stream.write_all(b"GET /small HTTP/1.1\r\nHost: shop.test\r\n\r\n").await?;
    let mut bytes = [0; 4096];
    crate::load::answer(stream, &mut bytes).await
}
