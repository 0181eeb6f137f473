//! A thread with a runtime of its own that carries requests.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use hyper::header::HeaderValue;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use super::accept::{Door, accept};
use super::connection::Connections;
use super::{admin, checks};
use crate::edge::Edge;

/// What the tasks of one worker share.
#[derive(Debug)]
pub(crate) struct Worker {
    pub(crate) index: usize,
    pub(crate) edge: Arc<Edge>,
    pub(crate) clock: Arc<Clock>,
    pub(crate) random: Random,
    pub(crate) connections: Connections,
    /// True from the time when connections are asked to end.
    pub(crate) drained: watch::Receiver<bool>,
}

/// Milliseconds since the worker started, looked up without asking the system; at least 1.
#[derive(Debug)]
pub(crate) struct Clock(AtomicU64);

/// Draws places and request ids. Nothing secret depends on them.
#[derive(Debug)]
pub(crate) struct Random(AtomicU64);

/// What a worker is told to do.
#[derive(Debug)]
pub(crate) enum Order {
    /// To accept on a socket. Answered when it does.
    Open { key: SocketAddr, listener: TcpListener, door: Arc<Door>, done: oneshot::Sender<io::Result<()>> },
    /// To serve metrics on a socket.
    OpenAdmin { listener: TcpListener, done: oneshot::Sender<io::Result<()>> },
    /// To accept there no more.
    Close { key: SocketAddr, done: oneshot::Sender<()> },
    /// To serve metrics no more.
    CloseAdmin { done: oneshot::Sender<()> },
    /// To ask every connection to end.
    Drain,
    /// To end connections that carry nothing.
    EndIdle,
}

/// The control plane's end of a worker.
#[derive(Debug)]
pub(crate) struct WorkerHandle {
    orders: mpsc::UnboundedSender<Order>,
    thread: std::thread::JoinHandle<()>,
}

/// Between two looks at all connections.
const SWEEP: Duration = Duration::from_secs(1);
/// The clock's step.
const STEP: Duration = Duration::from_millis(100);
/// After which an idle connection to an instance is of no use any more.
const LONGEST_IDLE: Duration = Duration::from_secs(60);

/// Starts a worker.
pub(crate) fn start(index: usize, edge: Arc<Edge>) -> io::Result<WorkerHandle> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (orders, received) = mpsc::unbounded_channel();
    let seed = std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), index);
    let run = move || runtime.block_on(obey(index, edge, Random::seeded(seed), received));
    let thread = std::thread::Builder::new().name(format!("edge-{index}")).spawn(run)?;
    Ok(WorkerHandle { orders, thread })
}

impl WorkerHandle {
    /// Tells it. A worker ends only with the process.
    pub(crate) fn tell(&self, order: Order) -> io::Result<()> {
        self.orders.send(order).map_err(|_| io::Error::other("a thread that carries requests has ended"))
    }

    /// Whether its thread is there.
    pub(crate) fn is_alive(&self) -> bool {
        !self.thread.is_finished()
    }
}

async fn obey(index: usize, edge: Arc<Edge>, random: Random, mut orders: mpsc::UnboundedReceiver<Order>) {
    let (drain, drained) = watch::channel(edge.is_draining());
    let clock = Arc::new(Clock(AtomicU64::new(1)));
    let worker = Arc::new(Worker { index, edge, clock, random, connections: Connections::default(), drained });
    tokio::spawn(sweep(worker.clone()));
    if index == 0 {
        tokio::spawn(checks::check_all(worker.edge.clone()));
    }
    let mut open: Vec<(SocketAddr, JoinHandle<()>)> = Vec::new();
    let mut admin: Option<JoinHandle<()>> = None;
    while let Some(order) = orders.recv().await {
        match order {
            Order::Open { key, listener, door, done } => {
                let accepting = tokio::net::TcpListener::from_std(listener).map(|listener| {
                    open.push((key, tokio::spawn(accept(listener, door, worker.clone()))));
                });
                told(done, accepting);
            }
            Order::OpenAdmin { listener, done } => {
                let serving = tokio::net::TcpListener::from_std(listener).map(|listener| {
                    admin = Some(tokio::spawn(admin::serve(listener, worker.edge.clone())));
                });
                told(done, serving);
            }
            Order::Close { key, done } => {
                for (_, task) in open.extract_if(.., |(open, _)| *open == key) {
                    end(task).await;
                }
                told(done, ());
            }
            Order::CloseAdmin { done } => {
                if let Some(task) = admin.take() {
                    end(task).await;
                }
                told(done, ());
            }
            Order::Drain => {
                drain.send_replace(true);
            }
            Order::EndIdle => worker.connections.end_idle(),
        }
    }
}

/// Whoever gave the order and does not wait for its end has nothing to be told.
fn told<T>(done: oneshot::Sender<T>, value: T) {
    if done.send(value).is_err() {
        eprintln!("an order was given up before it was done");
    }
}

/// Waits until the task holds its socket no more.
async fn end(task: JoinHandle<()>) {
    task.abort();
    let _aborted_as_asked = task.await;
}

/// Keeps the clock; from time to time ends what takes too long and what is of no use any more.
async fn sweep(worker: Arc<Worker>) {
    let started = Instant::now();
    let mut swept = started;
    let mut steps = tokio::time::interval(STEP);
    steps.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        steps.tick().await;
        let now = Instant::now();
        worker.clock.0.store(now.duration_since(started).as_millis() as u64 + 1, Ordering::Relaxed);
        if now.duration_since(swept) < SWEEP {
            continue;
        }
        swept = now;
        let ended = worker.connections.sweep(worker.clock.now(), &worker.edge.table().limits);
        worker.edge.counters.timed_out.fetch_add(ended, Ordering::Relaxed);
        if worker.index == 0 {
            for service in worker.edge.services() {
                service.look_at_lease(now);
                service.instances().iter().for_each(|instance| instance.sweep(now, LONGEST_IDLE));
            }
        }
    }
}

impl Clock {
    pub(crate) fn now(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Random {
    pub(crate) fn seeded(seed: u64) -> Random {
        Random(AtomicU64::new(seed))
    }

    /// 64 random bits: SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
    pub(crate) fn next(&self) -> u64 {
        let mut bits = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// 32 hexadecimal digits as a header's value.
    pub(crate) fn id(&self) -> HeaderValue {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let bits = (u128::from(self.next()) << 64) | u128::from(self.next());
        let digits: [u8; 32] = std::array::from_fn(|index| DIGITS[(bits >> (124 - 4 * index) & 15) as usize]);
        HeaderValue::from_bytes(&digits).unwrap_or(HeaderValue::from_static("0"))
    }
}
