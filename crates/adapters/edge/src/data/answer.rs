//! One request from its head to the head of its answer.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use hyper::body::{Body, Bytes, Incoming};
use hyper::header::{CONNECTION, CONTENT_TYPE, HeaderValue, TRANSFER_ENCODING, UPGRADE};
use hyper::http::request::Parts;
use hyper::upgrade::OnUpgrade;
use hyper::{Method, Request, Response, StatusCode, Version};

use super::body::{Active, AnswerBody, BodyWatch, Pending, RequestBody};
use super::connection::Connection;
use super::forward::{Forwarded, Outgoing, forward};
use super::headers::{Origin, to_client, to_instance, wanted_upgrade};
use super::refusal::Refusal;
use super::worker::Worker;
use super::{headers, host, session, tunnel};
use crate::access_log::Line;
use crate::service::Wish;
use crate::table::{Entry, Table};

/// What all requests of a connection share.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) worker: Arc<Worker>,
    pub(crate) connection: Arc<Connection>,
    /// The listener's configured address.
    pub(crate) listener: SocketAddr,
    pub(crate) origin: Origin,
}

/// Where an answer's head and body come from.
enum Answered {
    Carried(Box<Forwarded>, Option<Upgrade>, Option<HeaderValue>),
    Refused(Refusal, Option<Bytes>),
}

/// A change of protocol, if the instance agrees.
struct Upgrade {
    protocol: HeaderValue,
    client: OnUpgrade,
}

