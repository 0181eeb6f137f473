//! What changes in a head on its way: headers of one hop end here, who asked is added.

use std::net::IpAddr;

use hyper::header::{
    CONNECTION, CONTENT_LENGTH, EXPECT, HOST, HeaderMap, HeaderName, HeaderValue, STRICT_TRANSPORT_SECURITY, TE,
    TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use hyper::http::request::Parts;

use super::worker::Random;

const FORWARDED: HeaderName = HeaderName::from_static("forwarded");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
const PROXY_CONNECTION: HeaderName = HeaderName::from_static("proxy-connection");
/// Names a request through all logs.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Where a request came in.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    /// The client.
    pub(crate) client: IpAddr,
    /// The same as a header's value.
    pub(crate) forwarded_for: HeaderValue,
    pub(crate) tls: bool,
    /// Whether the client's own `X-Forwarded-*` are kept and added to.
    pub(crate) trusted: bool,
    /// What browsers are told of TLS.
    pub(crate) hsts: Option<HeaderValue>,
}

/// Takes out what concerns one connection alone, as listed in `Connection` too (RFC 9110, 7.6.1).
fn end_hop(headers: &mut HeaderMap) {
    while let Some(named) = headers.remove(CONNECTION) {
        for name in named.as_bytes().split(|&byte| byte == b',').map(<[u8]>::trim_ascii) {
            if let Ok(name) = HeaderName::from_bytes(name)
                && !matches!(name, HOST | CONTENT_LENGTH)
            {
                headers.remove(name);
            }
        }
    }
    for name in [KEEP_ALIVE, PROXY_CONNECTION, TRANSFER_ENCODING, UPGRADE] {
        headers.remove(name);
    }
}

/// The protocol a request wants to speak from now on.
pub(crate) fn wanted_upgrade(headers: &HeaderMap) -> Option<HeaderValue> {
    let wanted = headers.get(UPGRADE)?;
    let connection = headers.get_all(CONNECTION).iter().flat_map(|value| value.as_bytes().split(|&byte| byte == b','));
    connection.map(<[u8]>::trim_ascii).any(|token| token.eq_ignore_ascii_case(b"upgrade")).then(|| wanted.clone())
}

/// Makes a request's head what the instance gets. Returns the request's id.
pub(crate) fn to_instance(
    parts: &mut Parts,
    authority: &str,
    origin: &Origin,
    upgrade: Option<&HeaderValue>,
    random: &Random,
) -> HeaderValue {
    let wants_trailers = parts.headers.remove(TE).is_some_and(|te| te.as_bytes().eq_ignore_ascii_case(b"trailers"));
    end_hop(&mut parts.headers);
    let headers = &mut parts.headers;
    headers.remove(EXPECT);
    if wants_trailers {
        headers.insert(TE, HeaderValue::from_static("trailers"));
    }
    if let Some(protocol) = upgrade {
        headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(UPGRADE, protocol.clone());
    }
    if !headers.contains_key(HOST)
        && let Ok(host) = HeaderValue::try_from(authority)
    {
        headers.insert(HOST, host);
    }
    forwarded(headers, authority, origin);
    let id = request_id(headers, random);
    if parts.uri.authority().is_some() {
        // The host of the request line is what counts, so it is what the instance reads.
        if let Ok(host) = HeaderValue::try_from(authority) {
            headers.insert(HOST, host);
        }
        let path = parts.uri.path_and_query().cloned();
        parts.uri = path.map(hyper::Uri::from).unwrap_or_default();
    }
    parts.version = hyper::Version::HTTP_11;
    id
}

fn forwarded(headers: &mut HeaderMap, authority: &str, origin: &Origin) {
    let scheme = HeaderValue::from_static(if origin.tls { "https" } else { "http" });
    if !origin.trusted {
        headers.remove(FORWARDED);
        headers.insert(FORWARDED_FOR, origin.forwarded_for.clone());
        headers.insert(FORWARDED_PROTO, scheme);
        if let Some(host) = headers.get(HOST).cloned() {
            headers.insert(FORWARDED_HOST, host);
        }
        return;
    }
    let before: Vec<&str> = headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok()).collect();
    let chain = if before.is_empty() {
        origin.forwarded_for.clone()
    } else {
        let chain = format!("{}, {}", before.join(", "), origin.client);
        HeaderValue::try_from(chain).unwrap_or(origin.forwarded_for.clone())
    };
    headers.insert(FORWARDED_FOR, chain);
    headers.entry(FORWARDED_PROTO).or_insert(scheme);
    if let Ok(host) = HeaderValue::try_from(authority) {
        headers.entry(FORWARDED_HOST).or_insert(host);
    }
}

