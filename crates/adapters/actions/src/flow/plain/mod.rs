//! Requests over plain HTTP/1: connections of our own, kept for the next request to the same place.
//!
//! A general client costs more than a small request itself; most flows ask a service on the same machine or network. So a
//! request is one write and its answer one read that waits, on the flow's own thread: a flow has nothing else to do meanwhile, and a
//! step's flow has its process to itself. The stations: request → wire → answer.

mod answer;
mod request;
mod wire;

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use callsheet_flow::Response;
use reqwest::{Method, Url};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::exchange::{NoResponse, arrived};
use super::limits::FlowLimits;
use super::outgoing::Outgoing;
use super::settings::Settings;
use wire::{Wire, WireError};

/// What a flow calls itself, unless it says otherwise.
pub(super) const NAME: &str = concat!("callsheet/", env!("CARGO_PKG_VERSION"));

/// Host and port.
type Place = (String, u16);

/// Connections that wait for the next request.
#[derive(Default)]
pub(super) struct Connections {
    kept: Mutex<HashMap<Place, Vec<Wire>>>,
}

impl Connections {
    /// Sends one request and reads its response, which has no address and redirects yet.
    pub(super) async fn exchange(
        &self,
        outgoing: &Outgoing,
        cookies: &str,
        settings: &Settings,
        limits: &FlowLimits,
    ) -> Result<Response, NoResponse> {
        let place = place(&outgoing.url);
        let bytes = request::bytes(outgoing, cookies, settings).map_err(|what| NoResponse { what, sent: false })?;
        // What only reads may be asked twice, so a connection that rested for an instant is trusted unseen.
        let trusting = matches!(outgoing.method, Method::GET | Method::HEAD);
        let has_body = outgoing.method != Method::HEAD;
        let (mut wire, unseen) = match self.take(&place, trusting) {
            Some(kept) => kept,
            None => (connect(&place, settings).await?, false),
        };
        let mut answer = wire.exchange(&bytes, has_body, limits.body, settings.max_time);
        if unseen && matches!(answer, Err(WireError::Broken { silent: true, .. })) {
            wire = connect(&place, settings).await?;
            answer = wire.exchange(&bytes, has_body, limits.body, settings.max_time);
        }
        let answer = answer.map_err(|error| {
            let (host, port) = &place;
            let what = match &error {
                WireError::Late => format!("no answer from {host}:{port} within {:?}", settings.max_time),
                WireError::TooLarge { .. } | WireError::Cut { .. } => error.to_string(),
                WireError::Broken { .. } => format!("the exchange broke off with {host}:{port}: {error}"),
            };
            NoResponse { what, sent: true }
        })?;
        let ip = wire.ip.clone();
        if answer.reusable {
            self.locked().entry(place).or_default().push(wire);
        }
        Ok(arrived(answer.head.version, answer.head.status, answer.head.headers, answer.body, ip, limits))
    }

    /// A connection that the server has not closed by now; or, when `trusting`, one that nobody looked at (true) as it is so fresh.
    fn take(&self, place: &Place, trusting: bool) -> Option<(Wire, bool)> {
        let mut kept = self.locked();
        let connections = kept.get_mut(place)?;
        while let Some(wire) = connections.pop() {
            if trusting && wire.is_fresh() {
                return Some((wire, true));
            }
            if wire.is_open() {
                return Some((wire, false));
            }
        }
        None
    }

    /// Whoever panicked while holding it had changed nothing by halves.
    fn locked(&self) -> MutexGuard<'_, HashMap<Place, Vec<Wire>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn place(url: &Url) -> Place {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    (host.to_owned(), url.port_or_known_default().unwrap_or(80))
}

async fn connect(place: &Place, settings: &Settings) -> Result<Wire, NoResponse> {
    let (host, port) = place;
    let unreached = |what: String| NoResponse { what: format!("cannot connect to {host}:{port}: {what}"), sent: false };
    let patience = settings.connect_timeout.min(settings.max_time);
    let stream = match timeout(patience, TcpStream::connect((host.as_str(), *port))).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return Err(unreached(error.to_string())),
        Err(_) => return Err(unreached(format!("no answer within {patience:?}"))),
    };
    let waiting = stream.into_std().and_then(|stream| stream.set_nonblocking(false).map(|()| stream));
    waiting.and_then(Wire::new).map_err(|error| unreached(error.to_string()))
}
