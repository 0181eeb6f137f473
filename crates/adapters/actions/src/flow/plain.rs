//! Requests over plain HTTP/1: connections of our own, kept for the next request to the same place.
//!
//! The general client costs more than a small request itself; most flows ask a service on the same machine or network.

use std::collections::HashMap;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};

use callsheet_flow::{HttpVersion, Response, header_text};
use http_body_util::Full;
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HOST, HeaderName, HeaderValue, USER_AGENT};
use hyper::{Method, Request, Version};
use hyper_util::rt::TokioIo;
use reqwest::{Url, header::HeaderMap};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::exchange::{NoResponse, arrived};
use super::limits::FlowLimits;
use super::outgoing::Outgoing;
use super::settings::Settings;

/// What a flow calls itself, unless it says otherwise.
pub(super) const NAME: &str = concat!("callsheet/", env!("CARGO_PKG_VERSION"));

/// Host and port.
type Place = (String, u16);

/// One connection that no request is on.
struct Connection {
    sender: SendRequest<Full<Bytes>>,
    /// The server's address.
    ip: String,
}

/// Connections that wait for the next request.
#[derive(Default)]
pub(super) struct Connections {
    kept: Mutex<HashMap<Place, Vec<Connection>>>,
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
        let late = || NoResponse {
            what: format!("no answer from {}:{} within {:?}", place.0, place.1, settings.max_time),
            sent: true,
        };
        timeout(settings.max_time, self.converse(&place, outgoing, cookies, settings, limits))
            .await
            .unwrap_or_else(|_| Err(late()))
    }

    async fn converse(
        &self,
        place: &Place,
        outgoing: &Outgoing,
        cookies: &str,
        settings: &Settings,
        limits: &FlowLimits,
    ) -> Result<Response, NoResponse> {
        let broke_off = |error: &hyper::Error| NoResponse {
            what: format!("the exchange broke off with {}:{}: {}", place.0, place.1, crate::causes::innermost(error)),
            sent: true,
        };
        let mut request = request(outgoing, cookies, settings)?;
        loop {
            let kept = self.take(place);
            let was_kept = kept.is_some();
            let mut connection = match kept {
                Some(kept) => kept,
                None => connect(place, settings).await?,
            };
            if connection.sender.ready().await.is_err() && was_kept {
                continue;
            }
            let answer = match connection.sender.try_send_request(request).await {
                Ok(answer) => answer,
                Err(mut error) => match error.take_message() {
                    // The server had closed it before anything was written.
                    Some(unsent) if was_kept => {
                        request = unsent;
                        continue;
                    }
                    _ => return Err(broke_off(error.error())),
                },
            };
            let (head, body) = answer.into_parts();
            let body = read(body, limits.body).await?;
            let ip = connection.ip.clone();
            if !connection.sender.is_closed() {
                self.locked().entry(place.clone()).or_default().push(connection);
            }
            let version = if head.version == Version::HTTP_10 { HttpVersion::Http10 } else { HttpVersion::Http11 };
            return Ok(arrived(version, head.status.as_u16(), headers(&head.headers), body, ip, limits));
        }
    }

    fn take(&self, place: &Place) -> Option<Connection> {
        let mut kept = self.locked();
        let connections = kept.get_mut(place)?;
        while let Some(connection) = connections.pop() {
            if !connection.sender.is_closed() {
                return Some(connection);
            }
        }
        None
    }

    /// Whoever panicked while holding it had changed nothing by halves.
    fn locked(&self) -> MutexGuard<'_, HashMap<Place, Vec<Connection>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn place(url: &Url) -> Place {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    (host.to_owned(), url.port_or_known_default().unwrap_or(80))
}

async fn connect(place: &Place, settings: &Settings) -> Result<Connection, NoResponse> {
    let (host, port) = place;
    let unreached = |what: String| NoResponse { what: format!("cannot connect to {host}:{port}: {what}"), sent: false };
    let stream = match timeout(settings.connect_timeout, TcpStream::connect((host.as_str(), *port))).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return Err(unreached(error.to_string())),
        Err(_) => return Err(unreached(format!("no answer within {:?}", settings.connect_timeout))),
    };
    let ip = stream.peer_addr().map(|address| address.ip().to_string()).unwrap_or_default();
    // A request is one write; waiting for more would only add delay.
    stream.set_nodelay(true).map_err(|error| unreached(error.to_string()))?;
    let (sender, driver) = handshake(TokioIo::new(stream)).await.map_err(|error| unreached(error.to_string()))?;
    // How it ends is told to whoever has a request on it.
    tokio::spawn(driver);
    Ok(Connection { sender, ip })
}

fn request(outgoing: &Outgoing, cookies: &str, settings: &Settings) -> Result<Request<Full<Bytes>>, NoResponse> {
    let unsendable = |what: String| NoResponse { what, sent: false };
    let mut headers = HeaderMap::new();
    for (name, value) in &outgoing.headers {
        let name =
            HeaderName::from_bytes(name.as_bytes()).map_err(|_| unsendable(format!("`{name}` is no header's name")))?;
        headers.append(name, header_value(value)?);
    }
    if !headers.contains_key(HOST) {
        headers.insert(HOST, header_value(&outgoing.url[url::Position::BeforeHost..url::Position::AfterPort])?);
    }
    if !headers.contains_key(USER_AGENT) {
        headers.insert(USER_AGENT, HeaderValue::from_static(NAME));
    }
    if let Some(media_type) = &outgoing.media_type {
        headers.insert(CONTENT_TYPE, header_value(media_type)?);
    }
    if !cookies.is_empty() {
        headers.append(COOKIE, header_value(cookies)?);
    }
    if outgoing.body.is_empty() && matches!(outgoing.method, Method::POST | Method::PUT | Method::PATCH) {
        headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    let target = &outgoing.url[url::Position::BeforePath..url::Position::AfterQuery];
    let mut request = Request::new(Full::new(Bytes::from(outgoing.body.clone())));
    *request.method_mut() = outgoing.method.clone();
    *request.uri_mut() =
        target.parse().map_err(|error| unsendable(format!("`{target}` cannot be asked for: {error}")))?;
    *request.headers_mut() = headers;
    if settings.version == Some(Version::HTTP_10) {
        *request.version_mut() = Version::HTTP_10;
    }
    Ok(request)
}

fn header_value(value: &str) -> Result<HeaderValue, NoResponse> {
    let unsendable = |_| NoResponse { what: format!("a header cannot hold `{}`", value.escape_debug()), sent: false };
    HeaderValue::from_bytes(value.as_bytes()).map_err(unsendable)
}

fn headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| header_text(value.as_bytes()).into_owned();
    headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}

async fn read(mut incoming: Incoming, limit: usize) -> Result<Vec<u8>, NoResponse> {
    let broken = |what: String| NoResponse { what, sent: true };
    let mut body = Vec::new();
    while let Some(frame) = poll_fn(|context| Pin::new(&mut incoming).poll_frame(context)).await {
        match frame.map(|frame| frame.into_data()) {
            Ok(Ok(data)) if body.len() + data.len() > limit => {
                return Err(broken(format!("the response's body is larger than {limit} bytes")));
            }
            Ok(Ok(data)) => body.extend_from_slice(&data),
            // Trailers: no flow asks for them.
            Ok(Err(_)) => {}
            Err(error) => {
                let cause = crate::causes::innermost(&error);
                return Err(broken(format!("the response broke off after {} bytes: {cause}", body.len())));
            }
        }
    }
    Ok(body)
}
