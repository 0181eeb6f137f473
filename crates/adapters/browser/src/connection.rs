//! The DevTools protocol over a pipe: JSON messages, each ended by a zero byte (`--remote-debugging-pipe`).

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::BrowserError;

/// A screenshot of a long page is some megabytes; nothing sensible is larger.
const LONGEST: usize = 128 << 20;

/// Both directions of the pipe.
pub(crate) struct Connection<W> {
    to: W,
    from: Receiver<Value>,
    next: u64,
    /// Events that came while an answer was awaited.
    waiting: VecDeque<Value>,
}

impl<W: Write> Connection<W> {
    /// A thread reads until the browser ends.
    pub(crate) fn new(to: W, from: impl Read + Send + 'static) -> Connection<W> {
        let (sender, receiver) = channel();
        std::thread::spawn(move || {
            let mut reader = BufReader::new(from);
            let mut bytes = Vec::new();
            while matches!(reader.read_until(0, &mut bytes), Ok(count) if count > 0) && bytes.len() < LONGEST {
                bytes.pop();
                // What is no JSON is not for us; what nobody waits for ends the thread.
                if serde_json::from_slice(&bytes).is_ok_and(|message: Value| sender.send(message).is_err()) {
                    return;
                }
                bytes.clear();
            }
        });
        Connection { to, from: receiver, next: 0, waiting: VecDeque::new() }
    }

    /// Asks and waits for the answer's `result`.
    pub(crate) fn call(
        &mut self,
        session: Option<&str>,
        method: &str,
        params: Value,
        until: Instant,
    ) -> Result<Value, BrowserError> {
        self.next += 1;
        let id = self.next;
        let mut message = json!({"id": id, "method": method, "params": params});
        if let Some(session) = session {
            message["sessionId"] = json!(session);
        }
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        let sent = self.to.write_all(&bytes).and_then(|()| self.to.flush());
        sent.map_err(|error| BrowserError::Ended(error.to_string()))?;
        let began = Instant::now();
        loop {
            let Some(mut message) = self.receive(until)? else {
                let seconds = began.elapsed().as_secs();
                return Err(BrowserError::Silent { method: method.to_owned(), seconds });
            };
            if message["id"] != json!(id) {
                self.waiting.push_back(message);
            } else if let Some(error) = message.get("error") {
                let message = error["message"].as_str().unwrap_or("no reason given").to_owned();
                return Err(BrowserError::Refused { method: method.to_owned(), message });
            } else {
                return Ok(message["result"].take());
            }
        }
    }

    /// The next event; `None` if none came until then.
    pub(crate) fn event(&mut self, until: Instant) -> Result<Option<Value>, BrowserError> {
        match self.waiting.pop_front() {
            Some(event) => Ok(Some(event)),
            None => self.receive(until),
        }
    }

    fn receive(&mut self, until: Instant) -> Result<Option<Value>, BrowserError> {
        match self.from.recv_timeout(until.saturating_duration_since(Instant::now()).max(Duration::from_millis(1))) {
            Ok(message) => Ok(Some(message)),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(BrowserError::Ended("its pipe is closed".to_owned())),
        }
    }
}
