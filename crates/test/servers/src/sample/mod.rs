//! A small web service for HTTP flows: every answer is a function of the request, and what came is written down.
//!
//! Plain threads and HTTP/1.1 by hand, so that it can also answer what a well-behaved server never would: broken lengths,
//! bytes in no charset, a closed connection.

mod answers;
mod wire;

use std::collections::HashMap;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use wire::Received;

/// A running service on a free port of loopback. Its threads end with the process.
pub struct SampleService {
    port: u16,
    state: Arc<State>,
}

/// What its connections share.
#[derive(Default)]
struct State {
    /// In order of coming.
    received: Mutex<Vec<Received>>,
    /// How often a path was asked that counts.
    counts: Mutex<HashMap<String, u32>>,
    /// Whether requests are written down.
    quiet: bool,
}

impl SampleService {
    /// Starts it.
    pub fn start() -> SampleService {
        SampleService::serve(State::default())
    }

    /// Starts one that writes nothing down, to be measured against.
    pub fn start_quiet() -> SampleService {
        SampleService::serve(State { quiet: true, ..State::default() })
    }

    fn serve(state: State) -> SampleService {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let port = listener.local_addr().expect("a bound socket has an address").port();
        let state = Arc::new(state);
        let shared = state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = shared.clone();
                std::thread::spawn(move || converse(&stream, &state));
            }
        });
        SampleService { port, state }
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its address, `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The requests since the last call, and a fresh start for all that counts.
    pub fn take(&self) -> Vec<Received> {
        locked(&self.state.counts).clear();
        std::mem::take(&mut locked(&self.state.received))
    }
}

impl State {
    /// The how-manieth time this is asked, from 1.
    fn count(&self, key: &str) -> u32 {
        let mut counts = locked(&self.counts);
        let count = counts.entry(key.to_owned()).or_default();
        *count += 1;
        *count
    }
}

/// A thread that panicked has not left anything half done here.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Answers requests on one connection until it ends.
fn converse(stream: &TcpStream, state: &State) {
    // An answer is one write; waiting for more would only add delay.
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let mut reader = wire::Reader::new(stream);
    while let Some(request) = reader.request() {
        let closes = request.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
        let is_old = request.version == "HTTP/1.0";
        if !state.quiet {
            locked(&state.received).push(request.clone());
        }
        let answer = answers::answer(&request, state);
        let goes_on = wire::write(stream, &request, answer);
        if closes || is_old || !goes_on {
            return;
        }
    }
}
