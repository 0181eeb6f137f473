//! Bodies on their way through. Nothing is kept: a frame is taken from one side when the other can take it.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Instant;

use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};

use super::connection::Connection;
use super::upstream::Upstream;
use super::worker::Worker;
use crate::access_log::Line;
use crate::service::InFlight;

/// A request's body on its way to an instance.
#[derive(Debug)]
pub(crate) enum RequestBody {
    /// None.
    Empty,
    /// As it comes from the client.
    Streamed { inner: Incoming, watch: Arc<BodyWatch> },
}

/// What is known of a request's body while it is sent.
#[derive(Debug)]
pub(crate) struct BodyWatch {
    /// Bytes it may still have.
    left: AtomicU64,
    /// Frames that went through; more means it moves.
    pub(crate) frames: AtomicU64,
    /// It was larger than it may be.
    pub(crate) too_large: AtomicBool,
    /// The client's side of it broke.
    pub(crate) broke: AtomicBool,
    connection: Arc<Connection>,
    worker: Arc<Worker>,
}

/// Why a request's body ended early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyError {
    #[error("the body is larger than the route allows")]
    TooLarge,
    #[error("the client's body broke off")]
    Client(#[source] hyper::Error),
}

impl BodyWatch {
    pub(crate) fn new(most: u64, connection: Arc<Connection>, worker: Arc<Worker>) -> BodyWatch {
        BodyWatch {
            left: AtomicU64::new(most),
            frames: AtomicU64::new(0),
            too_large: AtomicBool::new(false),
            broke: AtomicBool::new(false),
            connection,
            worker,
        }
    }

    fn take(&self, bytes: u64) -> Result<(), BodyError> {
        let left = self.left.load(Ordering::Relaxed);
        if bytes > left {
            self.too_large.store(true, Ordering::Relaxed);
            return Err(BodyError::TooLarge);
        }
        self.left.store(left - bytes, Ordering::Relaxed);
        self.frames.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// Notes since when the client owes the next frame.
    fn owes(&self, owes: bool) {
        let since = if owes { self.worker.clock.now() } else { 0 };
        let unsent = &self.connection.unsent_since;
        if !owes || unsent.load(Ordering::Relaxed) == 0 {
            unsent.store(since, Ordering::Relaxed);
        }
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let RequestBody::Streamed { inner, watch } = self.get_mut() else { return Poll::Ready(None) };
        let polled = Pin::new(inner).poll_frame(cx);
        watch.owes(polled.is_pending());
        polled.map(|frame| {
            Some(match frame? {
                Ok(frame) => watch.take(frame.data_ref().map_or(0, |data| data.len() as u64)).map(|()| frame),
                Err(error) => {
                    watch.broke.store(true, Ordering::Relaxed);
                    Err(BodyError::Client(error))
                }
            })
        })
    }

    fn is_end_stream(&self) -> bool {
        match self {
            RequestBody::Empty => true,
            RequestBody::Streamed { inner, .. } => inner.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            RequestBody::Empty => SizeHint::with_exact(0),
            RequestBody::Streamed { inner, .. } => inner.size_hint(),
        }
    }
}

/// A request that is on its client's connection until its answer has ended.
#[derive(Debug)]
pub(crate) struct Active {
    pub(crate) connection: Arc<Connection>,
    pub(crate) worker: Arc<Worker>,
}

impl Active {
    pub(crate) fn new(connection: Arc<Connection>, worker: Arc<Worker>) -> Active {
        connection.begin();
        Active { connection, worker }
    }
}

impl Drop for Active {
    fn drop(&mut self) {
        self.connection.end(self.worker.clock.now());
    }
}

/// An answer's body on its way to the client.
#[derive(Debug)]
pub(crate) struct AnswerBody {
    source: Source,
    log: Option<Box<Pending>>,
    /// Until the answer has ended.
    _active: Active,
}

#[derive(Debug)]
enum Source {
    /// Of the edge's own.
    Own(Bytes),
    /// An instance's.
    Streamed(Box<Streamed>),
}

#[derive(Debug)]
struct Streamed {
    inner: Incoming,
    /// Goes back to the instance's idle ones at the end; `None` after it.
    upstream: Option<Upstream>,
    guard: InFlight,
    worker: Arc<Worker>,
}

/// A line of the access log whose end is not known yet.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) line: Line,
    pub(crate) started: Instant,
    pub(crate) log: crate::access_log::AccessLog,
}

impl AnswerBody {
    /// Of the edge's own.
    pub(crate) fn own(bytes: Bytes, active: Active, log: Option<Box<Pending>>) -> AnswerBody {
        AnswerBody { source: Source::Own(bytes), log, _active: active }
    }

    /// An instance's.
    pub(crate) fn streamed(
        inner: Incoming,
        upstream: Upstream,
        guard: InFlight,
        active: Active,
        log: Option<Box<Pending>>,
    ) -> AnswerBody {
        let worker = active.worker.clone();
        let streamed = Streamed { inner, upstream: Some(upstream), guard, worker };
        AnswerBody { source: Source::Streamed(Box::new(streamed)), log, _active: active }
    }
}

impl Streamed {
    fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        match &mut self.upstream {
            Some(upstream) => upstream.poll_frame(&mut self.inner, cx),
            None => Poll::Ready(None),
        }
    }

    /// The answer was read to its end, so the connection can take the next request.
    fn ended(&mut self) {
        if let Some(upstream) = self.upstream.take() {
            self.guard.instance().keep(self.worker.index, upstream, Instant::now());
        }
    }
}

impl Drop for Streamed {
    fn drop(&mut self) {
        if self.inner.is_end_stream() {
            self.ended();
        }
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let this = self.get_mut();
        let frame = match &mut this.source {
            Source::Own(bytes) if bytes.is_empty() => None,
            Source::Own(bytes) => Some(Ok(Frame::data(std::mem::take(bytes)))),
            Source::Streamed(streamed) => match streamed.poll_frame(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(None) => {
                    streamed.ended();
                    None
                }
                Poll::Ready(Some(Err(error))) => {
                    streamed.guard.broke();
                    Some(Err(error))
                }
                Poll::Ready(frame) => frame,
            },
        };
        if let (Some(log), Some(Ok(frame))) = (&mut this.log, &frame) {
            log.line.bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        match &self.source {
            Source::Own(bytes) => bytes.is_empty(),
            Source::Streamed(streamed) => streamed.inner.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.source {
            Source::Own(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Source::Streamed(streamed) => streamed.inner.size_hint(),
        }
    }
}

impl Drop for AnswerBody {
    fn drop(&mut self) {
        let complete = self.is_end_stream();
        if let Some(mut pending) = self.log.take() {
            pending.line.complete = complete;
            pending.line.duration_ms = pending.started.elapsed().as_secs_f64() * 1e3;
            if !pending.log.add(pending.line) {
                self._active.worker.edge.counters.log_lines_lost.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}
