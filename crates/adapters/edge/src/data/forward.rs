//! Sends a request to an instance, and to another one where that is safe.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use hyper::body::Incoming;
use hyper::header::HeaderMap;
use hyper::http::request::Parts;
use hyper::{Method, Request, Response, Uri};

use super::body::{BodyWatch, RequestBody};
use super::refusal::Refusal;
use super::upstream::{NoAnswer, Upstream};
use super::worker::Worker;
use crate::service::{Choice, Chosen, InFlight, Instance, Wish};
use crate::table::Entry;

/// A request as it goes to an instance.
#[derive(Debug)]
pub(crate) struct Outgoing {
    request: Option<Request<RequestBody>>,
    /// What it can be made from again: only where sending it twice does no harm and it has no body.
    spare: Option<(Method, Uri, HeaderMap)>,
    watch: Option<Arc<BodyWatch>>,
}

/// An answer's head, and what goes on until its end.
#[derive(Debug)]
pub(crate) struct Forwarded {
    pub(crate) response: Response<Incoming>,
    pub(crate) upstream: Upstream,
    pub(crate) guard: InFlight,
}

/// How long an idle connection may have been idle for a request that cannot be sent again.
const FRESH: Duration = Duration::from_secs(1);
const KEPT: Duration = Duration::from_secs(60);

/// How one try ended without an answer.
enum Failed {
    /// Nothing was sent: the request is whole.
    Unsent { refused: bool },
    /// It may have been read, and is gone.
    Sent,
    /// The client's own fault.
    Client(Refusal),
    /// Nothing came in time.
    Late,
}

impl Outgoing {
    /// `watch` is there if the request has a body.
    pub(crate) fn new(parts: Parts, body: RequestBody, watch: Option<Arc<BodyWatch>>) -> Outgoing {
        let again = watch.is_none() && parts.method.is_idempotent();
        let spare = again.then(|| (parts.method.clone(), parts.uri.clone(), parts.headers.clone()));
        Outgoing { request: Some(Request::from_parts(parts, body)), spare, watch }
    }

    /// Takes the request; the next one is made from the spare, if there is one.
    fn take(&mut self) -> Option<Request<RequestBody>> {
        if let Some(request) = self.request.take() {
            return Some(request);
        }
        let (method, uri, headers) = self.spare.as_ref()?;
        let mut request = Request::new(RequestBody::Empty);
        *request.method_mut() = method.clone();
        *request.uri_mut() = uri.clone();
        *request.headers_mut() = headers.clone();
        Some(request)
    }

    fn can_go_again(&self) -> bool {
        self.request.is_some() || self.spare.is_some()
    }

    fn frames(&self) -> u64 {
        self.watch.as_ref().map_or(0, |watch| watch.frames.load(Ordering::Relaxed))
    }
}

/// Carries a request to an instance of `entry`'s service.
pub(crate) async fn forward(
    worker: &Worker,
    entry: &Entry,
    wish: Wish,
    mut outgoing: Outgoing,
) -> Result<Forwarded, Refusal> {
    let service = &entry.service;
    let mut tried: Vec<Arc<Instance>> = Vec::new();
    loop {
        let chosen = match service.choose(wish, &tried, Instant::now()) {
            Choice::Chosen(chosen) => chosen,
            Choice::Held => {
                if !service.released(entry.held, entry.held_timeout).await {
                    return Err(Refusal::Held);
                }
                continue;
            }
            Choice::Nobody if tried.is_empty() => return Err(Refusal::Nobody),
            Choice::Nobody => return Err(Refusal::Broken),
        };
        let Chosen { instance, mut guard } = chosen;
        let failed = match attempt(worker, entry, &instance, &mut outgoing).await {
            Ok((response, upstream)) => {
                guard.answered(response.status().as_u16(), Instant::now());
                return Ok(Forwarded { response, upstream, guard });
            }
            Err(failed) => failed,
        };
        let refused = match failed {
            Failed::Client(refusal) => {
                guard.blameless();
                return Err(refusal);
            }
            Failed::Late => {
                guard.timed_out(Refusal::Late.status().as_u16(), Instant::now());
                return Err(Refusal::Late);
            }
            Failed::Unsent { refused } => refused,
            Failed::Sent => false,
        };
        service.attempt_failed(guard, refused, Instant::now());
        tried.push(instance);
        if !outgoing.can_go_again() || tried.len() > usize::from(entry.retries) {
            return Err(Refusal::Broken);
        }
        worker.edge.counters.retries.fetch_add(1, Ordering::Relaxed);
    }
}

/// Tries one instance: on a connection that is open, and if that one turns out to be closed, on a new one.
async fn attempt(
    worker: &Worker,
    entry: &Entry,
    instance: &Instance,
    outgoing: &mut Outgoing,
) -> Result<(Response<Incoming>, Upstream), Failed> {
    let longest = if outgoing.spare.is_some() { KEPT } else { FRESH };
    if outgoing.spare.is_none() {
        // It can be sent once only: what the system knows of closed connections by now is learnt first.
        tokio::task::yield_now().await;
    }
    if let Some(mut upstream) = instance.take_idle(worker.index, Instant::now(), longest) {
        match send(&mut upstream, outgoing, entry.timeout).await {
            Ok(response) => return Ok((response, upstream)),
            // The instance had closed it: its right, and no failure.
            Err(Failed::Unsent { .. } | Failed::Sent) if outgoing.can_go_again() => {}
            Err(failed) => return Err(failed),
        }
    }
    let connected = Upstream::connect(instance.address(), entry.connect_timeout).await;
    let mut upstream = connected.map_err(|failed| Failed::Unsent { refused: failed.refused })?;
    let response = send(&mut upstream, outgoing, entry.timeout).await?;
    Ok((response, upstream))
}

async fn send(
    upstream: &mut Upstream,
    outgoing: &mut Outgoing,
    longest: Duration,
) -> Result<Response<Incoming>, Failed> {
    let Some(request) = outgoing.take() else { return Err(Failed::Sent) };
    let mut seen = outgoing.frames();
    let sent = upstream.send(request);
    let mut sent = std::pin::pin!(sent);
    let answered = loop {
        match tokio::time::timeout(longest, &mut sent).await {
            Ok(answered) => break answered,
            // While the body moves, its time has not begun.
            Err(_) if outgoing.frames() > seen => seen = outgoing.frames(),
            Err(_) => return Err(Failed::Late),
        }
    };
    let error = match answered {
        Ok(response) => return Ok(response),
        Err(NoAnswer::NotSent(request)) => {
            outgoing.request = Some(*request);
            return Err(Failed::Unsent { refused: false });
        }
        Err(NoAnswer::Sent(error)) => error,
    };
    match &outgoing.watch {
        Some(watch) if watch.too_large.load(Ordering::Relaxed) => Err(Failed::Client(Refusal::TooLarge)),
        Some(watch) if watch.broke.load(Ordering::Relaxed) => Err(Failed::Client(Refusal::BodyBroke)),
        _ if error.is_user() => Err(Failed::Client(Refusal::BodyBroke)),
        _ => Err(Failed::Sent),
    }
}