/// The client's own id if it is a plain one, else a new one.
fn request_id(headers: &mut HeaderMap, random: &Random) -> HeaderValue {
    let plain = |value: &&HeaderValue| {
        let bytes = value.as_bytes();
        let fine = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        (1..=128).contains(&bytes.len()) && bytes.iter().all(fine)
    };
    if let Some(id) = headers.get(REQUEST_ID).filter(plain) {
        return id.clone();
    }
    let id = random.id();
    headers.insert(REQUEST_ID, id.clone());
    id
}

/// Makes an answer's head what the client gets.
pub(crate) fn to_client(headers: &mut HeaderMap, origin: &Origin, id: HeaderValue, cookie: Option<HeaderValue>) {
    end_hop(headers);
    headers.remove(TRAILER);
    mark(headers, origin, id);
    if let Some(cookie) = cookie {
        headers.append(hyper::header::SET_COOKIE, cookie);
    }
}

/// What every answer carries, ours too.
pub(crate) fn mark(headers: &mut HeaderMap, origin: &Origin, id: HeaderValue) {
    headers.insert(REQUEST_ID, id);
    if let Some(hsts) = &origin.hsts {
        headers.insert(STRICT_TRANSPORT_SECURITY, hsts.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(trusted: bool) -> Origin {
        let client = IpAddr::from([10, 0, 0, 7]);
        Origin { client, forwarded_for: HeaderValue::from_static("10.0.0.7"), tls: true, trusted, hsts: None }
    }

    fn check(request: &[(&'static str, &'static str)], trusted: bool, expected: &[&str]) {
        let mut builder = hyper::Request::get("/");
        for (name, value) in request {
            builder = builder.header(*name, *value);
        }
        let (mut parts, ()) = builder.body(()).unwrap().into_parts();
        to_instance(&mut parts, "a.test", &origin(trusted), None, &Random::seeded(1));
        parts.headers.remove(REQUEST_ID).unwrap();
        let mut lines: Vec<String> = Vec::new();
        for (name, value) in &parts.headers {
            lines.push(format!("{name}: {}", value.to_str().unwrap()));
        }
        lines.sort();
        assert_eq!(lines, expected);
    }

    #[test]
    fn headers_of_one_hop_end_here() {
        check(
            &[
                ("host", "a.test"),
                ("connection", "close, X-Secret, host"),
                ("x-secret", "1"),
                ("keep-alive", "timeout=5"),
                ("te", "trailers"),
                ("upgrade", "h2c"),
                ("proxy-connection", "keep-alive"),
                ("accept", "*/*"),
            ],
            false,
            &[
                "accept: */*",
                "host: a.test",
                "te: trailers",
                "x-forwarded-for: 10.0.0.7",
                "x-forwarded-host: a.test",
                "x-forwarded-proto: https",
            ],
        );
    }

    #[test]
    fn what_a_client_claims_is_replaced_unless_it_is_trusted() {
        let claimed = &[
            ("host", "a.test"),
            ("x-forwarded-for", "1.2.3.4"),
            ("x-forwarded-proto", "http"),
            ("forwarded", "for=1.2.3.4"),
        ];
        check(
            claimed,
            false,
            &["host: a.test", "x-forwarded-for: 10.0.0.7", "x-forwarded-host: a.test", "x-forwarded-proto: https"],
        );
        check(
            claimed,
            true,
            &[
                "forwarded: for=1.2.3.4",
                "host: a.test",
                "x-forwarded-for: 1.2.3.4, 10.0.0.7",
                "x-forwarded-host: a.test",
                "x-forwarded-proto: http",
            ],
        );
    }

    #[test]
    fn a_plain_id_is_kept_and_another_replaced() {
        let random = Random::seeded(1);
        let id = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(REQUEST_ID, HeaderValue::from_static(value));
            request_id(&mut headers, &random)
        };
        assert_eq!(id("abc-1.2_3"), "abc-1.2_3");
        assert_eq!(id("a b").len(), 32);
        assert_eq!(id("").len(), 32);
    }
}
