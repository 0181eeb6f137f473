//! One request with its redirects, and the response it ends with.

use std::time::Instant;

use callsheet_base::Timestamp;
use callsheet_flow::{HttpVersion, Redirect, Response, header_text};
use reqwest::header::LOCATION;
use reqwest::{Client, Method, StatusCode, Url};

use super::clients::Clients;
use super::cookies::Jar;
use super::limits::FlowLimits;
use super::outgoing::Outgoing;
use super::settings::Settings;
use super::unpack::unpack;

/// Why there is no response.
pub(super) struct NoResponse {
    pub what: String,
    /// Whether a request may have reached the server.
    pub sent: bool,
}

/// Sends and follows. Cookies go into and come out of `jar`.
pub(super) async fn exchange(
    clients: &Clients,
    mut outgoing: Outgoing,
    settings: &Settings,
    limits: &FlowLimits,
    jar: &mut Jar,
    now: Timestamp,
) -> Result<Response, NoResponse> {
    let begin = Instant::now();
    let origin = outgoing.url.clone();
    let mut redirects = Vec::new();
    loop {
        let cookies = jar.for_url(&outgoing.url).into_iter().chain(outgoing.cookies.iter().cloned());
        let cookies = cookies.collect::<Vec<_>>().join("; ");
        let mut response = if outgoing.url.scheme() == "http" {
            clients.plain.exchange(&outgoing, &cookies, settings, limits).await?
        } else {
            let client = clients.general(settings).map_err(|what| NoResponse { what, sent: false })?;
            read(send(&client, &outgoing, settings, &cookies).await?, limits).await?
        };
        response.url = outgoing.url.to_string();
        jar.keep(&outgoing.url, &response.headers, now);
        let next = if settings.follow { next_url(&outgoing.url, &response) } else { None };
        let Some(next) = next else {
            response.duration_ms = begin.elapsed().as_millis() as u64;
            response.redirects = redirects;
            return Ok(response);
        };
        if settings.max_redirects >= 0 && redirects.len() as i64 >= settings.max_redirects {
            let what = format!("more than {} redirects, the next to {next}", settings.max_redirects);
            return Err(NoResponse { what, sent: true });
        }
        redirects.push(Redirect { status: response.status, location: next.to_string() });
        let stays = settings.trusted || same_place(&origin, &next);
        outgoing = follow(outgoing, next, response.status, stays);
    }
}

async fn send(
    client: &Client,
    outgoing: &Outgoing,
    settings: &Settings,
    cookies: &str,
) -> Result<reqwest::Response, NoResponse> {
    let mut request = client.request(outgoing.method.clone(), outgoing.url.clone()).timeout(settings.max_time);
    if let Some(version) = settings.version {
        request = request.version(version);
    }
    if let Some(media_type) = &outgoing.media_type {
        request = request.header(reqwest::header::CONTENT_TYPE, media_type);
    }
    for (name, value) in &outgoing.headers {
        request = request.header(name, value);
    }
    if !cookies.is_empty() {
        request = request.header(reqwest::header::COOKIE, cookies);
    }
    if !outgoing.body.is_empty() {
        request = request.body(outgoing.body.clone());
    } else if matches!(outgoing.method, Method::POST | Method::PUT | Method::PATCH) {
        request = request.header(reqwest::header::CONTENT_LENGTH, "0");
    }
    request.send().await.map_err(|error| {
        let sent = !error.is_connect() && !error.is_builder();
        NoResponse { what: no_response(&outgoing.url, settings, error), sent }
    })
}

fn no_response(url: &Url, settings: &Settings, error: reqwest::Error) -> String {
    let host = url.host_str().unwrap_or_default();
    let port = url.port_or_known_default().unwrap_or_default();
    if error.is_timeout() {
        return format!("no answer from {host}:{port} within {:?}", settings.max_time);
    }
    let verb = if error.is_connect() { "cannot connect to" } else { "the exchange broke off with" };
    format!("{verb} {host}:{port}: {}", crate::causes::innermost(&error.without_url()))
}

async fn read(mut answer: reqwest::Response, limits: &FlowLimits) -> Result<Response, NoResponse> {
    let broken = |what: String| NoResponse { what, sent: true };
    let headers: Vec<(String, String)> = answer
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), header_text(value.as_bytes()).into_owned()))
        .collect();
    let version = match answer.version() {
        reqwest::Version::HTTP_10 => HttpVersion::Http10,
        reqwest::Version::HTTP_2 => HttpVersion::Http2,
        reqwest::Version::HTTP_3 => HttpVersion::Http3,
        _ => HttpVersion::Http11,
    };
    let status = answer.status().as_u16();
    let ip = answer.remote_addr().map(|address| address.ip().to_string()).unwrap_or_default();
    let mut raw_body = Vec::new();
    loop {
        match answer.chunk().await {
            Ok(Some(chunk)) if raw_body.len() + chunk.len() > limits.body => {
                return Err(broken(format!("the response's body is larger than {} bytes", limits.body)));
            }
            Ok(Some(chunk)) => raw_body.extend_from_slice(&chunk),
            Ok(None) => break,
            Err(error) => {
                let cause = crate::causes::innermost(&error.without_url());
                return Err(broken(format!("the response broke off after {} bytes: {cause}", raw_body.len())));
            }
        }
    }
    Ok(arrived(version, status, headers, raw_body, ip, limits))
}

/// A response with its body unpacked. Its address, redirects and duration are for the caller to say.
pub(super) fn arrived(
    version: HttpVersion,
    status: u16,
    headers: Vec<(String, String)>,
    raw_body: Vec<u8>,
    ip: String,
    limits: &FlowLimits,
) -> Response {
    let encoding = headers.iter().find(|(name, _)| name == "content-encoding").map(|(_, value)| value.as_str());
    let (body, packed, raw_body) = match encoding.map(|encoding| unpack(&raw_body, encoding, limits.body)) {
        None => (raw_body, None, None),
        Some(Ok(body)) => (body, None, Some(raw_body)),
        Some(Err(problem)) => (raw_body, Some(problem), None),
    };
    let (url, redirects) = (String::new(), Vec::new());
    Response { version, status, url, redirects, headers, body, packed, raw_body, duration_ms: 0, ip }
}

fn next_url(from: &Url, response: &Response) -> Option<Url> {
    let is_redirect = StatusCode::from_u16(response.status).is_ok_and(|status| status.is_redirection());
    let location = response.header(LOCATION.as_str()).next().filter(|_| is_redirect)?;
    from.join(location).ok()
}

fn same_place(from: &Url, to: &Url) -> bool {
    let place = |url: &Url| (url.scheme().to_owned(), url.host_str().map(str::to_owned), url.port_or_known_default());
    place(from) == place(to)
}

/// As the `hurl` program does: 301 to 303 become GET without a body; credentials stay with the host they were meant for.
fn follow(outgoing: Outgoing, next: Url, status: u16, stays: bool) -> Outgoing {
    let Outgoing { mut method, mut headers, mut media_type, mut cookies, mut body, .. } = outgoing;
    if matches!(status, 301..=303) && method != Method::GET {
        method = Method::GET;
        body.clear();
        media_type = None;
    }
    if !stays {
        let is_credential = |name: &str| ["authorization", "cookie"].iter().any(|c| name.eq_ignore_ascii_case(c));
        headers.retain(|(name, _)| !is_credential(name));
        cookies.clear();
    }
    Outgoing { method, url: next, headers, media_type, cookies, body }
}
