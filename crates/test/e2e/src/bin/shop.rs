//! A service to be released: `shop RELEASE PORT`. The release is a file of `version=`, `errors=` (every so-manieth answer but for health
//! is a 500), `delay_ms=` (before each answer) and `fail=` (says so with its key, and ends at once). Below any path, `/socket` gives back
//! every byte that comes after its upgrade, and `/events` numbers an event every 100 ms.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

struct Release {
    version: String,
    errors: u64,
    delay: Duration,
    answered: AtomicU64,
}

fn main() -> std::io::Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().collect();
    let text = std::fs::read_to_string(&arguments[1])?;
    let value = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().to_owned();
    let fail = value("fail=");
    if !fail.is_empty() {
        eprintln!("shop {}: {fail}, key {}", value("version="), std::env::var("SHOP_KEY").unwrap_or_default());
        return Ok(ExitCode::from(3));
    }
    let release = Arc::new(Release {
        version: value("version="),
        errors: value("errors=").parse().unwrap_or(0),
        delay: Duration::from_millis(value("delay_ms=").parse().unwrap_or(0)),
        answered: AtomicU64::new(0),
    });
    let listener = TcpListener::bind(format!("127.0.0.1:{}", arguments[2]))?;
    for stream in listener.incoming() {
        let release = Arc::clone(&release);
        // A connection that breaks is its client's affair.
        std::thread::spawn(move || drop(stream.and_then(|stream| serve(&stream, &release))));
    }
    Ok(ExitCode::SUCCESS)
}

fn serve(stream: &TcpStream, release: &Release) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let health = line.starts_with("GET /health ");
        let (socket, events) = (line.contains("/socket "), line.contains("/events "));
        while line.trim() != "" {
            line.clear();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
        }
        if socket {
            return echo(stream, &mut reader);
        }
        if events {
            return number_events(stream);
        }
        let mut status = "200 OK";
        if !health {
            std::thread::sleep(release.delay);
            let number = release.answered.fetch_add(1, Ordering::Relaxed) + 1;
            if release.errors > 0 && number.is_multiple_of(release.errors) {
                status = "500 Internal Server Error";
            }
        }
        let body = format!("{{\"version\":\"{}\"}}", release.version);
        let length = body.len();
        let mut stream = stream;
        write!(
            stream,
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        )?;
    }
}

fn echo(mut stream: &TcpStream, reader: &mut impl Read) -> std::io::Result<()> {
    stream.write_all(b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n")?;
    let mut bytes = [0; 4096];
    loop {
        match reader.read(&mut bytes)? {
            0 => return Ok(()),
            read => stream.write_all(&bytes[..read])?,
        }
    }
}

/// Until nobody listens any more.
fn number_events(mut stream: &TcpStream) -> std::io::Result<()> {
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")?;
    for number in 0_u64.. {
        let event = format!("data: {number}\n\n");
        write!(stream, "{:x}\r\n{event}\r\n", event.len())?;
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}