/// Answers a request.
pub(crate) async fn answer(
    client: Arc<Client>,
    mut request: Request<Incoming>,
) -> Result<Response<AnswerBody>, Infallible> {
    let worker = &client.worker;
    let active = Active::new(client.connection.clone(), worker.clone());
    let table = worker.edge.table();
    let upgrade = upgrade_of(&mut request);
    let version = request.version();
    let (mut parts, body) = request.into_parts();
    let mut log = table.access_log.as_ref().map(|log| pending(log, &client, &parts));
    let mut id = None;
    let answered = carry(&client, &table, &mut parts, body, upgrade, &mut id, &mut log).await;
    let id = id.unwrap_or_else(|| worker.random.id());
    let mut response = match answered {
        Answered::Carried(forwarded, upgrade, cookie) => finish(*forwarded, upgrade, cookie, id, &client, active, log),
        Answered::Refused(refusal, page) => {
            if refusal == Refusal::Malformed {
                worker.edge.counters.malformed.fetch_add(1, Ordering::Relaxed);
            }
            let mut response = refusal.response(page.as_ref());
            headers::mark(response.headers_mut(), &client.origin, id.clone());
            if let Some(log) = &mut log {
                (log.line.status, log.line.id) = (refusal.status().as_u16(), text(&id));
            }
            response.map(|bytes| AnswerBody::own(bytes, active, log))
        }
    };
    if version < Version::HTTP_2 {
        if worker.edge.is_draining() && response.status() != StatusCode::SWITCHING_PROTOCOLS {
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
    } else {
        response.headers_mut().remove(CONNECTION);
    }
    Ok(response)
}

fn upgrade_of(request: &mut Request<Incoming>) -> Option<Upgrade> {
    if request.version() != Version::HTTP_11 {
        return None;
    }
    let protocol = wanted_upgrade(request.headers())?;
    // Over plain connections clients offer HTTP/2 this way; it is declined by going on without.
    if protocol.as_bytes().eq_ignore_ascii_case(b"h2c") {
        return None;
    }
    Some(Upgrade { protocol, client: hyper::upgrade::on(request) })
}

async fn carry(
    client: &Client,
    table: &Table,
    parts: &mut Parts,
    body: Incoming,
    upgrade: Option<Upgrade>,
    id: &mut Option<HeaderValue>,
    log: &mut Option<Box<Pending>>,
) -> Answered {
    let worker = &client.worker;
    let refuse = |refusal| Answered::Refused(refusal, None);
    if client.connection.malformed.load(Ordering::Relaxed) {
        return refuse(Refusal::Malformed);
    }
    if parts.method == Method::CONNECT {
        return refuse(Refusal::NotAllowed);
    }
    let Ok(authority) = host::authority(parts).map(|authority| authority.into_owned()) else {
        return refuse(Refusal::Malformed);
    };
    if !parts.uri.path().starts_with('/') && parts.uri.path() != "*" {
        return refuse(Refusal::Malformed);
    }
    let Some(entry) = table.find(client.listener, &host::name(&authority), parts.uri.path()) else {
        return refuse(Refusal::NoRoute);
    };
    let refuse = |refusal| Answered::Refused(refusal, entry.page.clone());
    if body.size_hint().lower() > entry.body_bytes {
        return refuse(Refusal::TooLarge);
    }
    let protocol = upgrade.as_ref().map(|upgrade| &upgrade.protocol);
    let named = to_instance(parts, &authority, &client.origin, protocol, &worker.random);
    *id = Some(named);
    let (ticket, pin, cookie) = session::ticket(&entry.session, &parts.headers, &worker.random);
    let wish = Wish { ticket, pin, preview: entry.preview };
    let outgoing = outgoing(client, entry, take(parts), body);
    match forward(worker, entry, wish, outgoing).await {
        Ok(forwarded) => {
            if let Some(log) = log {
                log.line.service = Some(entry.service.name().to_owned());
                log.line.instance = Some(forwarded.guard.instance().member.id.0.clone());
            }
            if forwarded.response.status() == StatusCode::SWITCHING_PROTOCOLS && upgrade.is_none() {
                return refuse(Refusal::Broken);
            }
            Answered::Carried(Box::new(forwarded), upgrade, cookie)
        }
        Err(refusal) => refuse(refusal),
    }
}

/// Leaves an empty head behind.
fn take(parts: &mut Parts) -> Parts {
    let (empty, ()) = Request::new(()).into_parts();
    std::mem::replace(parts, empty)
}

fn outgoing(client: &Client, entry: &Entry, mut parts: Parts, body: Incoming) -> Outgoing {
    if body.is_end_stream() {
        return Outgoing::new(parts, RequestBody::Empty, None);
    }
    if body.size_hint().exact().is_none() {
        // Said, because the library takes a GET that says nothing for one without a body.
        parts.headers.insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
    }
    let watch = Arc::new(BodyWatch::new(entry.body_bytes, client.connection.clone(), client.worker.clone()));
    Outgoing::new(parts, RequestBody::Streamed { inner: body, watch: watch.clone() }, Some(watch))
}

/// Makes the instance's answer the client's.
fn finish(
    forwarded: Forwarded,
    upgrade: Option<Upgrade>,
    cookie: Option<HeaderValue>,
    id: HeaderValue,
    client: &Client,
    active: Active,
    mut log: Option<Box<Pending>>,
) -> Response<AnswerBody> {
    let Forwarded { mut response, upstream, mut guard } = forwarded;
    if let Some(log) = &mut log {
        (log.line.status, log.line.id) = (response.status().as_u16(), text(&id));
    }
    let upgraded = match upgrade {
        Some(upgrade) if response.status() == StatusCode::SWITCHING_PROTOCOLS => {
            let instance = hyper::upgrade::on(&mut response);
            Some((upgrade, instance, response.headers().get(UPGRADE).cloned()))
        }
        _ => None,
    };
    to_client(response.headers_mut(), &client.origin, id, cookie);
    let Some((upgrade, instance, protocol)) = upgraded else {
        if streams_events(&response) {
            guard.count_now();
        }
        return response.map(|body| AnswerBody::streamed(body, upstream, guard, active, log));
    };
    let headers = response.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(UPGRADE, protocol.unwrap_or(upgrade.protocol));
    let head = Active::new(client.connection.clone(), client.worker.clone());
    tunnel::open(upgrade.client, (instance, upstream), guard, active, client.worker.clone());
    response.map(|_| AnswerBody::own(Bytes::new(), head, log))
}

/// Whether the answer lasts as long as the client likes.
fn streams_events(response: &Response<Incoming>) -> bool {
    let kind = response.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    kind.is_some_and(|kind| kind.len() >= 17 && kind[..17].eq_ignore_ascii_case(b"text/event-stream"))
}

fn text(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

fn pending(log: &crate::access_log::AccessLog, client: &Client, parts: &Parts) -> Box<Pending> {
    let line = Line {
        time: jiff::Timestamp::now(),
        id: String::new(),
        client: client.origin.client.to_string(),
        method: parts.method.to_string(),
        host: host::authority(parts).map(|host| host.into_owned()).unwrap_or_default(),
        path: parts.uri.path().to_owned(),
        status: 0,
        bytes: 0,
        duration_ms: 0.0,
        service: None,
        instance: None,
        complete: false,
    };
    Box::new(Pending { line, started: Instant::now(), log: log.clone() })
}
