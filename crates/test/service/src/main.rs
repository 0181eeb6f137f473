//! A small service that behaves well or badly as it is told, for the drivers' tests.
//!
//! Arguments, each `--name=value`: `port`, `version`; `ready-after` (milliseconds of 503 first), `exit-after` (milliseconds, then exit
//! code `exit-code`), `ignore-term`, `children` (so many grandchildren in process groups of their own), `lines` (printed at the start).
//! It answers `/health`, `/slow/MILLIS`, `/env/NAME`, `/file-of/NAME` (the file that `NAME_FILE` names), `/exit/CODE`,
//! `/allocate/MIB`, `/print/LINES`.

mod answers;
mod children;
mod settings;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{sleep, spawn};
use std::time::Duration;

use signal_hook::consts::SIGTERM;
use signal_hook::iterator::Signals;

use crate::settings::Settings;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments == [children::SLEEP] {
        children::sleep_for_long();
    }
    match serve(Settings::read(&arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            answers::say(&format!("cannot serve: {error}"));
            ExitCode::from(98)
        }
    }
}

fn serve(settings: Settings) -> std::io::Result<()> {
    for line in 0..settings.lines {
        answers::say(&format!("line {line:06}"));
    }
    children::leave(settings.children)?;
    let in_flight = Arc::new(AtomicUsize::new(0));
    let mut signals = Signals::new([SIGTERM])?;
    let ignores = settings.ignore_term;
    let counted = Arc::clone(&in_flight);
    spawn(move || {
        if signals.forever().any(|_| !ignores) {
            // Requests on their way to a thread are counted by then.
            sleep(Duration::from_millis(20));
            while counted.load(Ordering::SeqCst) > 0 {
                sleep(Duration::from_millis(2));
            }
            answers::say("drained");
            end(0);
        }
    });
    if let Some((after, code)) = settings.exit {
        spawn(move || {
            sleep(after);
            end(code);
        });
    }
    let listener = TcpListener::bind((settings.host.as_str(), settings.port))?;
    answers::say(&format!("version {} listens", settings.version));
    let settings = Arc::new(settings);
    for stream in listener.incoming() {
        let (settings, counted) = (Arc::clone(&settings), Arc::clone(&in_flight));
        counted.fetch_add(1, Ordering::SeqCst);
        spawn(move || {
            // A client that went away is no concern of ours.
            drop(stream.and_then(|stream| answer(stream, &settings)));
            counted.fetch_sub(1, Ordering::SeqCst);
        });
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "it stands for services that end anyhow, from any thread")]
fn end(code: i32) -> ! {
    std::process::exit(code)
}

fn answer(mut stream: TcpStream, settings: &Settings) -> std::io::Result<()> {
    let mut request = Vec::new();
    let mut buffer = [0; 1024];
    while !request.windows(4).any(|window| window == b"\r\n\r\n") {
        let length = stream.read(&mut buffer)?;
        if length == 0 {
            return Ok(());
        }
        request.extend_from_slice(&buffer[..length]);
    }
    let head = String::from_utf8_lossy(&request);
    let path = head.split(' ').nth(1).unwrap_or("/");
    let (code, body) = answers::to(path, settings);
    let length = body.len();
    write!(stream, "HTTP/1.1 {code} X\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")
}
