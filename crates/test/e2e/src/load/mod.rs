//! An open-loop load: requests fall due at a steady rate, whatever comes back, by clients that take nothing for granted. A connection that
//! ends where an answer was due, and an answer other than the one wanted, is a failure.
//!
//! The caller does: say where, how much and of what; look at the count; end it. This module does: one thread, one task for each client.

mod book;
mod events;
mod http1;
mod http2;
mod kind;
mod pace;
mod socket;
mod wire;

use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

pub use book::{Counted, Failure};
pub use kind::Kind;

use book::Book;
use pace::Pace;

/// What is asked, and how often.
#[derive(Clone, Debug)]
pub struct Aim {
    /// Where the edge listens.
    pub address: SocketAddr,
    /// Requests a second, of all kinds together.
    pub rate: u32,
    /// Chooses how long sockets and streams live.
    pub seed: u64,
    /// Opens what needs somebody signed in.
    pub token: String,
    /// The element that is written to.
    pub element: String,
    /// The service that answers events and sockets, by the beginning of its paths.
    pub live: &'static str,
}

/// A load under way.
#[derive(Debug)]
pub struct Load {
    over: Arc<AtomicBool>,
    answered: Arc<AtomicU64>,
    thread: JoinHandle<Counted>,
}

/// How long an answer may take at all.
const PATIENCE: Duration = Duration::from_secs(30);

impl Load {
    /// Begins.
    pub fn begin(aim: Aim) -> Load {
        let (over, answered) = (Arc::<AtomicBool>::default(), Arc::<AtomicU64>::default());
        let (told, count) = (over.clone(), answered.clone());
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            tokio::task::LocalSet::new().block_on(&runtime, play(aim, told, count))
        });
        Load { over, answered, thread }
    }

    /// Requests that were answered so far; words of sockets and events of streams are none.
    pub fn answered(&self) -> u64 {
        self.answered.load(Ordering::Relaxed)
    }

    /// Lets what is under way end; what was counted.
    pub fn end(self) -> Counted {
        self.over.store(true, Ordering::Relaxed);
        self.thread.join().expect("the load does not panic")
    }
}

async fn play(aim: Aim, over: Arc<AtomicBool>, answered: Arc<AtomicU64>) -> Counted {
    let (aim, book) = (Rc::new(aim), Rc::new(Book::new(over, answered)));
    let began = Instant::now();
    let mut clients = Vec::new();
    for kind in Kind::ALL {
        for (number, pace) in Pace::share(kind, aim.rate, began).into_iter().enumerate() {
            let (aim, book) = (aim.clone(), book.clone());
            clients.push(tokio::task::spawn_local(async move {
                match kind {
                    Kind::KeepAlive | Kind::Close | Kind::Write | Kind::Upload => {
                        http1::client(kind, &aim, &book, pace).await;
                    }
                    Kind::Http2 => http2::client(&aim, &book, pace).await,
                    Kind::Socket => socket::client(&aim, &book, pace, number as u64).await,
                    Kind::Events => events::client(&aim, &book, pace, number as u64).await,
                }
            }));
        }
    }
    for client in clients {
        client.await.expect("a client does not panic");
    }
    book.close()
}
