//! Users of a service: each asks again and again on a connection that it keeps, and counts what it got.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Users at work.
#[derive(Debug)]
pub struct Crowd {
    gone: Arc<AtomicBool>,
    users: Vec<JoinHandle<Tally>>,
}

/// What users got.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Answers by status and version.
    pub answers: BTreeMap<(u16, String), u64>,
    /// Requests without an answer; why.
    pub broken: Vec<String>,
    /// Requests that no release answered, when, and why.
    pub unserved: Vec<(Instant, String)>,
}

impl Crowd {
    /// So many users of `/things`, each with a pause between two requests.
    pub fn gather(address: SocketAddr, users: usize, pause: Duration) -> Crowd {
        Crowd::asking(address, "/things", users, pause)
    }

    /// So many users of one path, each with a pause between two requests.
    pub fn asking(address: SocketAddr, path: &'static str, users: usize, pause: Duration) -> Crowd {
        let gone = Arc::new(AtomicBool::new(false));
        let user = |_| {
            let gone = Arc::clone(&gone);
            std::thread::spawn(move || work(address, path, pause, &gone))
        };
        let users = (0..users).map(user).collect();
        Crowd { gone, users }
    }

    /// They leave; what they got.
    pub fn leave(self) -> Tally {
        self.gone.store(true, Ordering::Relaxed);
        let mut all = Tally::default();
        for user in self.users {
            let tally = user.join().expect("a user does not panic");
            for (answer, count) in tally.answers {
                *all.answers.entry(answer).or_default() += count;
            }
            all.broken.extend(tally.broken);
            all.unserved.extend(tally.unserved);
        }
        all
    }
}

impl Tally {
    /// Answers of a version with a status.
    pub fn count(&self, status: u16, version: &str) -> u64 {
        self.answers.get(&(status, version.to_owned())).copied().unwrap_or(0)
    }
}

/// One request for a path on a connection of its own; the whole answer.
pub fn get(address: SocketAddr, path: &str) -> String {
    let ask = || {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        write!(stream, "GET {path} HTTP/1.1\r\nhost: shop.test\r\nconnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok::<String, std::io::Error>(answer)
    };
    ask().unwrap_or_else(|error| format!("no answer: {error}"))
}

fn work(address: SocketAddr, path: &str, pause: Duration, gone: &AtomicBool) -> Tally {
    let mut tally = Tally::default();
    let mut kept = None;
    while !gone.load(Ordering::Relaxed) {
        match ask(address, path, &mut kept) {
            Ok((status, version)) => {
                if version.is_empty() {
                    tally.unserved.push((Instant::now(), format!("answered {status}")));
                }
                *tally.answers.entry((status, version)).or_default() += 1;
            }
            Err(error) => {
                tally.unserved.push((Instant::now(), error.to_string()));
                tally.broken.push(error.to_string());
                kept = None;
            }
        }
        std::thread::sleep(pause);
    }
    tally
}

fn ask(address: SocketAddr, path: &str, kept: &mut Option<BufReader<TcpStream>>) -> std::io::Result<(u16, String)> {
    let mut reader = match kept.take() {
        Some(reader) => reader,
        None => {
            let stream = TcpStream::connect(address)?;
            stream.set_read_timeout(Some(Duration::from_secs(10)))?;
            BufReader::new(stream)
        }
    };
    let request = format!("GET {path} HTTP/1.1\r\nhost: shop.test\r\n\r\n");
    reader.get_mut().write_all(request.as_bytes())?;
    let (mut status, mut length, mut closes) = (0, 0, false);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let line = line.trim().to_lowercase();
        if let Some(rest) = line.strip_prefix("http/1.1 ") {
            status = rest.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or(0);
        } else if let Some(rest) = line.strip_prefix("content-length:") {
            length = rest.trim().parse().unwrap_or(0);
        } else if line == "connection: close" {
            closes = true;
        } else if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    if !closes {
        *kept = Some(reader);
    }
    let body = String::from_utf8_lossy(&body).into_owned();
    let version = body.split("\"version\":\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
    Ok((status, version.to_owned()))
}
