//! A small HTTP server that gives every request the same answer and remembers the heads.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;

/// Answers until the test's process ends.
pub struct Answering {
    /// `http://127.0.0.1:PORT`.
    pub address: String,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Answering {
    /// On a free port of loopback.
    pub fn with(media_type: &str, body: &str) -> Answering {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let address = format!("http://{}", listener.local_addr().expect("a bound socket has an address"));
        let heads: Arc<Mutex<Vec<String>>> = Arc::default();
        let (kept, length) = (heads.clone(), body.len());
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        );
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.expect("a client connects");
                let mut head = Vec::new();
                let mut byte = [0];
                while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
                    head.push(byte[0]);
                }
                kept.lock().expect("nobody panics with it").push(String::from_utf8_lossy(&head).into_owned());
                stream.write_all(answer.as_bytes()).expect("the client takes the answer");
            }
        });
        Answering { address, heads }
    }

    /// The heads of the requests so far.
    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().expect("nobody panics with it").clone()
    }
}
